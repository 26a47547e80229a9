"""Server-sent events that say when they are alive and end when they must.

    @router.get("/things/{id}/events")
    async def follow(..., streams: Given[Streams], principal: TenantMember) -> EventStream:
        return streams.open(principal.user_id, events(), until=principal.expires_at)   # AsyncIterator[Event]

A comment every 15 s keeps proxies from closing; a stream ends with `resync` when the process drains, and without a word
when the caller's token runs out, so that the client comes back with a new one. At most six per caller.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from fastapi.responses import StreamingResponse

from freehold_app.kit.clock import Clock
from freehold_app.kit.errors import RateLimitedError

PING_SECONDS = 15.0
STREAMS_PER_USER = 6
_PING = b": ping\n\n"


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `data` is anything that JSON can hold (or a pydantic `model_dump(mode="json")`)."""

    name: str
    data: Any = None
    id: str | None = None

    def encode(self) -> bytes:
        head = f"event: {self.name}\n" + (f"id: {self.id}\n" if self.id is not None else "")
        return head.encode() + b"data: " + orjson.dumps(self.data) + b"\n\n"


RESYNC = Event("resync")


class EventStream(StreamingResponse):
    """The answer; never compressed, never cached, never buffered by nginx."""

    media_type = "text/event-stream"

    def __init__(self, content: AsyncIterator[bytes], status_code: int = 200) -> None:
        super().__init__(content, status_code, headers={"cache-control": "no-store", "x-accel-buffering": "no"})


class Streams:
    """Every open stream of this process."""

    def __init__(self, clock: Clock, *, ping_seconds: float = PING_SECONDS) -> None:
        self._clock = clock
        self._ping_seconds = ping_seconds
        self._open: Counter[UUID | None] = Counter()
        self.stopping = asyncio.Event()

    def __len__(self) -> int:
        return self._open.total()

    def open(self, owner: UUID | None, events: AsyncIterator[Event], *, until: datetime | None) -> EventStream:
        """RateLimitedError for the seventh of one owner. `until`: when the caller's token ends."""
        if self._open[owner] >= STREAMS_PER_USER:
            raise RateLimitedError(f"at most {STREAMS_PER_USER} event streams at a time", retry_after_seconds=5)
        return EventStream(self._counted(owner, events, until))

    async def _counted(
        self, owner: UUID | None, events: AsyncIterator[Event], until: datetime | None
    ) -> AsyncIterator[bytes]:
        self._open[owner] += 1
        try:
            async for part in self._pinged(events, until):
                yield part
        finally:
            self._open[owner] -= 1

    async def _pinged(self, events: AsyncIterator[Event], until: datetime | None) -> AsyncIterator[bytes]:
        yield _PING  # at once: the client sees that it is connected
        stopping = asyncio.ensure_future(self.stopping.wait())
        upcoming: asyncio.Future[Event] | None = None
        try:
            while not self._over(until):
                upcoming = upcoming or asyncio.ensure_future(anext(events))
                waited: set[asyncio.Future[Any]] = {upcoming, stopping}
                done, _ = await asyncio.wait(waited, timeout=self._pause(until), return_when=asyncio.FIRST_COMPLETED)
                if upcoming in done:
                    finished, upcoming = upcoming, None
                    try:
                        yield finished.result().encode()
                    except StopAsyncIteration:
                        return
                elif stopping in done:
                    yield RESYNC.encode()
                    return
                else:
                    yield _PING
        finally:
            await _end(upcoming, stopping)
            if hasattr(events, "aclose"):
                await events.aclose()

    def _over(self, until: datetime | None) -> bool:
        return until is not None and self._clock.now() >= until

    def _pause(self, until: datetime | None) -> float:
        left = self._ping_seconds if until is None else (until - self._clock.now()).total_seconds()
        return max(0.0, min(self._ping_seconds, left))


async def _end(*tasks: asyncio.Future[Any] | None) -> None:
    for task in tasks:
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration):
                await task
