"""Work that one process of all does: whoever holds an advisory lock in PostgreSQL.

    await run_alone(database, "tenants.mirror", mirror.run, stop)

The lock lives in an open transaction that does nothing else, so it also holds through a transaction pooler and is gone
the moment that its process or its connection is. Losing it stops the work, not the process.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from freehold_app.platform.errors import PlatformError
from freehold_app.platform.postgres import Database

TRY_SECONDS = 5.0
BEAT_SECONDS = 5.0


async def run_alone(
    database: Database,
    name: str,
    work: Callable[[], Awaitable[None]],
    stop: asyncio.Event,
    *,
    try_seconds: float = TRY_SECONDS,  # less in tests
    beat_seconds: float = BEAT_SECONDS,  # less in tests
) -> None:
    """Until `stop`; what `work` raises is raised here."""
    while not stop.is_set():
        try:
            async with database.lock(name) as lock:
                if lock is not None:
                    await _hold(lock.beat, work, stop, beat_seconds)
        except PlatformError as error:
            structlog.get_logger(__name__).warning("singleton_lost", component=name, error=type(error).__name__)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), try_seconds)


async def _hold(
    beat: Callable[[], Awaitable[None]], work: Callable[[], Awaitable[None]], stop: asyncio.Event, beat_seconds: float
) -> None:
    running, stopping = asyncio.ensure_future(work()), asyncio.ensure_future(stop.wait())
    try:
        while not running.done() and not stop.is_set():
            await asyncio.wait({running, stopping}, timeout=beat_seconds, return_when=asyncio.FIRST_COMPLETED)
            await beat()
        if running.done():
            running.result()
    finally:
        running.cancel()
        stopping.cancel()
        await asyncio.gather(running, stopping, return_exceptions=True)
