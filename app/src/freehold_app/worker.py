"""The worker role: loops that run beside each other until the process is asked to stop.

A loop that raises is a defect, but not a reason to stop the others: it is logged, counted and started again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from prometheus_client import CollectorRegistry, Counter

from freehold_app.usage.jobs import wait_or_stop

type Loop = Callable[[asyncio.Event], Awaitable[None]]

RESTART_SECONDS = 1.0
STOP_SECONDS = 15.0


def count_restarts(registry: CollectorRegistry) -> Counter:
    return Counter(
        "freehold_worker_restarts", "Loops that failed and were started again.", ["component"], registry=registry
    )


class WorkerRole:
    def __init__(
        self,
        loops: Mapping[str, Loop],
        registry: CollectorRegistry,
        *,
        restarts: Counter | None = None,
        restart_seconds: float = RESTART_SECONDS,  # less in tests
        stop_seconds: float = STOP_SECONDS,  # less in tests
    ) -> None:
        self._loops = loops
        self._restart_seconds = restart_seconds
        self._stop_seconds = stop_seconds
        self._stop = asyncio.Event()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._restarts = restarts if restarts is not None else count_restarts(registry)
        self._log = structlog.get_logger(__name__)

    def start(self) -> None:
        self._tasks = {
            name: asyncio.create_task(self._keep(name, loop), name=name) for name, loop in self._loops.items()
        }

    @property
    def alive(self) -> bool:
        return bool(self._tasks) and not any(task.done() for task in self._tasks.values())

    async def stop(self) -> None:
        """Let every loop finish what it holds; cancel what takes longer."""
        self._stop.set()
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks.values(), timeout=self._stop_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _keep(self, name: str, loop: Loop) -> None:
        while not self._stop.is_set():
            try:
                await loop(self._stop)
            except Exception:  # noqa: BLE001  top of a loop: logged, counted, started again
                self._log.exception("loop_failed", component=name)
                self._restarts.labels(name).inc()
                await wait_or_stop(self._stop, self._restart_seconds)
