"""Making and revoking keys. The key's text leaves `create_key` and `Keys.create` once and is stored nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from freehold_app.auth.digests import Peppers
from freehold_app.auth.invalidation import Announce
from freehold_app.auth.key_format import PREFIX, NewKey, new_key
from freehold_app.auth.permissions import Action, allows
from freehold_app.auth.principal import Principal
from freehold_app.keys import repository
from freehold_app.keys.errors import ApiKeyNotFoundError, ApiKeyRequestError, TooManyKeysError
from freehold_app.keys.narrowing import refuse_key
from freehold_app.keys.repository import KeyRow, Reach, ShownKey
from freehold_app.keys.schemas import DEFAULT_SCOPES, KeyIn
from freehold_app.kit.clock import Clock
from freehold_app.kit.ids import new_id
from freehold_app.platform.postgres import Database, TenantSession

_NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """What a service key that a command makes shall be allowed; none means all that its tenant has, forever."""

    name: str
    routes: Sequence[str] | None = None
    models: Sequence[str] | None = None
    expires_days: int | None = None


async def create_key(
    database: Database, peppers: Peppers, clock: Clock, tenant_id: UUID, request: KeyRequest
) -> NewKey:
    """A new service key of the tenant; ApiKeyRequestError names what is wrong with the request."""
    _check(request)
    expires_at = _expiry(clock.now(), request.expires_days)
    asked = Wanted(request.name, DEFAULT_SCOPES, request.models, request.routes, expires_at, None, service=True)
    key = new_key()
    async with database.tenant(tenant_id) as session:
        await repository.insert(session, _row(tenant_id, key, peppers, clock, asked))
    return key


async def revoke_key(database: Database, announce: Announce, tenant_id: UUID, public_id: str) -> bool:
    """Whether everybody was told that the key is gone; ApiKeyNotFoundError where the tenant has no such valid key."""
    async with database.tenant(tenant_id) as session:
        key_id = await repository.revoke(session, public_id)
    if key_id is None:
        raise ApiKeyNotFoundError(f"no valid key {public_id}")
    return await announce("key", tenant_id, key_id)  # after the commit, or a gateway could read the old row again


@dataclass(frozen=True, slots=True)
class Wanted:
    """A key as it shall be stored."""

    name: str
    scopes: Sequence[str]
    models: Sequence[str] | None
    routes: Sequence[str] | None
    expires_at: datetime | None
    created_by: UUID | None
    service: bool


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys as people make them. Sessions are the request's own; `announce` is for after its commit."""

    peppers: Peppers
    clock: Clock
    announce: Announce
    max_per_user: int

    async def create(self, session: TenantSession, principal: Principal, given: KeyIn) -> tuple[NewKey, ShownKey]:
        """The key's text, and what is shown of it later. What `refuse_key` says, or TooManyKeysError."""
        now, owner = self.clock.now(), principal.user_id
        refused = refuse_key(principal, given, now)
        if refused is not None:
            raise refused
        if owner is None:
            raise AssertionError("the matrix lets people make keys, and nobody else")
        if not given.service and await repository.valid_keys(session, owner, now) >= self.max_per_user:
            raise TooManyKeysError(f"{self.max_per_user} valid keys")
        key = new_key()
        wanted = Wanted(
            given.name, sorted(set(given.scopes)), given.models, given.routes, given.expires_at, owner, given.service
        )
        row = _row(principal.tenant_id, key, self.peppers, self.clock, wanted)
        await repository.insert(session, row)
        return key, await find(session, principal, row.id)


def reach_of(principal: Principal, *, mine: bool = False) -> Reach:
    """Administrators reach every key of the tenant, unless they ask for their own."""
    return Reach(principal.user_id, everybody=not mine and allows(principal, Action.TENANT_ADMIN))


async def find(session: TenantSession, principal: Principal, key_id: UUID) -> ShownKey:
    found = await repository.find(session, reach_of(principal), key_id)
    if found is None:
        raise ApiKeyNotFoundError
    return found


async def rename(session: TenantSession, principal: Principal, key_id: UUID, name: str) -> ShownKey:
    await repository.rename(session, reach_of(principal), key_id, name)
    return await find(session, principal, key_id)


async def end(session: TenantSession, principal: Principal, key_id: UUID) -> None:
    if not await repository.end(session, reach_of(principal), key_id):
        raise ApiKeyNotFoundError


def _check(request: KeyRequest) -> None:
    if not 1 <= len(request.name) <= _NAME_LENGTH:
        raise ApiKeyRequestError(f"name: 1 to {_NAME_LENGTH} characters")
    if request.expires_days is not None and request.expires_days < 1:
        raise ApiKeyRequestError("expires-days: at least 1")


def _row(tenant_id: UUID, key: NewKey, peppers: Peppers, clock: Clock, wanted: Wanted) -> KeyRow:
    version, digest = peppers.sign(key.text)
    return KeyRow(
        tenant_id=tenant_id,
        id=new_id(clock),
        public_id=key.public_id,
        name=wanted.name,
        digest=digest,
        pepper_version=version,
        prefix=f"{PREFIX}{key.public_id}",
        last4=key.last4,
        routes=wanted.routes,
        models=wanted.models,
        expires_at=wanted.expires_at,
        scopes=wanted.scopes,
        created_by=wanted.created_by,
        service=wanted.service,
        created_at=clock.now(),
    )


def _expiry(now: datetime, days: int | None) -> datetime | None:
    return None if days is None else now + timedelta(days=days)
