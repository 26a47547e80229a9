"""Queries on one person's own rows in `users` and `sessions`, which are exempt from row-level security."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from freehold_app.kit.ids import plain
from freehold_app.platform.postgres import PlatformSession

_USER = text("SELECT id, email, name, tz FROM users WHERE id = :user_id AND erased_at IS NULL")
_CHANGE = text(
    "UPDATE users SET name = coalesce(:name, name), tz = coalesce(:tz, tz), updated_at = now() WHERE id = :user_id"
)
_SESSIONS = text(
    "SELECT id, device, address, created_at, rotated_at, expires_at FROM sessions"
    " WHERE user_id = :user_id AND revoked_at IS NULL AND expires_at > :now AND (created_at, id) < (:at, :id)"
    " ORDER BY created_at DESC, id DESC LIMIT :limit"
)
_END = text(
    "UPDATE sessions SET revoked_at = :now, updated_at = :now"
    " WHERE id = :id AND user_id = :user_id AND revoked_at IS NULL RETURNING id"
)
_SWITCH = text("UPDATE sessions SET tenant_id = :tenant_id, updated_at = now() WHERE id = :id AND user_id = :user_id")


@dataclass(frozen=True, slots=True)
class UserRow:
    id: UUID
    email: str
    name: str
    tz: str


@dataclass(frozen=True, slots=True)
class OwnSession:
    id: UUID
    device: str
    address: str
    created_at: datetime
    rotated_at: datetime
    expires_at: datetime


async def user(session: PlatformSession, user_id: UUID) -> UserRow | None:
    row = (await session.execute(_USER, {"user_id": user_id})).one_or_none()
    return None if row is None else UserRow(plain(row.id), *row[1:])


async def change_user(session: PlatformSession, user_id: UUID, name: str | None, tz: str | None) -> None:
    await session.execute(_CHANGE, {"user_id": user_id, "name": name, "tz": tz})


async def sessions(
    session: PlatformSession, user_id: UUID, now: datetime, at: datetime, last_id: UUID, limit: int
) -> list[OwnSession]:
    """Those that stand, newest first, after (`at`, `last_id`)."""
    values = {"user_id": user_id, "now": now, "at": at, "id": last_id, "limit": limit}
    return [OwnSession(plain(row[0]), *row[1:]) for row in await session.execute(_SESSIONS, values)]


async def end_session(session: PlatformSession, user_id: UUID, session_id: UUID, now: datetime) -> bool:
    """Whether it was theirs and stood."""
    values = {"id": session_id, "user_id": user_id, "now": now}
    return (await session.execute(_END, values)).one_or_none() is not None


async def switch_tenant(session: PlatformSession, user_id: UUID, session_id: UUID, tenant_id: UUID) -> None:
    await session.execute(_SWITCH, {"id": session_id, "user_id": user_id, "tenant_id": tenant_id})
