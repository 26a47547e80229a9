"""Queries on `tenants` (exempt from row-level security), and on one tenant's members and invitations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from freehold_app.kit.ids import plain
from freehold_app.platform.postgres import PlatformSession, TenantSession


@dataclass(frozen=True, slots=True)
class TenantRow:
    id: UUID
    name: str
    display: str
    state: str
    namespace: str | None
    caps: Mapping[str, Any]
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What the Tenant resource says."""

    name: str
    display: str | None
    namespace: str | None
    state: str
    caps: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MemberRow:
    user_id: UUID
    email: str
    name: str
    role: str
    since: datetime


@dataclass(frozen=True, slots=True)
class InvitationRow:
    id: UUID
    email: str
    role: str
    created_at: datetime
    expires_at: datetime


_INSERT = text("INSERT INTO tenants (id, name) VALUES (:id, :name) ON CONFLICT (name) DO NOTHING")
_SELECT = text("SELECT id FROM tenants WHERE name = :name")
_SHOW = text(
    "SELECT id, name, coalesce(display, name), state, namespace, caps::text, settings::text FROM tenants WHERE id = :id"
)
_SET_SETTINGS = text(
    "UPDATE tenants SET settings = CAST(:settings AS jsonb), updated_at = now()"
    " WHERE id = NULLIF(current_setting('app.tenant', true), '')::uuid"
)
_MIRROR = text(
    "UPDATE tenants SET display = :display, namespace = coalesce(:namespace, namespace), state = :state,"
    " caps = CAST(:caps AS jsonb), updated_at = now()"
    " WHERE name = :name AND (display, namespace, state, caps) IS DISTINCT FROM"
    " (:display, coalesce(:namespace, namespace), :state, CAST(:caps AS jsonb)) RETURNING id"
)
# Never seen in the cluster (no namespace): made by a command or at set-up, and waits for its resource.
_MARK_REMOVED = text(
    "UPDATE tenants SET state = 'removed', updated_at = now()"
    " WHERE namespace IS NOT NULL AND state <> 'removed' AND name <> ALL(:names) RETURNING id"
)
_MEMBERS = text(
    "SELECT m.user_id, u.email, u.name, m.role, m.created_at FROM memberships m JOIN users u ON u.id = m.user_id"
    " WHERE (m.created_at, m.user_id) < (:at, :id) ORDER BY m.created_at DESC, m.user_id DESC LIMIT :limit"
)
_MEMBER = text(
    "SELECT m.user_id, u.email, u.name, m.role, m.created_at FROM memberships m JOIN users u ON u.id = m.user_id"
    " WHERE m.user_id = :user_id"
)
# In one order, so that two who change owners at once wait for each other instead of both seeing the other stay.
_LOCK_OWNERS = text("SELECT user_id FROM memberships WHERE role = 'owner' ORDER BY user_id FOR UPDATE")
_SET_ROLE = text("UPDATE memberships SET role = :role, updated_at = now() WHERE user_id = :user_id")
_REMOVE = text("DELETE FROM memberships WHERE user_id = :user_id")
_MEMBER_BY_EMAIL = text(
    "SELECT EXISTS (SELECT FROM memberships m JOIN users u ON u.id = m.user_id"
    " WHERE u.provider = 'local' AND u.subject = :subject)"
)
_DROP_OPEN = text("DELETE FROM invitations WHERE lower(email) = :subject AND accepted_at IS NULL")
_INVITE = text(
    "INSERT INTO invitations (tenant_id, id, email, role, token_hmac, invited_by, expires_at, created_at)"
    " VALUES (:tenant_id, :id, :email, :role, :token_hmac, :invited_by, :expires_at, :created_at)"
)
_INVITATIONS = text(
    "SELECT id, email, role, created_at, expires_at FROM invitations"
    " WHERE accepted_at IS NULL AND expires_at > :now AND (created_at, id) < (:at, :id)"
    " ORDER BY created_at DESC, id DESC LIMIT :limit"
)
_INVITATION = text("SELECT role FROM invitations WHERE id = :id AND accepted_at IS NULL FOR UPDATE")
_TAKE_BACK = text("DELETE FROM invitations WHERE id = :id")


async def insert_if_absent(session: PlatformSession, tenant_id: UUID, name: str) -> None:
    await session.execute(_INSERT, {"id": tenant_id, "name": name})


async def id_by_name(session: PlatformSession, name: str) -> UUID | None:
    found: UUID | None = (await session.execute(_SELECT, {"name": name})).scalar_one_or_none()
    return None if found is None else plain(found)


async def show(session: TenantSession, tenant_id: UUID) -> TenantRow:
    row = (await session.execute(_SHOW, {"id": tenant_id})).one()
    caps, settings = orjson.loads(row[5]), orjson.loads(row[6])
    return TenantRow(plain(row[0]), row[1], row[2], row[3], row[4], caps, settings)


async def set_settings(session: TenantSession, settings: Mapping[str, Any]) -> None:
    """Of the session's own tenant: the table has no row-level security, so the statement asks for it."""
    await session.execute(_SET_SETTINGS, {"settings": orjson.dumps(settings).decode()})


async def mirror(session: PlatformSession, seen: Mirrored) -> UUID | None:
    """The tenant's id if this changed its row."""
    values = {
        "name": seen.name,
        "display": seen.display,
        "namespace": seen.namespace,
        "state": seen.state,
        "caps": orjson.dumps(seen.caps).decode(),
    }
    changed: UUID | None = (await session.execute(_MIRROR, values)).scalar_one_or_none()
    return None if changed is None else plain(changed)


async def mark_removed(session: PlatformSession, present: Sequence[str]) -> list[UUID]:
    """Those that had a place in the cluster and are not `present` any more."""
    return [plain(found) for found in (await session.execute(_MARK_REMOVED, {"names": list(present)})).scalars()]


async def members(session: TenantSession, at: datetime, last_id: UUID, limit: int) -> list[MemberRow]:
    found = await session.execute(_MEMBERS, {"at": at, "id": last_id, "limit": limit})
    return [MemberRow(plain(row[0]), *row[1:]) for row in found]


async def member(session: TenantSession, user_id: UUID) -> MemberRow | None:
    row = (await session.execute(_MEMBER, {"user_id": user_id})).one_or_none()
    return None if row is None else MemberRow(plain(row[0]), *row[1:])


async def lock_owners(session: TenantSession) -> list[UUID]:
    return [plain(found) for found in (await session.execute(_LOCK_OWNERS)).scalars()]


async def set_role(session: TenantSession, user_id: UUID, role: str) -> None:
    await session.execute(_SET_ROLE, {"user_id": user_id, "role": role})


async def remove_member(session: TenantSession, user_id: UUID) -> None:
    await session.execute(_REMOVE, {"user_id": user_id})


async def is_member(session: TenantSession, subject: str) -> bool:
    return bool((await session.execute(_MEMBER_BY_EMAIL, {"subject": subject})).scalar_one())


async def insert_invitation(session: TenantSession, subject: str, **values: Any) -> None:
    """In place of an open one for the same address."""
    await session.execute(_DROP_OPEN, {"subject": subject})
    await session.execute(_INVITE, values)


async def invitations(
    session: TenantSession, now: datetime, at: datetime, last_id: UUID, limit: int
) -> list[InvitationRow]:
    found = await session.execute(_INVITATIONS, {"now": now, "at": at, "id": last_id, "limit": limit})
    return [InvitationRow(plain(row[0]), *row[1:]) for row in found]


async def lock_invitation(session: TenantSession, invitation_id: UUID) -> str | None:
    """The role it gives, if it is open."""
    role: str | None = (await session.execute(_INVITATION, {"id": invitation_id})).scalar_one_or_none()
    return role


async def take_back(session: TenantSession, invitation_id: UUID) -> None:
    await session.execute(_TAKE_BACK, {"id": invitation_id})
