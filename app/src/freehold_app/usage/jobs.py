"""The usage writer: from Redis Streams into PostgreSQL, each event once, however often it comes or the worker dies.

Order is everything: read, commit, acknowledge. A crash before the commit leaves the entries pending, a crash after it
makes them come again to be recognised by their primary key. An event that PostgreSQL will never take is put aside in
`fh:usage:<n>:dead`, so that it cannot stop the ones behind it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from freehold_app.events import EventFormatError, UsageEvent, unpack
from freehold_app.kit.clock import Clock
from freehold_app.platform.errors import PlatformError
from freehold_app.platform.postgres import Database
from freehold_app.platform.streams import Entry, StreamGroup
from freehold_app.usage.errors import UsageRefusedError
from freehold_app.usage.repository import record

BATCH = 1000
CLAIM_EVERY_SECONDS = 15.0
RETRY_SECONDS = (0.5, 1.0, 2.0, 5.0)  # the last one goes on until it works


@dataclass(frozen=True, slots=True)
class Pending:
    """An entry and the event in it."""

    entry: Entry
    event: UsageEvent


class WriterMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.events = Counter(
            "freehold_usage_events",
            "Usage events by what became of them: written, repeated, buried.",
            ["result"],
            registry=registry,
        )
        self.failures = Counter(
            "freehold_usage_failures", "Attempts that failed and were repeated.", ["reason"], registry=registry
        )
        self.backlog = Gauge("freehold_usage_backlog", "Events that wait in Redis.", registry=registry)


class UsageWriter:
    def __init__(self, group: StreamGroup, database: Database, metrics: WriterMetrics, clock: Clock) -> None:
        self._group = group
        self._database = database
        self._metrics = metrics
        self._clock = clock
        self._log = structlog.get_logger(__name__)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set: finish what an earlier life left, then take what comes."""
        await self._until_done(stop, self._group.open)
        await self._until_done(stop, self._finish_unfinished)
        claimed_at = self._clock.monotonic()
        while not stop.is_set():
            await self._until_done(stop, self._take_new)
            if self._clock.monotonic() - claimed_at >= CLAIM_EVERY_SECONDS:
                claimed_at = self._clock.monotonic()
                await self._until_done(stop, self._take_over)

    async def write(self, entries: Sequence[Entry]) -> None:
        """Commit, then acknowledge. PlatformError where that must be tried again."""
        pending, broken = _unpacked(entries)
        if broken:
            await self._bury(broken, "unreadable")
        if pending:
            await self._commit(pending)
            await self._group.finish([item.entry for item in pending])

    async def _take_new(self) -> None:
        entries = await self._group.read(BATCH)
        self._metrics.backlog.set(await self._group.backlog())
        if entries:
            await self.write(entries)

    async def _finish_unfinished(self) -> None:
        while entries := await self._group.unfinished(BATCH):
            await self.write(entries)

    async def _take_over(self) -> None:
        if entries := await self._group.claim(BATCH):
            await self.write(entries)

    async def _commit(self, pending: Sequence[Pending]) -> None:
        """Write a batch; one that PostgreSQL refuses is halved until the guilty event stands alone."""
        try:
            # tenancy: a batch holds events of many tenants, as the worker's policy allows
            async with self._database.platform() as session:
                written = await record(session, [item.event for item in pending])
        except UsageRefusedError as error:
            await self._commit_halves(pending, error)
            return
        self._metrics.events.labels("written").inc(written)
        self._metrics.events.labels("repeated").inc(len(pending) - written)

    async def _commit_halves(self, pending: Sequence[Pending], error: UsageRefusedError) -> None:
        if len(pending) == 1:
            await self._bury([pending[0].entry], error.reason)
            return
        middle = len(pending) // 2
        await self._commit(pending[:middle])
        await self._commit(pending[middle:])

    async def _bury(self, entries: Sequence[Entry], reason: str) -> None:
        await self._group.bury(entries)
        self._metrics.events.labels("buried").inc(len(entries))
        self._log.error("usage_buried", count=len(entries), reason=reason)

    async def _until_done(self, stop: asyncio.Event, action: Callable[[], Awaitable[None]]) -> None:
        """Repeat `action` while what it depends on is away. What was read stays pending in Redis meanwhile."""
        attempt = 0
        while not stop.is_set():
            try:
                await action()
            except PlatformError as error:
                self._metrics.failures.labels(error.code).inc()
                if attempt == 0:
                    self._log.warning("usage_waits", reason=error.code)
                await wait_or_stop(stop, RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
                attempt += 1
                action = self._finish_unfinished if action == self._take_new else action
            else:
                if attempt:
                    self._log.info("usage_goes_on", attempts=attempt)
                return


async def wait_or_stop(stop: asyncio.Event, seconds: float) -> None:
    """Return after `seconds`, or as soon as `stop` is set."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def _unpacked(entries: Sequence[Entry]) -> tuple[list[Pending], list[Entry]]:
    """Events, and the entries that hold none."""
    good: list[Pending] = []
    broken: list[Entry] = []
    for entry in entries:
        try:
            good.append(Pending(entry, unpack(entry.data)))
        except EventFormatError:
            broken.append(entry)
    return good, broken
