"""The control role: everything that people and their tools do outside `/v1`. One line per slice in each list.

`rest_app()` is the interface without any connection (for `openapi`); `ControlRole` is the same, given what it needs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog
from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from prometheus_client import Counter
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette_compress import CompressMiddleware, remove_compress_type

from freehold_app.auth.access import Quotas, authenticate
from freehold_app.auth.invalidation import INVALIDATION_CHANNEL
from freehold_app.auth.local.provider import ROUTERS as LOCAL_ROUTERS
from freehold_app.auth.profile import endpoints as profile
from freehold_app.auth.quick import QuickLists
from freehold_app.catalog import endpoints as catalog
from freehold_app.catalog.wiring import catalog_slice
from freehold_app.conversations import endpoints as conversations
from freehold_app.conversations.turns import endpoints as turns
from freehold_app.conversations.wiring import conversations_slice
from freehold_app.edge import BodyLimit, Drain, Edge
from freehold_app.keys import endpoints as keys
from freehold_app.keys.wiring import keys_slice
from freehold_app.kit.given import give, give_clock
from freehold_app.kit.pages import Cursors
from freehold_app.live import endpoints as live
from freehold_app.live.hub import CHANNEL
from freehold_app.platform.errors import PlatformError
from freehold_app.platform.subscription import Ears, follow_channel
from freehold_app.problems import install_problems
from freehold_app.settings import MEBIBYTE
from freehold_app.sign_in import local_slice
from freehold_app.tenants import endpoints as tenants
from freehold_app.tenants.wiring import tenants_slice
from freehold_app.usage.reports import endpoints as usage
from freehold_app.usage.wiring import usage_slice
from freehold_app.wiring import Deps, Loop, Slice
from freehold_app.worker import WorkerRole

API = "/api/v1"
MAX_BODY_BYTES = MEBIBYTE
COMPRESSED_FROM_BYTES = 1024
PROBE_SECONDS = 1.0

# Routers below API, each behind the principal; a router's own prefix says the rest, such as "/conversations".
ROUTERS: Sequence[APIRouter] = (
    profile.router,
    tenants.router,
    live.router,
    keys.router,
    usage.router,
    conversations.router,
    conversations.message_router,
    conversations.sync_router,
    turns.begin_router,
    turns.router,
    catalog.router,
)

# Routers at the root, open to everybody: a test lists each of their routes.
PUBLIC_ROUTERS: Sequence[APIRouter] = LOCAL_ROUTERS

# What slices bring to a running process, in the order in which they start.
SLICES: Sequence[Callable[[Deps], Slice]] = (
    local_slice,
    tenants_slice,
    keys_slice,
    usage_slice,
    conversations_slice,
    catalog_slice,
)


def rest_app(
    public: Sequence[APIRouter] = PUBLIC_ROUTERS,
    routers: Sequence[APIRouter] = ROUTERS,
    quick: Callable[[ASGIApp], ASGIApp] | None = None,
) -> FastAPI:
    """Everything that is not the data path. No page that documents itself: that is `python -m freehold_app openapi`."""
    app = FastAPI(
        title="Freehold",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
    )
    install_problems(app)
    for router in public:
        app.include_router(router)
    for router in routers:
        app.include_router(router, prefix=API, dependencies=[Depends(authenticate)])
    app.add_middleware(BodyLimit, max_bytes=MAX_BODY_BYTES)
    if quick is not None:
        app.add_middleware(quick)
    app.add_middleware(CompressedApi)
    return app


def _operation_id(route: APIRoute) -> str:
    """`list_members` is `listMembers` to those who generate clients."""
    first, *others = route.name.split("_")
    return first + "".join(word.capitalize() for word in others)


class CompressedApi:
    """Compresses JSON below API only: at /auth a secret stands beside what the caller wrote, and streams must flow."""

    def __init__(self, app: ASGIApp) -> None:
        remove_compress_type("text/event-stream")
        self._plain = app
        self._compressed = CompressMiddleware(app, minimum_size=COMPRESSED_FROM_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        below = scope["type"] == "http" and scope["path"].startswith(API)
        await (self._compressed if below else self._plain)(scope, receive, send)


class ControlRole:
    """One process's control plane. Connections are given; it owns its loops."""

    def __init__(self, deps: Deps, restarts: Counter) -> None:
        self._deps = deps
        self._drain = Drain()
        self._slices = [make(deps) for make in SLICES]
        app = rest_app(quick=self._quick)
        give(app, deps.database, deps.directory, deps.streams, deps.live, deps.peppers, deps.tokens, deps.tokens.keys)
        give_clock(app, deps.clock)
        for part in self._slices:
            give(app, *part.gives)
        self.asgi: ASGIApp = Edge(app, clock=deps.clock, public_url=deps.settings.public_url, drain=self._drain)
        self._loops = WorkerRole(self._all_loops(), deps.registry, restarts=restarts)
        self._probed_at = float("-inf")
        self._reachable = False

    def _quick(self, app: ASGIApp) -> ASGIApp:
        """Lists that many ask for are answered in front of the framework, which answers whatever is not plain."""
        given = {type(thing): thing for part in self._slices for thing in part.gives}
        quotas, cursors = given[Quotas], given[Cursors]
        assert isinstance(quotas, Quotas)
        assert isinstance(cursors, Cursors)
        lists = {API + one.path: one for part in self._slices for one in part.quick}
        return QuickLists(app, self._deps.database, self._deps.directory, quotas, cursors, lists)

    def start(self) -> None:
        if self._deps.kube is None:
            structlog.get_logger(__name__).warning("no_cluster", reason="neither a pod nor KUBECONFIG")
        self._loops.start()

    async def ready(self) -> bool:
        """Whether PostgreSQL answers; asked at most once a second."""
        now = self._deps.clock.monotonic()
        if now - self._probed_at >= PROBE_SECONDS:
            self._probed_at = now
            try:
                self._reachable = await self._deps.database.schema_version() is not None
            except PlatformError:
                self._reachable = False
        return self._reachable

    async def drain(self, seconds: float) -> None:
        """Refuse new requests, end event streams with `resync`, let slices finish what they hold."""
        self._drain.started = True
        self._deps.streams.stopping.set()
        await asyncio.gather(*(part.drain(seconds) for part in self._slices if part.drain is not None))

    async def close(self) -> None:
        await self._loops.stop()

    def _all_loops(self) -> dict[str, Loop]:
        loops = {f"{part.name}.{name}": loop for part in self._slices for name, loop in part.loops.items()}
        return loops | {
            "invalidations": self._listening(INVALIDATION_CHANNEL, self._deps.directory),
            "live": self._listening(CHANNEL, self._deps.live),
        }

    def _listening(self, channel: str, ears: Ears) -> Loop:
        """What other processes say is heard here, for as long as there is Redis."""

        async def listen(stop: asyncio.Event) -> None:
            redis = self._deps.redis
            if redis is None:
                await stop.wait()
                return
            listening = asyncio.ensure_future(follow_channel(redis, channel, ears))
            stopping = asyncio.ensure_future(stop.wait())
            done, _ = await asyncio.wait({listening, stopping}, return_when=asyncio.FIRST_COMPLETED)
            for task in (listening, stopping):
                task.cancel()
            await asyncio.gather(listening, stopping, return_exceptions=True)
            if listening in done:
                listening.result()

        return listen
