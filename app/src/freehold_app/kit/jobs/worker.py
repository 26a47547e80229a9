"""The outbox's other end: jobs are claimed, run, and finished, each at least once.

    worker = JobWorker(queue, [Handler("member.removed", revoke_keys)], clock, settings...)
    await worker.run(stop)

A handler is idempotent: its process may die after the work and before the row says so. What it saved with `work.save`
it finds in `work.job.checkpoint` next time. A job that fails comes back after 2 s to 1 h, and is put aside as `dead`
after its last attempt. A job whose lease ran out belonged to a process that died.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import structlog
from prometheus_client import CollectorRegistry, Counter
from sqlalchemy.ext.asyncio import AsyncConnection

from freehold_app.errors import FreeholdError
from freehold_app.kit.clock import Clock
from freehold_app.kit.jobs import repository
from freehold_app.kit.jobs.repository import Job

BATCH = 16
MAX_ATTEMPTS = 8
FIRST_BACKOFF_SECONDS = 2.0
LAST_BACKOFF_SECONDS = 3600.0


class WorkerDatabase(Protocol):
    """`platform.postgres.Database` of the worker's role."""

    def tenant(self, tenant_id: UUID) -> AbstractAsyncContextManager[AsyncConnection]: ...

    def platform(self) -> AbstractAsyncContextManager[AsyncConnection]: ...


@dataclass(frozen=True, slots=True)
class Work:
    """One job in a handler's hands."""

    job: Job
    database: WorkerDatabase

    def session(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction of the job's own tenant."""
        return self.database.tenant(self.job.tenant_id)

    async def save(self, session: AsyncConnection, checkpoint: Mapping[str, Any], progress: float = 0.0) -> None:
        """Where to go on after a crash; `progress` is 0 to 1. Commits with what the session did."""
        await repository.save(session, self.job, checkpoint, progress)


@dataclass(frozen=True, slots=True)
class Handler:
    """What does jobs of one kind."""

    kind: str
    run: Callable[[Work], Awaitable[None]]
    max_attempts: int = MAX_ATTEMPTS


def backoff_seconds(attempts: int, spread: float) -> float:
    """Before the next attempt; `spread` is 0 to 1 and keeps many from coming back together."""
    grown = FIRST_BACKOFF_SECONDS * 2 ** min(attempts - 1, 20)
    return float(min(LAST_BACKOFF_SECONDS, grown) * (0.5 + spread / 2))


class JobWorker:
    def __init__(
        self,
        database: WorkerDatabase,
        handlers: Sequence[Handler],
        clock: Clock,
        registry: CollectorRegistry,
        *,
        concurrency: int,
        poll_seconds: float,
        lease_seconds: float,
        spread: Callable[[], float] = random.random,  # a fake in tests
    ) -> None:
        self._database = database
        self._handlers = {handler.kind: handler for handler in handlers}
        self._clock = clock
        self._concurrency = concurrency
        self._poll_seconds = poll_seconds
        self._lease = timedelta(seconds=lease_seconds)
        self._spread = spread
        self._running: set[asyncio.Task[None]] = set()
        self._results = Counter(
            "freehold_jobs",
            "Jobs by kind and by what became of them: done, retried, dead.",
            ["kind", "result"],
            registry=registry,
        )
        self._log = structlog.get_logger(__name__)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; what runs then is waited for, and its lease runs out if it is cancelled."""
        try:
            while not stop.is_set():
                claimed = await self._claim() if len(self._running) < self._concurrency else 0
                if claimed == 0:
                    await self._pause(stop)
        finally:
            await asyncio.gather(*self._running, return_exceptions=True)

    async def run_due(self) -> int:
        """Everything that is due now, to its end: for tests and commands. How many ran."""
        count = await self._claim()
        await asyncio.gather(*self._running)
        return count

    async def _claim(self) -> int:
        free, now = min(BATCH, self._concurrency - len(self._running)), self._clock.now()
        # tenancy: the queue is the worker's, its policy lets it see every tenant's jobs; handlers get one tenant
        async with self._database.platform() as session:
            jobs = await repository.claim(session, list(self._handlers), now, now + self._lease, free)
        for job in jobs:
            task = asyncio.create_task(self._do(job), name=f"job {job.kind}")
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return len(jobs)

    async def _pause(self, stop: asyncio.Event) -> None:
        waiting: set[asyncio.Future[Any]] = {asyncio.ensure_future(stop.wait()), *self._running}
        await asyncio.wait(waiting, timeout=self._poll_seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting - self._running:
            task.cancel()

    async def _do(self, job: Job) -> None:
        handler = self._handlers[job.kind]
        renewing = asyncio.create_task(self._renew(job))
        try:
            await handler.run(Work(job, self._database))
        except Exception as error:  # noqa: BLE001  top of a job: logged, counted, tried again or put aside
            await self._failed(job, handler, error)
        else:
            async with self._database.tenant(job.tenant_id) as session:
                await repository.finish(session, job)
            self._results.labels(job.kind, "done").inc()
        finally:
            renewing.cancel()

    async def _failed(self, job: Job, handler: Handler, error: Exception) -> None:
        dead = job.attempts >= handler.max_attempts
        reason = error.code if isinstance(error, FreeholdError) else type(error).__name__
        self._log.warning("job_failed", component=job.kind, attempt=job.attempts, reason=reason, exc_info=error)
        self._results.labels(job.kind, "dead" if dead else "retried").inc()
        again: datetime = self._clock.now() + timedelta(seconds=backoff_seconds(job.attempts, self._spread()))
        async with self._database.tenant(job.tenant_id) as session:
            await repository.fail(session, job, reason, None if dead else again)

    async def _renew(self, job: Job) -> None:
        """At a third of the lease, so that two renewals may fail."""
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            async with self._database.tenant(job.tenant_id) as session:
                await repository.renew(session, job, self._clock.now() + self._lease)
