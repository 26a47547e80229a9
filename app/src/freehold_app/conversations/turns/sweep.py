"""What the worker does for conversations: ends turns whose process is gone, deletes what no device may ask for."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta

import structlog

from freehold_app.conversations.sync import TOMBSTONES
from freehold_app.conversations.turns import repository
from freehold_app.conversations.turns.ending import give_up
from freehold_app.conversations.writing import Owner
from freehold_app.kit.clock import Clock
from freehold_app.kit.jobs.worker import WorkerDatabase
from freehold_app.platform.errors import PlatformError

EVERY_SECONDS = 30.0
KEEP_RESULTS = timedelta(days=30)
BATCH = 500


class TurnSweep:
    def __init__(self, database: WorkerDatabase, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        """Every half minute until `stop`."""
        while not stop.is_set():
            try:
                await self.once()
            except PlatformError as error:
                structlog.get_logger(__name__).warning("turn_sweep_failed", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_SECONDS)

    async def once(self) -> int:
        """How many turns were ended."""
        now = self._clock.now()
        # tenancy: the worker's policies show it running turns of every tenant, and let it delete what is over
        async with self._database.platform() as session:
            lost = await repository.lost(session, BATCH)
            # Longer than cursors are good for, by a day, so that none passes a tombstone by.
            before = now - TOMBSTONES - timedelta(days=1)
            await repository.tidy(session, now - KEEP_RESULTS, before, BATCH)
        ended = 0
        for turn in lost:
            async with self._database.tenant(turn.tenant_id) as session:
                ended += await give_up(session, Owner(turn.tenant_id, turn.owner_id), turn.id)
        return ended
