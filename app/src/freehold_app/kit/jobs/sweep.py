"""What time alone makes superfluous: jobs that are done, answers kept for repeats, sessions that are over."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta

import structlog

from freehold_app.errors import FreeholdError
from freehold_app.kit.clock import Clock
from freehold_app.kit.jobs import repository
from freehold_app.kit.jobs.worker import WorkerDatabase

EVERY_SECONDS = 600.0
KEEP_REPEATS = timedelta(hours=24)
KEEP_DONE = timedelta(days=7)
KEEP_SESSIONS = timedelta(days=7)


class Sweep:
    def __init__(self, database: WorkerDatabase, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        """Every ten minutes until `stop`."""
        while not stop.is_set():
            try:
                await self.once()
            except FreeholdError as error:
                structlog.get_logger(__name__).warning("sweep_failed", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_SECONDS)

    async def once(self) -> None:
        now = self._clock.now()
        # tenancy: the worker's policies let it delete what is over in every tenant
        async with self._database.platform() as session:
            await repository.sweep(session, now - KEEP_REPEATS, now - KEEP_DONE, now - KEEP_SESSIONS)
