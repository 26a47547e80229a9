"""Which object is reconciled when: one entry per object, bounded workers, retries that grow, a jittered resync.

`Schedule` decides and is pure; `WorkQueue` runs it in an event loop.
"""

import asyncio
import logging
import math
import random
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from freehold_operator import errors
from freehold_operator.kube.kinds import ObjectKey

log = logging.getLogger(__name__)

GONE = math.inf  # a reconcile answers this for an object that no longer exists: no resync, no memory
FIRST_RETRY_SECONDS = 1.0
LAST_RETRY_SECONDS = 60.0

Reconcile = Callable[[ObjectKey], Awaitable[float | None]]
"""Reconciles one object; answers seconds until the next run, None for the ordinary resync, or GONE."""


class Schedule:
    """Keys that wait, keys that run, keys that are due later. Times are seconds of one clock, given by argument."""

    def __init__(self) -> None:
        self._ready: OrderedDict[str, OrderedDict[ObjectKey, float]] = OrderedDict()
        self._running: dict[ObjectKey, float] = {}
        self._again: set[ObjectKey] = set()
        self._due: dict[ObjectKey, float] = {}
        self._failures: dict[ObjectKey, int] = {}

    def add(self, key: ObjectKey, now: float) -> None:
        """Run this object as soon as a worker is free; once more afterwards if it is running."""
        self._due.pop(key, None)
        if key in self._running:
            self._again.add(key)
            return
        self._ready.setdefault(key.namespace, OrderedDict()).setdefault(key, now)

    def add_at(self, key: ObjectKey, due: float) -> None:
        """Run this object at a time; an earlier time that is already set stays."""
        self._due[key] = min(due, self._due.get(key, math.inf))

    def take(self, now: float) -> ObjectKey | None:
        """The next object to run, namespaces in turn, so that one tenant's hundred objects do not starve another."""
        for key in [key for key, due in self._due.items() if due <= now]:
            self.add(key, now)
        if not self._ready:
            return None
        namespace, keys = self._ready.popitem(last=False)
        key, _ = keys.popitem(last=False)
        if keys:
            self._ready[namespace] = keys
        self._running[key] = now
        self._due.pop(key, None)
        return key

    def done(self, key: ObjectKey, now: float, after_seconds: float) -> None:
        """A run ended well; look again after so many seconds, GONE for never."""
        self._failures.pop(key, None)
        self._finish(key, now, after_seconds)

    def failed(self, key: ObjectKey, now: float, jitter: float) -> float:
        """A run failed; the delay doubles from 1 to 60 s. `jitter` is 0..1; returns the delay in seconds."""
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        delay = min(LAST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2.0 ** min(failures, 10)) * (0.8 + 0.4 * jitter)
        self._finish(key, now, delay)
        return delay

    def _finish(self, key: ObjectKey, now: float, after_seconds: float) -> None:
        self._running.pop(key, None)
        if key in self._again:
            self._again.discard(key)
            self.add(key, now)
        elif after_seconds != GONE:
            self.add_at(key, now + after_seconds)

    def next_due(self) -> float:
        """When the earliest delayed object is due; infinity when none is."""
        return min(self._due.values(), default=math.inf)

    def depth(self, kind: str) -> int:
        """How many objects of a kind wait for a worker."""
        return sum(1 for keys in self._ready.values() for key in keys if key.kind == kind)

    def oldest_seconds(self, kind: str, now: float) -> float:
        """How long the longest waiting object of a kind has waited."""
        times = [since for keys in self._ready.values() for key, since in keys.items() if key.kind == kind]
        return now - min(times, default=now)

    def busy(self, kind: str) -> int:
        """How many workers are on objects of a kind."""
        return sum(1 for key in self._running if key.kind == kind)


class RunObserver(Protocol):
    """Told about each finished run, for metrics."""

    def __call__(self, kind: str, result: str, seconds: float) -> None:
        """`result` is ok, gone, retry, give_up or error."""


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """How much runs at once, for how long, and how often everything is looked at anyway."""

    workers: int = 32
    resync_seconds: float = 600
    run_deadline_seconds: float = 30


class WorkQueue:
    """Workers over a Schedule. `add` must be called from the queue's own event loop."""

    def __init__(
        self,
        reconcilers: Mapping[str, Reconcile],
        limits: QueueLimits | None = None,
        observe: RunObserver | None = None,
        clock: Callable[[], float] = time.monotonic,  # a fake in tests
        jitter: Callable[[], float] = random.random,  # a fake in tests
    ) -> None:
        self.schedule = Schedule()
        self._reconcilers = reconcilers
        self._limits = limits or QueueLimits()
        self._observe = observe
        self._clock = clock
        self._jitter = jitter
        self._wake = asyncio.Event()

    def add(self, key: ObjectKey) -> None:
        """Queue an object of a kind that is reconciled here; others are ignored."""
        if key.kind in self._reconcilers:
            self.schedule.add(key, self._clock())
            self._wake.set()

    def add_after(self, key: ObjectKey, seconds: float) -> None:
        """Queue an object for later."""
        if key.kind in self._reconcilers:
            self.schedule.add_at(key, self._clock() + seconds)
            self._wake.set()

    def now(self) -> float:
        """The time by the queue's clock."""
        return self._clock()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as workers:
            free = asyncio.Semaphore(self._limits.workers)
            while True:
                await free.acquire()
                key = await self._next()
                workers.create_task(self._work(key, free), name=f"reconcile {key}")

    async def run_once(self) -> ObjectKey | None:
        """Run the next object that is ready, if any: what tests and one-shot tools call."""
        key = self.schedule.take(self._clock())
        if key is not None:
            await self._reconcile(key)
        return key

    async def _next(self) -> ObjectKey:
        while True:
            key = self.schedule.take(self._clock())
            if key is not None:
                return key
            self._wake.clear()
            pause = self.schedule.next_due() - self._clock()
            try:
                async with asyncio.timeout(None if math.isinf(pause) else max(0.0, pause)):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _work(self, key: ObjectKey, free: asyncio.Semaphore) -> None:
        try:
            await self._reconcile(key)
        finally:
            free.release()
            self._wake.set()

    async def _reconcile(self, key: ObjectKey) -> None:
        started = self._clock()
        result = await self._run(key)
        if self._observe:
            self._observe(key.kind, result, self._clock() - started)

    async def _run(self, key: ObjectKey) -> str:
        try:
            async with asyncio.timeout(self._limits.run_deadline_seconds):
                after = await self._reconcilers[key.kind](key)
        except errors.RetryLater as error:
            log.info("retrying later", extra={"object": key, "reason": str(error)})
            self.schedule.done(key, self._clock(), error.after_seconds)
            return "retry"
        except errors.GiveUp as error:
            log.warning("gave up", extra={"object": key, "reason": str(error)})
            self.schedule.done(key, self._clock(), self._resync())
            return "give_up"
        except errors.ApiError as error:
            delay = self.schedule.failed(key, self._clock(), self._jitter())
            log.warning("retrying", extra={"object": key, "reason": str(error), "after_seconds": delay})
            return "error"
        except Exception:
            delay = self.schedule.failed(key, self._clock(), self._jitter())
            log.exception("reconcile failed", extra={"object": key, "after_seconds": delay})
            return "error"
        self.schedule.done(key, self._clock(), self._resync() if after is None else after)
        return "gone" if after == GONE else "ok"

    def _resync(self) -> float:
        return self._limits.resync_seconds * (0.8 + 0.4 * self._jitter())
