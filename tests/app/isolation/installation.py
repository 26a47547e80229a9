"""One whole process of the app with two engines behind it: gateway and control, PostgreSQL, Valkey, a scripted cluster.

Real: everything of the app, over ASGI, and its own port for the answers that control asks of the gateway. Faked: the
API server, the engines, time. Open: the worker, which takes no calls, and TLS.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from aiohttp import web
from pydantic import SecretStr
from starlette.types import ASGIApp

from freehold_app.control import ControlRole
from freehold_app.gateway.io.server import new_server
from freehold_app.lifespan import Resources
from freehold_app.main import App, create_app
from freehold_app.platform.kubernetes import Access, KubeClient
from freehold_app.platform.postgres import open_database
from freehold_app.platform.redis import connect
from freehold_app.platform.telemetry import new_registry
from freehold_app.settings import Settings
from tests.app.catalog.fake_api import FakeApi
from tests.app.conftest import FakeClock
from tests.app.control_fixtures import control_settings
from tests.app.gateway.scripted import Received, ScriptedServer, answer, completion, streamed
from tests.app.people import Control, client_of
from tests.store_fixtures import TestDatabase

LOOPS = ("catalog.watch", "catalog.news", "invalidations", "live")


class Engine(ScriptedServer):
    """Says one sentence of its own to everybody, streamed or not, as it is asked."""

    def __init__(self, sentence: str) -> None:
        super().__init__(scripts=[[b""]], on_request=self._script)
        self._sentence = sentence

    def _script(self, request: Received) -> None:
        asked = request.json
        if "embeddings" in request.line:
            found = {"object": "list", "model": "m", "data": [], "usage": {"prompt_tokens": 1, "total_tokens": 1}}
            self.scripts[:] = [[answer(200, found | {"note": self._sentence})]]
        elif asked.get("stream"):
            self.scripts[:] = [streamed(self._sentence)]
        else:
            self.scripts[:] = [[answer(200, completion(self._sentence))]]


@dataclass(slots=True)
class Installation:
    """`app` may be exchanged by a test that plants a hole."""

    app: ASGIApp
    process: App
    control: Control
    api: FakeApi
    database: TestDatabase
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def role(self) -> ControlRole:
        return self.control.role


@contextlib.asynccontextmanager
async def installation(
    db: TestDatabase, valkey: str, clock: FakeClock, routes: Path, models: dict[str, tuple[str, list[str]]]
) -> AsyncIterator[Installation]:
    """`models`: tenant -> (what its engine says, names of its Models)."""
    async with contextlib.AsyncExitStack() as stack:
        await _write_routes(routes, models, stack)
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        settings = _settings(db, valkey, routes, listener.getsockname()[1])
        api = FakeApi()
        resources = await _resources(settings, clock, api, stack)
        process = create_app(settings, resources)
        assert process.control is not None
        control = Control(process.control, process.control._deps, clock, client_of(process.control))
        made = Installation(process.public, process, control, api, db)
        await _run(made, listener, stack)
        yield made


async def _write_routes(path: Path, models: dict[str, tuple[str, list[str]]], stack: contextlib.AsyncExitStack) -> None:
    listed = []
    for tenant, (sentence, names) in models.items():
        engine = Engine(sentence)
        await engine.start()
        stack.push_async_callback(engine.stop)
        listed += [{"name": name, "tenant": tenant, "endpoints": [engine.url]} for name in names]
    content = {"models": listed, "tenants": [{"name": tenant} for tenant in models], "keys": []}
    await asyncio.to_thread(path.write_text, yaml.safe_dump(content))


def _settings(db: TestDatabase, valkey: str, routes: Path, port: int) -> Settings:
    base = control_settings(db).model_dump()
    changes = {
        "roles": frozenset({"gateway", "control"}),
        "redis": {"url": SecretStr(valkey)},
        "gateway": {"routes": routes},
        "turns": {"gateway_url": f"http://127.0.0.1:{port}"},
    }
    return Settings.model_validate(base | changes)


async def _resources(settings: Settings, clock: FakeClock, api: FakeApi, stack: contextlib.AsyncExitStack) -> Resources:
    runner = web.AppRunner(api.application(), shutdown_timeout=0.01)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    kube = KubeClient(Access(f"http://127.0.0.1:{runner.addresses[0][1]}", lambda: "token", None))
    stack.push_async_callback(kube.aclose)
    database = open_database(settings.database.url, settings.database, clock)
    stack.push_async_callback(database.close)
    redis = connect(settings.redis)
    stack.push_async_callback(redis.aclose)
    return Resources(clock=clock, registry=new_registry(), database=database, redis=redis, kube=kube)


async def _run(made: Installation, listener: socket.socket, stack: contextlib.AsyncExitStack) -> None:
    """The gateway, the port, and those loops of control that belong to requests."""
    gateway = made.process.gateway
    assert gateway is not None
    await gateway.start()
    stack.push_async_callback(gateway.close)
    stack.push_async_callback(gateway.drain, 0)
    server = new_server(made.process.public, "127.0.0.1", listener.getsockname()[1])
    serving = asyncio.create_task(server.serve([listener]))
    stop = asyncio.Event()
    loops = made.role._all_loops()
    running = [asyncio.ensure_future(loops[name](stop)) for name in LOOPS]

    async def end() -> None:
        made.control.deps.streams.stopping.set()
        stop.set()
        server.should_exit = server.force_exit = True
        for connection in list(server.server_state.connections):
            connection.transport.abort()
        await asyncio.gather(serving, *running)
        await made.control.anonymous.aclose()

    stack.push_async_callback(end)
    async with asyncio.timeout(5):
        await made.api.watched.wait()
