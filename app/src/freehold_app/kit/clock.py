"""Clocks as arguments, so that tests own time.

def expired(grant: Grant, clock: Clock) -> bool:
    return clock.now() >= grant.expires_at
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The time of day, in UTC."""

    def monotonic(self) -> float:
        """Seconds that never go backwards; only differences mean something."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()
