"""Credentials to principals, remembered for half a minute and forgotten the moment that something is taken away.

    directory = Directory(database, peppers, provider, clock)
    await directory.principal("eyJ...")     # a person's access token, or an API key; UnauthenticatedError and the like
    follow_channel(redis, INVALIDATION_CHANNEL, directory)

While nobody hears invalidations, what is remembered lives three seconds, so revocation takes at most five in any case.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import msgspec

from freehold_app.auth.digests import Peppers
from freehold_app.auth.errors import AuthUnavailableError, TokenExpiredError, UnauthenticatedError
from freehold_app.auth.grant import Grant, PrincipalSource
from freehold_app.auth.invalidation import Announce, Invalidation, Kind
from freehold_app.auth.key_format import PREFIX, is_well_formed
from freehold_app.auth.principal import Principal, Role
from freehold_app.auth.provider import AuthProvider, Identity
from freehold_app.auth.repository import (
    MODELS_ROUTE,
    KeyRights,
    Membership,
    flags,
    key_by_digest,
    membership,
    session_lives,
)
from freehold_app.auth.tokens import ACCESS_AUDIENCE, GATEWAY_AUDIENCE, Claims, Tokens
from freehold_app.kit.clock import Clock
from freehold_app.platform.errors import PlatformError
from freehold_app.platform.postgres import Database

TTL_SECONDS = 30.0
TTL_UNHEARD_SECONDS = 3.0
MAX_ENTRIES = 20_000


@dataclass(slots=True)
class _Entry:
    principal: Principal
    asked_at: float


class Directory:
    """For control: the caller of a request. It is `platform.subscription.Ears` for `fh:inv`."""

    def __init__(self, database: Database, peppers: Peppers, provider: AuthProvider, clock: Clock) -> None:
        self._source = Source(database, peppers, clock)
        self._provider = provider
        self._clock = clock
        self._salt = secrets.token_bytes(16)
        self._entries: OrderedDict[bytes, _Entry] = OrderedDict()
        self._asking: dict[bytes, asyncio.Task[Principal]] = {}
        self._seq: int | None = None
        self._key_uses: dict[tuple[UUID, UUID], datetime] = {}
        self.ttl_seconds = TTL_UNHEARD_SECONDS

    async def principal(self, credential: str) -> Principal:
        """UnauthenticatedError, TokenExpiredError; DatabaseUnavailableError where nobody can say."""
        if credential.startswith(PREFIX):
            found = await self._remembered(credential.encode(), lambda: self._source.key(credential))
            now = self._clock.now()
            if found.expires_at is not None and now >= found.expires_at:
                raise UnauthenticatedError("the API key has expired")
            if found.key_id is not None:
                self._key_uses[found.tenant_id, found.key_id] = now
            return found
        identity = await self._provider.authenticate(credential)
        found = await self._remembered(_name(identity), lambda: self._source.person(identity))
        return replace(found, expires_at=identity.expires_at)

    async def known(self, token: str) -> Principal | None:
        """The caller of a person's token that was asked about lately; none where `principal` would have to ask.

        UnauthenticatedError and TokenExpiredError as there.
        """
        identity = await self._provider.authenticate(token)
        return self._fresh(self._digest(_name(identity)), self._clock.monotonic())

    def take_key_uses(self) -> dict[tuple[UUID, UUID], datetime]:
        """(tenant, key) to its latest use here, since the last call."""
        uses, self._key_uses = self._key_uses, {}
        return uses

    def joined(self) -> None:
        self._entries.clear()
        self._seq = None
        self.ttl_seconds = TTL_SECONDS

    def heard(self, data: bytes) -> None:
        """One announcement; what cannot be read, or a gap before it, empties everything."""
        try:
            news = Invalidation.decode(data)
        except msgspec.MsgspecError:
            self._entries.clear()
            self._seq = None
            return
        missed = self._seq is not None and news.seq != self._seq + 1
        self._seq = news.seq
        if missed:
            self._entries.clear()
        self.forget(news.id)

    def deaf(self) -> None:
        self.ttl_seconds = TTL_UNHEARD_SECONDS

    def forget(self, changed: object) -> None:
        """Everything about one session, person, key or tenant."""
        gone = [digest for digest, entry in self._entries.items() if changed in _ids(entry.principal)]
        for digest in gone:
            del self._entries[digest]
        for task in self._asking.values():
            task.add_done_callback(lambda _: self._entries.clear())  # what is being read may be the state before

    def _digest(self, credential: bytes) -> bytes:
        return hashlib.blake2b(credential, digest_size=16, key=self._salt).digest()

    def _fresh(self, digest: bytes, now: float) -> Principal | None:
        entry = self._entries.get(digest)
        return entry.principal if entry is not None and now - entry.asked_at <= self.ttl_seconds else None

    async def _remembered(self, credential: bytes, ask: Callable[[], Awaitable[Principal]]) -> Principal:
        digest = self._digest(credential)
        now = self._clock.monotonic()
        found = self._fresh(digest, now)
        if found is not None:
            return found
        task = self._asking.get(digest)
        if task is None:
            task = self._asking[digest] = asyncio.ensure_future(self._ask(digest, ask, now))
            task.add_done_callback(lambda _: self._asking.pop(digest, None))
        return await asyncio.shield(task)

    async def _ask(self, digest: bytes, ask: Callable[[], Awaitable[Principal]], now: float) -> Principal:
        try:
            principal = await ask()
        except UnauthenticatedError:
            self._entries.pop(digest, None)
            raise
        self._entries[digest] = _Entry(principal, now)
        self._entries.move_to_end(digest)
        if len(self._entries) > MAX_ENTRIES:
            self._entries.popitem(last=False)
        return principal


class ForgettingAnnounce:
    """`Announce` that reaches this process at once, whether or not Redis tells the others."""

    def __init__(self, others: Announce, directory: Directory) -> None:
        self._others = others
        self._directory = directory

    async def __call__(self, kind: Kind, tenant_id: UUID, changed: UUID) -> bool:
        self._directory.forget(changed)
        return await self._others(kind, tenant_id, changed)


class Source:
    """The database's answers, never remembered."""

    def __init__(self, database: Database, peppers: Peppers, clock: Clock) -> None:
        self._database = database
        self._peppers = peppers
        self._clock = clock

    async def key(self, key: str) -> Principal:
        found = await self.key_rights(key)
        if found is None:
            raise UnauthenticatedError("nobody knows this API key")
        return _key_principal(found)

    async def key_rights(self, key: str) -> KeyRights | None:
        if not is_well_formed(key):
            return None
        # tenancy: the key tells the tenant; only auth_api_key() answers here
        async with self._database.platform() as session:
            for digest in self._peppers.candidates(key):
                found = await key_by_digest(session, digest)
                if found is not None:
                    return found
        return None

    async def person(self, identity: Identity) -> Principal:
        """A person of the local provider, whose subject and organization are our own ids."""
        claims = _claims(identity)
        found = await self.member(claims)
        if found is None:
            raise UnauthenticatedError
        return Principal(
            tenant_id=found.tenant_id,
            tenant=found.tenant,
            namespace=found.namespace,
            kind="user",
            user_id=claims.user_id,
            role=Role(found.role),
            session_id=claims.session_id,
            suspended=found.state != "active",
        )

    async def member(self, claims: Claims) -> Membership | None:
        """The membership that a token stands for; none where session or membership is over."""
        # tenancy: the session tells the person; only auth_memberships() says which tenants
        async with self._database.platform() as session:
            if claims.session_id is not None:
                now = self._clock.now()
                if not await session_lives(session, claims.session_id, claims.user_id, now):
                    return None
            return await membership(session, claims.user_id, claims.tenant_id)


class GrantSource:
    """For the gateway, which has a cache of its own: keys, people's access tokens, and control's internal ones."""

    def __init__(self, keys: PrincipalSource, source: Source | None, tokens: Tokens | None) -> None:
        self._keys = keys
        self._source = source
        self._tokens = tokens

    async def lookup(self, key: str) -> Grant | None:
        if key.startswith(PREFIX) or self._source is None or self._tokens is None:
            return await self._keys.lookup(key)
        try:
            claims = self._tokens.verify(key, ACCESS_AUDIENCE, GATEWAY_AUDIENCE)
            found = await self._source.member(claims)
        except (UnauthenticatedError, TokenExpiredError):
            return None
        except PlatformError as error:
            raise AuthUnavailableError from error
        return None if found is None else _grant(claims, found)


def _name(identity: Identity) -> bytes:
    return f"{identity.provider} {identity.subject} {identity.organization} {identity.session_id}".encode()


def _claims(identity: Identity) -> Claims:
    if identity.organization is None:
        raise UnauthenticatedError("the token names no tenant")
    user_id, tenant_id = UUID(identity.subject), UUID(identity.organization)
    return Claims(user_id, tenant_id, identity.session_id, ACCESS_AUDIENCE, identity.expires_at)


def _grant(claims: Claims, found: Membership) -> Grant:
    return Grant(
        kind="internal" if claims.audience == GATEWAY_AUDIENCE else "user",
        tenant_id=found.tenant_id,
        tenant=found.tenant,
        user_id=claims.user_id,
        session_id=claims.session_id,
        routes=frozenset({MODELS_ROUTE}) if found.role == Role.VIEWER else None,
        expires_at=claims.expires_at,
        flags=flags(found.state),
    )


def _key_principal(found: KeyRights) -> Principal:
    grant = found.grant
    return Principal(
        tenant_id=grant.tenant_id,
        tenant=grant.tenant,
        namespace=found.namespace,
        kind="key",
        user_id=grant.user_id,
        role=None if found.role is None else Role(found.role),
        key_id=grant.key_id,
        scopes=found.scopes,
        expires_at=grant.expires_at,
        suspended=bool(grant.flags),
    )


def _ids(principal: Principal) -> tuple[object, ...]:
    return principal.session_id, principal.user_id, principal.key_id, principal.tenant_id
