"""Making and revoking keys. The key's text leaves `create_key` once and is stored nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from freehold_app.auth.digests import Peppers
from freehold_app.auth.invalidation import Announce
from freehold_app.auth.key_format import PREFIX, NewKey, new_key
from freehold_app.keys import repository
from freehold_app.keys.errors import ApiKeyNotFoundError, ApiKeyRequestError
from freehold_app.kit.clock import Clock
from freehold_app.kit.ids import new_id
from freehold_app.platform.postgres import Database

_NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """What a key shall be allowed; none means all that its tenant has, forever."""

    name: str
    routes: Sequence[str] | None = None
    models: Sequence[str] | None = None
    expires_days: int | None = None


async def create_key(
    database: Database, peppers: Peppers, clock: Clock, tenant_id: UUID, request: KeyRequest
) -> NewKey:
    """A new key of the tenant; ApiKeyRequestError names what is wrong with the request."""
    _check(request)
    key = new_key()
    row = _row(tenant_id, key, peppers, request, clock)
    async with database.tenant(tenant_id) as session:
        await repository.insert(session, row)
    return key


async def revoke_key(database: Database, announce: Announce, tenant_id: UUID, public_id: str) -> bool:
    """Whether everybody was told that the key is gone; ApiKeyNotFoundError where the tenant has no such valid key."""
    async with database.tenant(tenant_id) as session:
        key_id = await repository.revoke(session, public_id)
    if key_id is None:
        raise ApiKeyNotFoundError(f"no valid key {public_id}")
    return await announce("key", tenant_id, key_id)  # after the commit, or a gateway could read the old row again


def _check(request: KeyRequest) -> None:
    if not 1 <= len(request.name) <= _NAME_LENGTH:
        raise ApiKeyRequestError(f"name: 1 to {_NAME_LENGTH} characters")
    if request.expires_days is not None and request.expires_days < 1:
        raise ApiKeyRequestError("expires-days: at least 1")


def _row(tenant_id: UUID, key: NewKey, peppers: Peppers, request: KeyRequest, clock: Clock) -> repository.KeyRow:
    version, digest = peppers.sign(key.text)
    return repository.KeyRow(
        tenant_id=tenant_id,
        id=new_id(clock),
        public_id=key.public_id,
        name=request.name,
        digest=digest,
        pepper_version=version,
        prefix=f"{PREFIX}{key.public_id}",
        last4=key.last4,
        routes=request.routes,
        models=request.models,
        expires_at=_expiry(clock.now(), request.expires_days),
    )


def _expiry(now: datetime, days: int | None) -> datetime | None:
    return None if days is None else now + timedelta(days=days)
