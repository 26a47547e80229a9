"""Queries on `api_keys`, inside the tenant's session.

A list is two statements, so that each page lies inside one index: all keys of the tenant, or one person's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from freehold_app.platform.postgres import TenantRead, TenantSession


@dataclass(frozen=True, slots=True)
class KeyRow:
    """What is stored of a new key."""

    tenant_id: UUID
    id: UUID
    public_id: str
    name: str
    digest: bytes
    pepper_version: int
    prefix: str
    last4: str
    routes: Sequence[str] | None
    models: Sequence[str] | None
    expires_at: datetime | None
    scopes: Sequence[str]
    created_by: UUID | None
    service: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ShownKey:
    """What people see of a key, in the order of the queries. Its ids are text, as JSON has them."""

    id: str
    name: str
    prefix: str
    last4: str
    service: bool
    scopes: list[str]
    models: list[str] | None
    routes: list[str] | None
    created_by: str | None
    creator: str | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


_INSERT = text(
    """
    INSERT INTO api_keys (tenant_id, id, public_id, name, digest, pepper_version, prefix, last4, routes, models,
                          expires_at, scopes, created_by, service, created_at)
    VALUES (:tenant_id, :id, :public_id, :name, :digest, :pepper_version, :prefix, :last4, :routes, :models,
            :expires_at, :scopes, :created_by, :service, :created_at)
    """
)
_REVOKE = text(
    "UPDATE api_keys SET revoked_at = now(), updated_at = now()"
    " WHERE public_id = :public_id AND revoked_at IS NULL RETURNING id"
)
# Not if they are a member again: the job may run long after it was written.
_REVOKE_OF_CREATOR = text(
    "UPDATE api_keys SET revoked_at = now(), updated_at = now()"
    " WHERE created_by = :user_id AND NOT service AND revoked_at IS NULL"
    " AND NOT EXISTS (SELECT FROM memberships m WHERE m.user_id = :user_id) RETURNING id"
)

# The page first, then what is shown beside it: names and uses are looked up for one page only. Uses are asked for row
# by row: a join may be read before the page, and so before the tenant is set.
# A tenant may have many keys. PostgreSQL would plan each page of them anew, which costs more than to read it, if it
# could not tell how few rows the plan is for; so a page is cut from the longest one, of 200 rows and the one that tells
# of more, and nothing more is read.
_ALL = TenantRead(
    """
    SELECT k.id::text AS id, k.name, k.prefix, k.last4, k.service, k.scopes, k.models, k.routes,
           k.created_by::text AS created_by, p.name AS creator, k.created_at, k.expires_at,
           (SELECT u.last_used_at FROM api_key_uses AS u WHERE u.tenant_id = k.tenant_id AND u.key_id = k.id)
      FROM door
     CROSS JOIN LATERAL (SELECT * FROM (
           SELECT * FROM api_keys
            WHERE tenant_id = door.tenant_id AND revoked_at IS NULL AND (created_at, id) < (:at, :id)
            ORDER BY created_at DESC, id DESC LIMIT 201) AS longest LIMIT :limit) AS k
      LEFT JOIN users AS p ON p.id = k.created_by
     ORDER BY k.created_at DESC, k.id DESC
    """
)
_OWN = TenantRead(
    """
    SELECT k.id::text AS id, k.name, k.prefix, k.last4, k.service, k.scopes, k.models, k.routes,
           k.created_by::text AS created_by, p.name AS creator, k.created_at, k.expires_at,
           (SELECT u.last_used_at FROM api_key_uses AS u WHERE u.tenant_id = k.tenant_id AND u.key_id = k.id)
      FROM door
     CROSS JOIN LATERAL (
           SELECT * FROM api_keys WHERE tenant_id = door.tenant_id AND created_by = :owner AND NOT service
              AND revoked_at IS NULL AND (created_at, id) < (:at, :id)
            ORDER BY created_at DESC, id DESC LIMIT :limit) AS k
      LEFT JOIN users AS p ON p.id = k.created_by
     ORDER BY k.created_at DESC, k.id DESC
    """
)
_ONE = text(
    """
    SELECT k.id::text, k.name, k.prefix, k.last4, k.service, k.scopes, k.models, k.routes,
           k.created_by::text, p.name AS creator, k.created_at, k.expires_at, u.last_used_at
      FROM api_keys AS k
      LEFT JOIN users AS p ON p.id = k.created_by
      LEFT JOIN api_key_uses AS u ON u.tenant_id = k.tenant_id AND u.key_id = k.id
     WHERE k.id = :id AND k.revoked_at IS NULL AND (:everybody OR (k.created_by = :owner AND NOT k.service))
    """
)
_RENAME = text(
    "UPDATE api_keys SET name = :name, updated_at = now()"
    " WHERE id = :id AND revoked_at IS NULL AND (:everybody OR (created_by = :owner AND NOT service))"
)
_END = text(
    "UPDATE api_keys SET revoked_at = now(), updated_at = now()"
    " WHERE id = :id AND revoked_at IS NULL AND (:everybody OR (created_by = :owner AND NOT service)) RETURNING id"
)
# Held until the new key is there, so that two requests at once cannot both be the last that is allowed.
_LOCK_PERSON = text("SELECT 1 FROM memberships WHERE user_id = :owner FOR NO KEY UPDATE")
_VALID = text(
    "SELECT count(*) FROM api_keys WHERE created_by = :owner AND NOT service AND revoked_at IS NULL"
    " AND (expires_at IS NULL OR expires_at > :now)"
)
_NOTE_USE = text(
    "INSERT INTO api_key_uses AS u (tenant_id, key_id, last_used_at) VALUES (:tenant_id, :key_id, :at)"
    " ON CONFLICT (tenant_id, key_id) DO UPDATE SET last_used_at = excluded.last_used_at"
    " WHERE u.last_used_at < excluded.last_used_at - interval '5 minutes'"
)


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose keys a caller may see and change: their own, or everybody's in the tenant."""

    owner: UUID | None
    everybody: bool


async def insert(session: TenantSession, row: KeyRow) -> None:
    await session.execute(_INSERT, asdict(row))


async def revoke(session: TenantSession, public_id: str) -> UUID | None:
    """The id of the key that this call revoked."""
    revoked: UUID | None = (await session.execute(_REVOKE, {"public_id": public_id})).scalar_one_or_none()
    return revoked


async def revoke_of_creator(session: TenantSession, user_id: UUID) -> list[UUID]:
    """The keys of a person who is no member any more that this call revoked."""
    return list((await session.execute(_REVOKE_OF_CREATOR, {"user_id": user_id})).scalars())


async def page(session: TenantSession, reach: Reach, at: datetime, last_id: UUID, limit: int) -> list[ShownKey]:
    """Valid keys and those that have expired, newest first; none that is revoked."""
    statement, values = page_for(reach)
    rows = await session.execute(statement.inside, {"at": at, "id": last_id, "limit": limit, **values})
    return [ShownKey(*row) for row in rows]


def page_for(reach: Reach) -> tuple[TenantRead, Mapping[str, UUID | None]]:
    """What reads `page`, and its values beside `at`, `id` and `limit`."""
    return (_ALL, {}) if reach.everybody else (_OWN, {"owner": reach.owner})


async def find(session: TenantSession, reach: Reach, key_id: UUID) -> ShownKey | None:
    row = (await session.execute(_ONE, {"id": key_id, **asdict(reach)})).one_or_none()
    return None if row is None else ShownKey(*row)


async def rename(session: TenantSession, reach: Reach, key_id: UUID, name: str) -> None:
    await session.execute(_RENAME, {"id": key_id, "name": name, **asdict(reach)})


async def end(session: TenantSession, reach: Reach, key_id: UUID) -> bool:
    """Whether this call revoked it."""
    return (await session.execute(_END, {"id": key_id, **asdict(reach)})).one_or_none() is not None


async def valid_keys(session: TenantSession, owner: UUID, now: datetime) -> int:
    """How many keys a person has; they can make no further one beside this transaction."""
    await session.execute(_LOCK_PERSON, {"owner": owner})
    return int((await session.execute(_VALID, {"owner": owner, "now": now})).scalar_one())


async def note_use(session: TenantSession, tenant_id: UUID, key_id: UUID, at: datetime) -> None:
    """Written at most once in five minutes."""
    await session.execute(_NOTE_USE, {"tenant_id": tenant_id, "key_id": key_id, "at": at})
