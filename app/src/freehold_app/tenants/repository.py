"""Queries on `tenants`, which is exempt from row-level security."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from freehold_app.platform.postgres import PlatformSession

_INSERT = text("INSERT INTO tenants (id, name) VALUES (:id, :name) ON CONFLICT (name) DO NOTHING")
_SELECT = text("SELECT id FROM tenants WHERE name = :name")


async def insert_if_absent(session: PlatformSession, tenant_id: UUID, name: str) -> None:
    await session.execute(_INSERT, {"id": tenant_id, "name": name})


async def id_by_name(session: PlatformSession, name: str) -> UUID | None:
    found: UUID | None = (await session.execute(_SELECT, {"name": name})).scalar_one_or_none()
    return found
