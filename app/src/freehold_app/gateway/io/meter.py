"""Usage events on their way out: a ring in memory, Redis Streams, and a spool on disk when Redis is away.

An event is out of our hands once Redis has it; the worker's insert is idempotent, so whatever is uncertain is sent
twice rather than lost. No request ever waits for any of this.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass

import structlog
from redis.exceptions import RedisError

from freehold_app.events import USAGE_FIELD, USAGE_SHARDS, UsageEvent, pack, usage_stream
from freehold_app.gateway.io.spool import Spool
from freehold_app.platform.redis import RedisClient

RING_EVENTS = 20_000
FLUSH_SECONDS = 0.1
FLUSH_EVENTS = 200
RETRY_SECONDS = 1.0
REPLAY_EVENTS = 200
"""Per flush: 2,000 a second, so that a replay does not crowd out what is new."""


@dataclass(slots=True)
class Counts:
    """What became of the events."""

    emitted: int = 0
    sent: int = 0
    spooled: int = 0
    dropped: int = 0


class Meter:
    """Takes events at once and sends them from a task of its own."""

    def __init__(self, redis: RedisClient | None, spool: Spool | None, replica: str) -> None:
        self._redis = redis
        self._spool = spool
        self._ring: deque[bytes] = deque()
        self._seq = 0
        self._wake = asyncio.Event()
        self._redis_answers = True
        self._log = structlog.get_logger(__name__)
        self.replica = replica
        self.counts = Counts()

    @property
    def spool_bytes(self) -> int:
        """Bytes on disk."""
        return self._spool.size_bytes if self._spool is not None else 0

    @property
    def kept(self) -> bool:
        """Whether anybody takes events at all."""
        return self._redis is not None or self._spool is not None

    def next_seq(self) -> int:
        """The next event's number in this replica."""
        self._seq += 1
        return self._seq

    def emit(self, event: UsageEvent) -> None:
        """Take an event. When the ring is full the oldest goes, counted."""
        self.counts.emitted += 1
        if len(self._ring) >= RING_EVENTS:
            self._ring.popleft()
            self.counts.dropped += 1
        self._ring.append(pack(event))
        if len(self._ring) >= FLUSH_EVENTS:
            self._wake.set()

    async def run(self) -> None:
        """Send every 100 ms, or as soon as 200 events wait; for ever."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), FLUSH_SECONDS)
            self._wake.clear()
            if not await self.flush():
                await asyncio.sleep(RETRY_SECONDS)

    async def flush(self) -> bool:
        """Send what waits; false where Redis did not take it (then it is spooled, if there is a spool)."""
        while self._ring:
            batch = [self._ring.popleft() for _ in range(min(FLUSH_EVENTS, len(self._ring)))]
            if await self._send(batch):
                self.counts.sent += len(batch)
            else:
                await self._keep(batch)
                return False
        return await self._replay()

    async def close(self, seconds: float) -> None:
        """Send or spool the rest; what is left after `seconds` goes to the spool."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.flush()
        if self._ring and self._spool is not None:
            rest = list(self._ring)
            self._ring.clear()
            await self._keep(rest)
        if self._ring:
            self.counts.dropped += len(self._ring)
            self._log.error("usage_events_lost", dropped=len(self._ring))
        if self._spool is not None:
            self._spool.close()

    async def _send(self, batch: list[bytes]) -> bool:
        """One pipelined round trip."""
        if self._redis is None:
            return False
        pipeline = self._redis.pipeline(transaction=False)
        for index, data in enumerate(batch):
            pipeline.xadd(usage_stream(index % USAGE_SHARDS), {USAGE_FIELD: data})
        try:
            await pipeline.execute()
        except (RedisError, OSError, TimeoutError) as error:
            self._note_redis(answers=False, reason=type(error).__name__)
            return False
        self._note_redis(answers=True, reason="")
        return True

    async def _keep(self, batch: list[bytes]) -> None:
        """To the spool, else back into the ring."""
        if self._spool is None:
            self._ring.extendleft(reversed(batch))
            while len(self._ring) > RING_EVENTS:
                self._ring.popleft()
                self.counts.dropped += 1
            return
        written = await asyncio.to_thread(self._spool.write, batch)
        self.counts.spooled += written
        self.counts.dropped += len(batch) - written
        if written < len(batch):
            self._log.error("usage_spool_full", dropped=len(batch) - written)

    async def _replay(self) -> bool:
        """Send a piece of what an outage or an earlier process left on disk."""
        if self._spool is None or self._redis is None or not self._spool.size_bytes:
            return True
        batch = await asyncio.to_thread(self._spool.peek, REPLAY_EVENTS)
        if batch and not await self._send(batch):
            return False
        self.counts.sent += len(batch)
        await asyncio.to_thread(self._spool.drop_peeked)
        return True

    def _note_redis(self, *, answers: bool, reason: str) -> None:
        """One line per change, not per failure."""
        if answers != self._redis_answers:
            self._redis_answers = answers
            self._log.warning("usage_stream_back" if answers else "usage_stream_away", reason=reason)
