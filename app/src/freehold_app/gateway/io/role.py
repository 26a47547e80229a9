"""The gateway role: everything of the data path that lives as long as the process.

It owns the tasks (watches, meter, sweep) and hands each request to a shell; `freehold_app.gateway.build` makes it.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Coroutine, Mapping
from time import monotonic
from typing import Any, NoReturn, Protocol

import structlog

from freehold_app.gateway.core.errors import refusal
from freehold_app.gateway.core.floor import Floor
from freehold_app.gateway.core.ports import Settlement
from freehold_app.gateway.core.record import usage_event
from freehold_app.gateway.io.access_log import AccessLog
from freehold_app.gateway.io.activate import Activator
from freehold_app.gateway.io.forward import Forwarder
from freehold_app.gateway.io.meter import Meter
from freehold_app.gateway.io.metrics import GatewayMetrics
from freehold_app.gateway.io.principals import Principals
from freehold_app.gateway.io.revocation import Revocations
from freehold_app.gateway.io.shell_asgi import AsgiCall
from freehold_app.gateway.io.upstream import UpstreamPool
from freehold_app.gateway.ports import AsgiApp, Receive, Scope, Send

SWEEP_SECONDS = 0.25
FLUSH_SECONDS = 5.0


class Catalog(Protocol):
    """Where snapshots come from."""

    @property
    def ready(self) -> bool: ...

    def age_seconds(self, now: float) -> float: ...

    async def run(self) -> None: ...


class Closing(Protocol):
    """Something to close at the end."""

    async def aclose(self) -> None: ...


class Gateway:
    """One process's data path. Connections and stores are given; it closes only what it says."""

    def __init__(
        self,
        *,
        floor: Floor,
        catalog: Catalog,
        principals: Principals,
        pool: UpstreamPool,
        forwarder: Forwarder,
        activator: Activator,
        meter: Meter,
        metrics: GatewayMetrics,
        access_log: AccessLog,
        revocations: Revocations | None,
        max_body_bytes: int,
        owned: Closing | None = None,
    ) -> None:
        self.floor = floor
        self.principals = principals
        self.forwarder = forwarder
        self.max_body_bytes = max_body_bytes
        self.buffered_bytes = 0
        self.calls: set[AsgiCall] = set()
        self.metrics = metrics
        self._catalog = catalog
        self._pool = pool
        self._activator = activator
        self._meter = meter
        self._access_log = access_log
        self._revocations = revocations
        self._owned = owned
        self._tasks: list[asyncio.Task[None]] = []
        self._idle = asyncio.Event()
        self._idle.set()  # a gateway that never had a call must not wait out its drain time for the first to end
        """Set when the last call ends while draining."""
        self._epoch = secrets.token_hex(8)
        self._log = structlog.get_logger(__name__)

    @property
    def asgi(self) -> AsgiApp:
        """Serves every path under `/v1/`."""
        return self._serve

    @property
    def ready(self) -> bool:
        """The first catalogue is here, and the process is not going down. Redis never unreadies."""
        return self._catalog.ready and not self.floor.draining

    async def start(self) -> None:
        """Start the tasks; returns at once."""
        self._spawn(self._catalog.run())
        self._spawn(self._sweep())
        if self._meter.kept:
            self._spawn(self._meter.run())
        if self._revocations is not None:
            self._spawn(self._revocations.run())

    async def drain(self, seconds: float) -> None:
        """Refuse what is held and what comes; let running answers end within `seconds`."""
        self.floor.draining = True
        self.floor.refuse_held(refusal("shutting_down", retry_after_ms=1000), monotonic())
        if self.calls:
            self._idle.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)
        for call in list(self.calls):
            call.exchange.expire(monotonic())

    async def close(self) -> None:
        """Stop the tasks, flush or spool usage, close upstream connections."""
        await self._activator.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await self._meter.close(FLUSH_SECONDS)
        self._pool.close()
        self._access_log.flush()
        if self._owned is not None:
            await self._owned.aclose()

    def demand(self) -> Mapping[str, Any]:
        """What the operator's autoscaler reads; `epoch` changes when the integrals begin anew."""
        return {"epoch": self._epoch, "models": self.floor.demand(monotonic())}

    def ended(self, call: AsgiCall, settlement: Settlement | None) -> None:
        """Count, log and meter a finished request."""
        exchange, now = call.exchange, monotonic()
        if not self.calls:
            self._idle.set()
        model = exchange.model.name if exchange.model is not None else ""
        route = exchange.route.path if exchange.route is not None else "other"
        if settlement is not None and self._meter.kept:
            self._meter.emit(usage_event(exchange, settlement, self._meter.replica, self._meter.next_seq()))
        self.metrics.requests.add((route, model, exchange.tenant, str(exchange.status)))
        self._access_log.note(exchange, settlement, now)
        if settlement is None:
            return
        self.metrics.overhead.observe(exchange.overhead_seconds)
        self.metrics.duration.observe(now - exchange.started_at)
        if exchange.first_byte_at is not None:
            self.metrics.ttft.observe(exchange.first_byte_at - exchange.started_at)
        self.metrics.settled(settlement, exchange.held_seconds, begun=exchange.first_byte_at is not None)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        await AsgiCall(self, scope, receive, send).run()

    def _spawn(self, work: Coroutine[Any, Any, None] | Coroutine[Any, Any, NoReturn]) -> None:
        """A task whose unexpected end is an error, never silence."""
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(self._ended_task)
        self._tasks.append(task)

    def _ended_task(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self._log.error("gateway_task_died", exc_info=task.exception())

    async def _sweep(self) -> None:
        """Every quarter second: deadlines, idle connections, log lines. One timer instead of several per request."""
        while True:
            before = monotonic()
            await asyncio.sleep(SWEEP_SECONDS)
            now = monotonic()
            self.metrics.loop_lag_seconds = max(0.0, now - before - SWEEP_SECONDS)
            self.floor.sweep(now)
            for call in list(self.calls):
                if call.exchange.deadline <= now:
                    call.exchange.tick(now)
            self._pool.sweep(asyncio.get_running_loop().time())
            self._access_log.flush()
