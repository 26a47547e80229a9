"""How a changed or revoked key reaches every process at once.

Whoever changes a key publishes on `INVALIDATION_CHANNEL` after the commit; every gateway drops what it had cached.
`seq` counts up by one (Redis key `INVALIDATION_SEQUENCE`): a gap means that a message was missed, then all must go.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec

INVALIDATION_CHANNEL = "fh:inv"
INVALIDATION_SEQUENCE = "fh:inv:seq"


class Invalidation(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that changed. JSON on the wire."""

    seq: int
    tenant_id: UUID
    kind: Literal["key"]
    id: UUID

    def encode(self) -> bytes:
        return msgspec.json.encode(self)

    @staticmethod
    def decode(data: bytes) -> Invalidation:
        """The message in `data`; msgspec.MsgspecError where it is none, which a reader treats as a gap."""
        return msgspec.json.decode(data, type=Invalidation)
