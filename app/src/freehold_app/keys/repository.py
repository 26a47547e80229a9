"""Queries on `api_keys`, inside the tenant's session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from freehold_app.platform.postgres import TenantSession


@dataclass(frozen=True, slots=True)
class KeyRow:
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


_INSERT = text(
    """
    INSERT INTO api_keys (tenant_id, id, public_id, name, digest, pepper_version, prefix, last4, routes, models,
                          expires_at)
    VALUES (:tenant_id, :id, :public_id, :name, :digest, :pepper_version, :prefix, :last4, :routes, :models,
            :expires_at)
    """
)
_REVOKE = text(
    "UPDATE api_keys SET revoked_at = now(), updated_at = now()"
    " WHERE public_id = :public_id AND revoked_at IS NULL RETURNING id"
)


async def insert(session: TenantSession, row: KeyRow) -> None:
    await session.execute(_INSERT, asdict(row))


async def revoke(session: TenantSession, public_id: str) -> UUID | None:
    """The id of the key that this call revoked."""
    revoked: UUID | None = (await session.execute(_REVOKE, {"public_id": public_id})).scalar_one_or_none()
    return revoked
