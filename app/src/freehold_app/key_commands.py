"""`create-key` and `revoke-key`: the key goes to standard output, what people read to standard error."""

from __future__ import annotations

import sys

from freehold_app.auth.digests import Peppers
from freehold_app.auth.invalidation import RedisAnnounce
from freehold_app.keys.errors import ApiKeyNotFoundError
from freehold_app.keys.service import KeyRequest, create_key, revoke_key
from freehold_app.kit.clock import SystemClock
from freehold_app.lifespan import Resources, open_resources
from freehold_app.platform.postgres import Database
from freehold_app.settings import Settings
from freehold_app.tenants.service import enter_tenant, find_tenant


async def create(settings: Settings, tenant: str, request: KeyRequest) -> None:
    peppers = Peppers(
        {version: secret.get_secret_value().encode() for version, secret in settings.keys.peppers.items()}
    )
    async with open_resources(settings, SystemClock()) as resources:
        database = _database(resources)
        tenant_id = await enter_tenant(database, tenant, resources.clock)
        key = await create_key(database, peppers, resources.clock, tenant_id, request)
    print(key.text)
    print(f"Key {key.public_id} of tenant {tenant}. It is shown this once.", file=sys.stderr)


async def revoke(settings: Settings, tenant: str, public_id: str) -> None:
    async with open_resources(settings, SystemClock()) as resources:
        database = _database(resources)
        tenant_id = await find_tenant(database, tenant)
        if tenant_id is None:
            raise ApiKeyNotFoundError(f"there is no tenant {tenant}")
        announced = await revoke_key(database, RedisAnnounce(resources.redis), tenant_id, public_id)
    when = "within seconds" if announced else "when its cache entries end, at most 30 s from now, because Redis is away"
    print(f"Key {public_id} of tenant {tenant} is unknown everywhere {when}.", file=sys.stderr)


def _database(resources: Resources) -> Database:
    if resources.database is None:
        raise AssertionError("settings.refusals let a command without database through")
    return resources.database
