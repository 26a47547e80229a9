"""Queries on users, credentials, sessions (exempt from row-level security) and on one tenant's invitations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from freehold_app.kit.ids import plain
from freehold_app.platform.postgres import Connection

LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Account:
    """A person with what proves them."""

    user_id: UUID
    email: str
    secret_hash: str | None


@dataclass(frozen=True, slots=True)
class SessionRow:
    id: UUID
    user_id: UUID
    tenant_id: UUID | None
    token_hmac: bytes
    prev_hmac: bytes | None
    rotated_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class InvitationRow:
    id: UUID
    tenant_id: UUID
    email: str
    role: str


_ACCOUNT = text(
    "SELECT u.id, u.email, c.secret_hash FROM users u"
    " LEFT JOIN user_credentials c ON c.user_id = u.id AND c.kind = 'password'"
    " WHERE u.provider = 'local' AND u.subject = :subject AND u.erased_at IS NULL"
)
_ANYBODY = text("SELECT EXISTS (SELECT FROM users)")
# One first owner, however many try at once: the lock ends with the transaction.
_LOCK_SETUP = text("SELECT pg_advisory_xact_lock(hashtext('freehold.setup'))")
_INSERT_USER = text(
    "INSERT INTO users (id, provider, subject, email, name) VALUES (:id, 'local', :subject, :email, :name)"
    " ON CONFLICT (provider, subject) DO NOTHING RETURNING id"
)
_SET_PASSWORD = text(
    "INSERT INTO user_credentials (id, user_id, kind, secret_hash) VALUES (:id, :user_id, 'password', :secret_hash)"
    " ON CONFLICT (user_id, kind) DO UPDATE SET secret_hash = excluded.secret_hash, updated_at = now()"
)
_INSERT_MEMBERSHIP = text(
    "INSERT INTO memberships (tenant_id, user_id, role) VALUES (:tenant_id, :user_id, :role)"
    " ON CONFLICT (tenant_id, user_id) DO UPDATE SET role = excluded.role, updated_at = now()"
)
_KEEP_MEMBERSHIP = text(
    "INSERT INTO memberships (tenant_id, user_id, role) VALUES (:tenant_id, :user_id, :role)"
    " ON CONFLICT (tenant_id, user_id) DO NOTHING"
)
_INSERT_SESSION = text(
    "INSERT INTO sessions (id, user_id, tenant_id, token_hmac, rotated_at, device, address, expires_at)"
    " VALUES (:id, :user_id, :tenant_id, :token_hmac, :now, :device, :address, :expires_at)"
)
_LOCK_SESSION = text(
    "SELECT id, user_id, tenant_id, token_hmac, prev_hmac, rotated_at, expires_at, revoked_at"
    " FROM sessions WHERE id = :id FOR UPDATE"
)
_ROTATE = text(
    "UPDATE sessions SET prev_hmac = token_hmac, token_hmac = :token_hmac, rotated_at = :now, updated_at = :now,"
    " expires_at = :expires_at, address = :address WHERE id = :id"
)
_REVOKE = text("UPDATE sessions SET revoked_at = :now, updated_at = :now WHERE id = :id AND revoked_at IS NULL")
_REVOKE_ALL = text(
    "UPDATE sessions SET revoked_at = :now, updated_at = :now"
    " WHERE user_id = :user_id AND revoked_at IS NULL RETURNING id"
)
_INVITATION = text(
    "SELECT id, tenant_id, email, role FROM invitations"
    " WHERE token_hmac = :token_hmac AND accepted_at IS NULL AND expires_at > :now FOR UPDATE"
)
_ACCEPT = text("UPDATE invitations SET accepted_at = :now, updated_at = :now WHERE id = :id")


def subject_of(email: str) -> str:
    """The local provider's name of a person: the address without its case."""
    return email.strip().casefold()


async def account(session: Connection, email: str) -> Account | None:
    row = (await session.execute(_ACCOUNT, {"subject": subject_of(email)})).one_or_none()
    return None if row is None else Account(plain(row.id), row.email, row.secret_hash)


async def anybody(session: Connection) -> bool:
    return bool((await session.execute(_ANYBODY)).scalar_one())


async def lock_setup(session: Connection) -> None:
    await session.execute(_LOCK_SETUP)


async def insert_user(session: Connection, user_id: UUID, email: str, name: str) -> bool:
    """Whether the person is new."""
    values = {"id": user_id, "subject": subject_of(email), "email": email.strip(), "name": name}
    return (await session.execute(_INSERT_USER, values)).one_or_none() is not None


async def set_password(session: Connection, credential_id: UUID, user_id: UUID, secret_hash: str) -> None:
    await session.execute(_SET_PASSWORD, {"id": credential_id, "user_id": user_id, "secret_hash": secret_hash})


async def set_membership(session: Connection, tenant_id: UUID, user_id: UUID, role: str) -> None:
    """In the tenant's session. A person who belongs to it already gets this role."""
    await session.execute(_INSERT_MEMBERSHIP, {"tenant_id": tenant_id, "user_id": user_id, "role": role})


async def keep_membership(session: Connection, tenant_id: UUID, user_id: UUID, role: str) -> None:
    """In the tenant's session. A person who belongs to it already keeps the role they have."""
    await session.execute(_KEEP_MEMBERSHIP, {"tenant_id": tenant_id, "user_id": user_id, "role": role})


async def insert_session(session: Connection, **values: Any) -> None:
    await session.execute(_INSERT_SESSION, values)


async def lock_session(session: Connection, session_id: UUID) -> SessionRow | None:
    """The row, held until the transaction ends: two uses of one token come one after the other."""
    row = (await session.execute(_LOCK_SESSION, {"id": session_id})).one_or_none()
    if row is None:
        return None
    tenant_id = None if row.tenant_id is None else plain(row.tenant_id)
    return SessionRow(plain(row.id), plain(row.user_id), tenant_id, *row[3:])


async def rotate(session: Connection, **values: Any) -> None:
    await session.execute(_ROTATE, values)


async def revoke(session: Connection, session_id: UUID, now: datetime) -> bool:
    return bool((await session.execute(_REVOKE, {"id": session_id, "now": now})).rowcount)


async def revoke_all(session: Connection, user_id: UUID, now: datetime) -> list[UUID]:
    """The sessions that this call ended."""
    return list((await session.execute(_REVOKE_ALL, {"user_id": user_id, "now": now})).scalars())


async def lock_invitation(session: Connection, token_hmac: bytes, now: datetime) -> InvitationRow | None:
    """In the tenant's session, held until the transaction ends."""
    row = (await session.execute(_INVITATION, {"token_hmac": token_hmac, "now": now})).one_or_none()
    return None if row is None else InvitationRow(plain(row.id), plain(row.tenant_id), row.email, row.role)


async def accept_invitation(session: Connection, invitation_id: UUID, now: datetime) -> None:
    await session.execute(_ACCEPT, {"id": invitation_id, "now": now})
