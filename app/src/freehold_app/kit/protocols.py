"""Where layers meet without importing each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from freehold_app.events import UsageEvent


class UsageSink(Protocol):
    """Takes finished requests. Implementations must not lose an event once `emit` has returned."""

    async def emit(self, events: Sequence[UsageEvent]) -> None: ...
