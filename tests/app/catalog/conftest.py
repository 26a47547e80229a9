"""`cluster`: the control role over ASGI, on a real database, with a scripted API server behind it.

Real: routes, PostgreSQL with row-level security, aiohttp on both sides. Faked: the API server, time. Open: its rules.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest
from aiohttp import web

from freehold_app.catalog.informer import ModelInformer
from freehold_app.catalog.service import Catalog
from freehold_app.control import ControlRole
from freehold_app.lifespan import Resources
from freehold_app.main import control_deps
from freehold_app.platform.kubernetes import Access, KubeClient
from freehold_app.platform.postgres import open_database
from freehold_app.platform.telemetry import new_registry
from freehold_app.wiring import Slice
from freehold_app.worker import count_restarts
from tests.app.catalog.fake_api import FakeApi
from tests.app.conftest import FakeClock
from tests.app.control_fixtures import control_settings
from tests.app.people import Control, client_of
from tests.store_fixtures import TestDatabase


@dataclass(slots=True)
class Cluster:
    """Control, and the cluster that it works on."""

    control: Control
    api: FakeApi
    slice_: Slice
    database: TestDatabase

    @property
    def informer(self) -> ModelInformer:
        [catalog] = [thing for thing in self.slice_.gives if isinstance(thing, Catalog)]
        return catalog.informer

    async def seen(self, namespace: str, name: str) -> None:
        """Until the watch has brought this Model as it is now."""
        key = namespace, name
        await self.until(lambda: self.informer.find(key) == self.api.objects.get(key))

    async def until(self, true: Callable[[], bool]) -> None:
        listener = self.informer.subscribe()
        async with asyncio.timeout(5):
            while not true():
                await listener.news.wait()
                listener.take()


@pytest.fixture
async def api() -> AsyncIterator[tuple[FakeApi, str]]:
    fake = FakeApi()
    runner = web.AppRunner(fake.application(), shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield fake, f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def cluster(db: TestDatabase, clock: FakeClock, api: tuple[FakeApi, str]) -> AsyncIterator[Cluster]:
    settings, (fake, url) = control_settings(db), api
    database = open_database(settings.database.url, settings.database, clock)
    kube = KubeClient(Access(url, lambda: "token", None))
    resources = Resources(clock=clock, registry=new_registry(), database=database, kube=kube)
    deps = control_deps(settings, resources)
    role = ControlRole(deps, count_restarts(resources.registry))
    [catalog] = [part for part in role._slices if part.name == "catalog"]
    stop = asyncio.Event()
    watching = asyncio.ensure_future(catalog.loops["watch"](stop))
    async with client_of(role) as anonymous:
        made = Cluster(Control(role, deps, clock, anonymous), fake, catalog, db)
        async with asyncio.timeout(5):
            await fake.watched.wait()
        yield made
    stop.set()
    await watching
    await kube.aclose()
    await database.close()
