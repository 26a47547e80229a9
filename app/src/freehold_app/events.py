"""Facts that travel up or across the layers, and the one packed form in which they travel.

The gateway makes a `UsageEvent` for every admitted request, packs it into a Redis Stream and forgets it once the worker
has committed it. Both sides share this file and nothing else, so it does no I/O and knows no slice.

    event = UsageEvent(request_id=new_id(clock), tenant_id=..., key_id=..., model="smollm2", ...)
    await redis.xadd(usage_stream(0), {USAGE_FIELD: pack(event)})
    unpack(data) == event
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import msgspec

USAGE_SHARDS = 4
USAGE_GROUP = "usage"
USAGE_FIELD = b"e"

Outcome = Literal["ok", "error", "cancelled", "slow_client", "cached", "lost"]


class EventFormatError(ValueError):
    """The bytes are not a packed event."""


class UsageEvent(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What one admitted request used. It never holds content.

    Packed by position: a new field goes to the end and has a default, so that old and new processes read each other.
    Times are milliseconds, `overhead_us` microseconds, money millionths of a dollar.
    """

    request_id: UUID  # version 7: its first 48 bits are the request's time
    tenant_id: UUID
    key_id: UUID | None
    user_id: UUID | None
    model: str  # as the caller named it
    served_model: str  # the Model that answered
    provider: str  # "" for Models of this cluster
    route: str  # "/v1/chat/completions"
    status: int
    outcome: Outcome
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    estimated: bool
    cost_usd_micros: int
    price_version: int
    ttft_ms: int | None  # none where no byte of an answer came
    duration_ms: int
    held_ms: int
    attempts: int
    replica: str
    seq: int  # counts up by one in each replica, so that a gap shows a loss
    stream: bool = False
    error: str | None = None  # the code of the error that the caller saw
    overhead_us: int = 0

    @property
    def ts(self) -> datetime:
        """The request's time, out of its id, so that a replay of the event meets its own row."""
        return datetime.fromtimestamp((self.request_id.int >> 80) / 1000, UTC)


def usage_stream(shard: int) -> str:
    """The Redis Stream of one shard."""
    return f"fh:usage:{shard}"


def pack(event: UsageEvent) -> bytes:
    return msgspec.msgpack.encode(event)


def unpack(data: bytes) -> UsageEvent:
    """The event in `data`; EventFormatError where it holds none (never retryable)."""
    try:
        return msgspec.msgpack.decode(data, type=UsageEvent)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise EventFormatError(str(error)) from error
