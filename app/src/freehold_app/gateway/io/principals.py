"""Grants by credential, cached, so that PostgreSQL is asked once per key and half minute and never twice at a time.

When PostgreSQL is down nothing can be revoked either, so known keys stay good for ten minutes; unknown keys are refused
as `auth_unavailable`, never as invalid.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass

import structlog

from freehold_app.auth import AuthUnavailableError, Grant, GrantFlag, PrincipalSource
from freehold_app.gateway.core.errors import Refusal, refusal
from freehold_app.kit.clock import Clock

MAX_ENTRIES = 20_000
TTL_SECONDS = 30.0
TTL_UNHEARD_SECONDS = 3.0
"""While nobody hears revocations: they must arrive within five seconds all the same."""
MISS_SECONDS = 5.0
STALE_SECONDS = 600.0
MISSES_PER_SECOND = 20
MAX_KEY_BYTES = 2048  # people's access tokens are longer than keys
MAX_ADDRESSES = 10_000


@dataclass(slots=True)
class Entry:
    """One credential's answer; `grant` None is a key that nobody knows."""

    grant: Grant | None
    asked_at: float


class Misses:
    """Unknown keys per address and second, against guessing."""

    def __init__(self) -> None:
        self._second = 0
        self._counts: dict[str, int] = {}

    def too_many(self, address: str, now: float) -> bool:
        """Whether the address has used up this second."""
        return int(now) == self._second and self._counts.get(address, 0) > MISSES_PER_SECOND

    def note(self, address: str, now: float) -> None:
        """One more unknown key."""
        if int(now) != self._second or len(self._counts) > MAX_ADDRESSES:
            self._second, self._counts = int(now), {}
        self._counts[address] = self._counts.get(address, 0) + 1


class Principals:
    """The cache in front of a `PrincipalSource`. `now` is the steady clock's."""

    def __init__(self, source: PrincipalSource, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._salt = secrets.token_bytes(16)
        self._entries: OrderedDict[bytes, Entry] = OrderedDict()
        self._asking: dict[bytes, asyncio.Task[Entry]] = {}
        self._misses = Misses()
        self._log = structlog.get_logger(__name__)
        self.ttl_seconds = TTL_SECONDS
        self.results = {"hit": 0, "miss": 0, "unknown": 0, "stale": 0, "unavailable": 0}

    def __len__(self) -> int:
        return len(self._entries)

    def known(self, credential: bytes | None, now: float) -> Grant | Refusal | None:
        """The answer as far as the cache has it; None means ask `find`."""
        if credential is None:
            return refusal("no_api_key")
        if len(credential) > MAX_KEY_BYTES:
            return refusal("invalid_api_key")
        entry = self._entries.get(self._digest(credential))
        if entry is None or now - entry.asked_at > (self.ttl_seconds if entry.grant else MISS_SECONDS):
            return None
        self.results["hit"] += 1
        return self._judged(entry.grant)

    async def find(self, credential: bytes, address: str, now: float) -> Grant | Refusal:
        """Ask the source, once for all who ask at the same time."""
        if self._misses.too_many(address, now):
            return refusal("too_many_misses", retry_after_ms=1000)
        digest = self._digest(credential)
        task = self._asking.get(digest)
        if task is None:
            task = self._asking[digest] = asyncio.create_task(self._ask(digest, credential, now))
            task.add_done_callback(lambda _: self._asking.pop(digest, None))
        try:
            entry = await asyncio.shield(task)  # one caller's leaving must not fail the others
        except AuthUnavailableError:
            return self._stale(digest, now)
        if entry.grant is None:
            self.results["unknown"] += 1
            self._misses.note(address, now)
        return self._judged(entry.grant)

    def drop(self) -> None:
        """Forget everything: something was revoked, or may have been. What is stale is kept for an outage."""
        for entry in self._entries.values():
            entry.asked_at = min(entry.asked_at, self._clock.monotonic() - TTL_SECONDS - 1.0)

    def forget(self, changed: object) -> None:
        """A key, session, person or tenant was changed or revoked: it may not even serve as stale."""
        for digest in [digest for digest, entry in self._entries.items() if changed in _ids(entry.grant)]:
            del self._entries[digest]

    async def _ask(self, digest: bytes, credential: bytes, now: float) -> Entry:
        self.results["miss"] += 1
        try:
            grant = await self._source.lookup(credential.decode("ascii"))
        except UnicodeDecodeError:
            grant = None
        entry = Entry(grant, now)
        self._entries[digest] = entry
        self._entries.move_to_end(digest)
        if len(self._entries) > MAX_ENTRIES:
            self._entries.popitem(last=False)
        return entry

    def _stale(self, digest: bytes, now: float) -> Grant | Refusal:
        entry = self._entries.get(digest)
        if entry is None or entry.grant is None or now - entry.asked_at > STALE_SECONDS:
            self.results["unavailable"] += 1
            return refusal("auth_unavailable", retry_after_ms=1000)
        self.results["stale"] += 1
        return self._judged(entry.grant)

    def _judged(self, grant: Grant | None) -> Grant | Refusal:
        if grant is None:
            return refusal("invalid_api_key")
        if grant.expires_at is not None and grant.expired(self._clock.now()):
            return refusal("expired_api_key")
        if GrantFlag.TENANT_SUSPENDED in grant.flags:
            return refusal("tenant_suspended", t=grant.tenant)
        return grant

    def _digest(self, credential: bytes) -> bytes:
        """Keyed per process, so that a dump of memory holds no key and collisions cannot be prepared."""
        return hashlib.blake2b(credential, digest_size=16, key=self._salt).digest()


def _ids(grant: Grant | None) -> tuple[object, ...]:
    return (grant.key_id, grant.session_id, grant.user_id, grant.tenant_id) if grant is not None else ()
