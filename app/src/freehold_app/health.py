"""Whether this process lives, has started, and may be sent requests: three questions with three answers.

Alive: the event loop turns. Started: the database's schema is there. Ready: every role says so and nobody asked the
process to stop. Redis never decides any of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from prometheus_client import CollectorRegistry, Gauge

from freehold_app.kit.clock import Clock
from freehold_app.platform.errors import PlatformError
from freehold_app.platform.postgres import Database

LAG_LIMIT_SECONDS = 5.0
_LAG_STEP_SECONDS = 0.5


class Health:
    def __init__(
        self,
        *,
        clock: Clock,
        registry: CollectorRegistry,
        database: Database | None,
        ready: Mapping[str, Callable[[], bool]],
        probes: Mapping[str, Callable[[], Awaitable[bool]]] | None = None,
    ) -> None:
        self._clock = clock
        self._database = database
        self._ready = ready
        self._probes = probes or {}
        self._started = False
        self.draining = False
        self.lag_seconds = 0.0
        lag = Gauge("freehold_loop_lag_seconds", "How late the event loop last was.", registry=registry)
        lag.set_function(lambda: self.lag_seconds)

    async def watch_loop(self) -> None:
        """Measure, until cancelled, how late the loop comes back to whoever waits."""
        while True:
            before = self._clock.monotonic()
            await asyncio.sleep(_LAG_STEP_SECONDS)
            self.lag_seconds = max(0.0, self._clock.monotonic() - before - _LAG_STEP_SECONDS)

    def dead(self) -> str | None:
        """Why this process should be replaced, if it should."""
        return "the event loop is stuck" if self.lag_seconds > LAG_LIMIT_SECONDS else None

    async def starting(self) -> str | None:
        """What the process still waits for; once it has started it stays so."""
        if self._started or self._database is None:
            return None
        try:
            version = await self._database.schema_version()
        except PlatformError as error:
            return f"{error.code}: {error.detail}"
        self._started = version is not None
        return None if self._started else "the database has no schema yet; run migrate"

    def unready(self) -> str | None:
        """Why no requests should come here, if so."""
        if self.draining:
            return "draining"
        waiting = [name for name, ready in self._ready.items() if not ready()]
        return f"waiting for {', '.join(waiting)}" if waiting else None

    async def missing(self) -> str | None:
        """Which dependency does not answer, if one does not without which no request can be served."""
        waiting = [name for name, probe in self._probes.items() if not await probe()]
        return f"waiting for {', '.join(waiting)}" if waiting else None
