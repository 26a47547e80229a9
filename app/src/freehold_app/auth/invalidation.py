"""How a changed or revoked key reaches every process at once.

Whoever changes a key publishes on `INVALIDATION_CHANNEL` after the commit; every gateway drops what it had cached.
`seq` counts up by one (Redis key `INVALIDATION_SEQUENCE`): a gap means that a message was missed, then all must go.
"""

from __future__ import annotations

from typing import Literal, Protocol
from uuid import UUID

import msgspec

from freehold_app.platform.redis import RedisClient, publish_numbered

INVALIDATION_CHANNEL = "fh:inv"
INVALIDATION_SEQUENCE = "fh:inv:seq"

# `session`: signed out or revoked; `member`: a person's role or membership (the id is the person's).
Kind = Literal["key", "session", "member", "tenant"]


class Invalidation(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that changed. JSON on the wire."""

    seq: int
    tenant_id: UUID
    kind: Kind
    id: UUID

    def encode(self) -> bytes:
        return msgspec.json.encode(self)

    @staticmethod
    def decode(data: bytes) -> Invalidation:
        """The message in `data`; msgspec.MsgspecError where it is none, which a reader treats as a gap."""
        return msgspec.json.decode(data, type=Invalidation)


class Announce(Protocol):
    """Tells every process that something changed; false where nobody could be told, and caches must age instead."""

    async def __call__(self, kind: Kind, tenant_id: UUID, changed: UUID) -> bool: ...


class RedisAnnounce:
    """`Announce` over Redis."""

    def __init__(self, redis: RedisClient | None) -> None:
        self._redis = redis

    async def __call__(self, kind: Kind, tenant_id: UUID, changed: UUID) -> bool:
        if self._redis is None:
            return False

        def message(seq: int) -> bytes:
            return Invalidation(seq=seq, tenant_id=tenant_id, kind=kind, id=changed).encode()

        return await publish_numbered(self._redis, INVALIDATION_CHANNEL, INVALIDATION_SEQUENCE, message)
