"""Tenants get their row when they are first seen. Nothing here talks to Kubernetes."""

from __future__ import annotations

import re
from uuid import UUID

from freehold_app.kit.clock import Clock
from freehold_app.kit.ids import new_id
from freehold_app.platform.postgres import Database
from freehold_app.tenants.errors import TenantNameError
from freehold_app.tenants.repository import id_by_name, insert_if_absent

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


async def enter_tenant(database: Database, name: str, clock: Clock) -> UUID:
    """The id of the tenant of this name, which is made on the first call; TenantNameError for an impossible name."""
    if not _NAME.fullmatch(name):
        raise TenantNameError(f"{name!r} cannot be a tenant's name")
    async with database.platform() as session:  # tenancy: tenants is exempt, it holds no tenant's own data
        await insert_if_absent(session, new_id(clock), name)
    # A new transaction, which sees the row that somebody else may just have won with.
    async with database.platform() as session:  # tenancy: tenants is exempt, it holds no tenant's own data
        tenant_id = await id_by_name(session, name)
    if tenant_id is None:
        raise AssertionError(f"tenant {name} was deleted while it was entered")
    return tenant_id


async def find_tenant(database: Database, name: str) -> UUID | None:
    async with database.platform() as session:  # tenancy: tenants is exempt, it holds no tenant's own data
        return await id_by_name(session, name)
