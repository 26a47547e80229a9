"""A process from its first socket to its last: two ports, one event loop, and an orderly end.

On SIGTERM: `/readyz` says 503 and new requests are still taken while the news spreads; then they are refused while
running ones end; then what was used is flushed, connections close and the process exits 0. A second signal ends it at
once.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Iterator

import structlog
import uvicorn

from freehold_app.gateway.io.server import HttpProtocol
from freehold_app.gateway.ports import AsgiApp
from freehold_app.kit.clock import SystemClock
from freehold_app.lifespan import open_resources
from freehold_app.main import App, create_app
from freehold_app.settings import Settings

SPREAD_SECONDS = 5.0  # until endpoint slices and load balancers have heard of the 503
_KEEP_ALIVE_SECONDS = 75  # longer than an ingress keeps an idle connection, or it would send into a closed one
_CLOSE_SECONDS = 5  # running answers have ended by then, or were told why they end
_BACKLOG = 2048
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: there are two servers and one order of stopping."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(settings: Settings, *, spread_seconds: float = SPREAD_SECONDS) -> None:
    """Until a signal; OSError where a port is taken."""
    log = structlog.get_logger(__name__)
    stop = _stop_on_signals()
    with _bound(settings.gateway.listen) as public_socket, _bound(settings.gateway.admin_listen) as admin_socket:
        async with open_resources(settings, SystemClock()) as resources:
            app = create_app(settings, resources)
            async with (
                _listening(app.admin, admin_socket, settings),
                _started(app),
                _listening(app.public, public_socket, settings),
            ):
                log.info("serving", roles=sorted(settings.roles), listen=settings.gateway.listen)
                await stop.wait()
                await _drain(app, settings.drain_seconds, spread_seconds)
    log.info("stopped")


@contextlib.asynccontextmanager
async def _started(app: App) -> AsyncIterator[None]:
    """The roles running; at the end usage is flushed before the worker, which may still write it, stops."""
    lag = asyncio.create_task(app.health.watch_loop())
    if app.worker is not None:
        app.worker.start()
    if app.gateway is not None:
        await app.gateway.start()
    if app.control is not None:
        app.control.start()
    try:
        yield
    finally:
        if app.control is not None:
            await app.control.close()
        if app.gateway is not None:
            await app.gateway.close()
        if app.worker is not None:
            await app.worker.stop()
        lag.cancel()


async def _drain(app: App, drain_seconds: float, spread_seconds: float) -> None:
    structlog.get_logger(__name__).info("draining", seconds=drain_seconds)
    app.health.draining = True
    await asyncio.sleep(spread_seconds)
    # Together: a turn of control is a call of the gateway, and both end in the same time.
    roles = [role for role in (app.control, app.gateway) if role is not None]
    await asyncio.gather(*(role.drain(drain_seconds) for role in roles))


@contextlib.asynccontextmanager
async def _listening(app: AsgiApp, bound: socket.socket, settings: Settings) -> AsyncIterator[None]:
    server = _Server(
        uvicorn.Config(
            app,
            loop="none",
            http=HttpProtocol,
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies),
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=_CLOSE_SECONDS,
        )
    )
    running = asyncio.create_task(server.serve([bound]))
    try:
        yield
    finally:
        server.should_exit = True
        await running


def _bound(address: str) -> socket.socket:
    """A listening socket on `host:port`; an empty host means every address, IPv6 too where the machine has it."""
    host, _, port = address.rpartition(":")
    if host:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host.strip("[]"), int(port)), family=family, backlog=_BACKLOG)
    if socket.has_dualstack_ipv6():
        return socket.create_server(("", int(port)), family=socket.AF_INET6, dualstack_ipv6=True, backlog=_BACKLOG)
    return socket.create_server(("", int(port)), backlog=_BACKLOG)


def _stop_on_signals() -> asyncio.Event:
    """Set at the first signal; the second one then does what it always does."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def first() -> None:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
        stop.set()

    for number in _SIGNALS:
        loop.add_signal_handler(number, first)
    return stop
