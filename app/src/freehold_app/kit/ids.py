"""Ids that sort by time: UUID version 7 (RFC 9562, section 5.7); PostgreSQL itself makes them only from 18 on."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from uuid import UUID

from freehold_app.kit.clock import Clock

_VERSION = 7 << 76
_VARIANT = 2 << 62


def new_id(clock: Clock) -> UUID:
    """48 bits of milliseconds since 1970, then 74 random bits."""
    milliseconds = int(clock.now().timestamp() * 1000)
    random = secrets.randbits(74)
    return UUID(int=milliseconds << 80 | _VERSION | (random >> 62) << 64 | _VARIANT | random & ((1 << 62) - 1))


def time_of(identifier: UUID) -> datetime:
    """The millisecond in which a version 7 id was made."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)


def plain(found: UUID) -> UUID:
    """The database driver's own subclass is refused by orjson, which knows exactly `uuid.UUID`."""
    return UUID(int=found.int)
