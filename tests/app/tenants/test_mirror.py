"""Tenant resources become rows: ids survive, states follow, and one process of all does the writing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any, NoReturn, cast
from uuid import UUID

import pytest

from freehold_app.auth.invalidation import Kind
from freehold_app.kit.clock import SystemClock
from freehold_app.platform.errors import DatabaseUnavailableError
from freehold_app.platform.kubernetes import WatchSink
from freehold_app.platform.postgres import Database, PlatformSession
from freehold_app.platform.singleton import run_alone
from freehold_app.tenants.mirror import TenantMirror, mirrored
from freehold_app.tenants.repository import TenantRow, show
from freehold_app.tenants.service import enter_tenant, find_tenant
from tests.store_fixtures import TestDatabase

CLOCK = SystemClock()


def tenant(name: str = "acme", **changes: Any) -> dict[str, Any]:
    raw: dict[str, Any] = {
        "metadata": {"name": name},
        "spec": {"displayName": "Acme Inc.", "models": {"max": 5}, "quota": {"hard": {"requests.cpu": "4"}}},
        "status": {"namespace": f"tenant-{name}"},
    }
    return raw | changes


class Cluster:
    """A `Follower` that shows what a test puts in."""

    def __init__(self) -> None:
        self.sink: WatchSink | None = None
        self.watched = asyncio.Event()

    async def follow(self, path: str, sink: WatchSink, *, selector: str = "") -> NoReturn:
        assert path == "/apis/freehold.dev/v1alpha1/tenants"
        self.sink = sink
        self.watched.set()
        await asyncio.Event().wait()
        raise AssertionError


class Told:
    """An `Announce` that remembers."""

    def __init__(self) -> None:
        self.news: asyncio.Queue[tuple[Kind, UUID]] = asyncio.Queue()

    async def __call__(self, kind: Kind, tenant_id: UUID, changed: UUID) -> bool:
        self.news.put_nowait((kind, changed))
        return True


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def sink(app_database: Database, told: Told) -> AsyncIterator[WatchSink]:
    cluster = Cluster()
    running = asyncio.create_task(TenantMirror(cluster, app_database, told, CLOCK, retry_seconds=0.01).run())
    await cluster.watched.wait()
    assert cluster.sink is not None
    yield cluster.sink
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def written(told: Told, database: Database) -> TenantRow:
    """The row about which the next news is."""
    async with asyncio.timeout(10):
        _, tenant_id = await told.news.get()
    async with database.tenant(tenant_id) as session:
        return await show(session, tenant_id)


def test_an_object_with_nothing_in_it_is_read_all_the_same() -> None:
    seen = mirrored({"metadata": {"name": "a"}})
    assert (seen.name, seen.display, seen.namespace, seen.state, seen.caps) == ("a", None, None, "active", {})


@pytest.mark.parametrize(
    "changes", [{"spec": {"suspend": True}}, {"metadata": {"name": "a", "deletionTimestamp": "2026-11-24T10:00:00Z"}}]
)
def test_a_tenant_that_leaves_or_is_suspended_runs_nothing(changes: dict[str, Any]) -> None:
    assert mirrored(tenant(**changes)).state == "suspended"


@pytest.mark.stores
async def test_a_tenant_keeps_the_id_that_a_command_gave_it(
    app_database: Database, sink: WatchSink, told: Told
) -> None:
    known = await enter_tenant(app_database, "acme", CLOCK)
    sink.replace([tenant()])
    row = await written(told, app_database)
    assert (row.id, row.display, row.namespace, row.state) == (known, "Acme Inc.", "tenant-acme", "active")
    assert row.caps == {"models": {"max": 5}, "quota": {"hard": {"requests.cpu": "4"}}}


@pytest.mark.stores
async def test_states_follow_the_resource_and_only_changes_are_told(
    app_database: Database, sink: WatchSink, told: Told
) -> None:
    sink.replace([tenant()])
    assert (await written(told, app_database)).state == "active"
    sink.change("MODIFIED", tenant(metadata={"name": "acme", "resourceVersion": "2"}))
    sink.change("MODIFIED", tenant(spec={"suspend": True}))
    assert (await written(told, app_database)).state == "suspended"
    sink.change("DELETED", tenant())
    assert (await written(told, app_database)).state == "removed"
    sink.change("ADDED", tenant())
    assert (await written(told, app_database)).state == "active"
    assert told.news.empty()


@pytest.mark.stores
async def test_what_a_new_list_does_not_hold_is_gone_but_not_what_never_was_there(
    app_database: Database, sink: WatchSink, told: Told
) -> None:
    waiting = await enter_tenant(app_database, "waiting", CLOCK)
    sink.replace([tenant("acme"), tenant("beta")])
    for _ in range(2):
        await written(told, app_database)
    sink.replace([tenant("beta")])
    gone = await written(told, app_database)
    assert (gone.name, gone.state) == ("acme", "removed")
    async with app_database.tenant(waiting) as session:
        assert (await show(session, waiting)).state == "active"


class Unreliable:
    """A database that is away for the first transactions."""

    def __init__(self, database: Database, failures: int) -> None:
        self._database = database
        self.failures = failures

    def platform(self) -> AbstractAsyncContextManager[PlatformSession]:
        if self.failures:
            self.failures -= 1
            raise DatabaseUnavailableError
        return self._database.platform()


@pytest.mark.stores
async def test_a_database_that_is_away_is_written_to_when_it_is_back(app_database: Database, told: Told) -> None:
    cluster, unreliable = Cluster(), Unreliable(app_database, failures=3)
    mirror = TenantMirror(cluster, cast("Database", unreliable), told, CLOCK, retry_seconds=0.01)
    running = asyncio.create_task(mirror.run())
    await cluster.watched.wait()
    mirror.replace([tenant()])
    assert (await written(told, app_database)).name == "acme"
    assert unreliable.failures == 0
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.stores
async def test_a_name_that_no_tenant_can_have_stops_nobody_elses(
    app_database: Database, sink: WatchSink, told: Told
) -> None:
    sink.replace([tenant("No Name"), tenant("acme")])
    assert (await written(told, app_database)).name == "acme"
    assert await find_tenant(app_database, "No Name") is None


@pytest.mark.stores
async def test_one_process_of_all_does_the_work_and_another_takes_over(app_database: Database) -> None:
    holders: list[int] = []
    stops = [asyncio.Event() for _ in range(2)]
    began = asyncio.Event()

    def work(number: int) -> Any:
        async def run() -> None:
            holders.append(number)
            began.set()
            await asyncio.Event().wait()

        return run

    running = [
        asyncio.create_task(run_alone(app_database, "test", work(number), stop, try_seconds=0.02, beat_seconds=0.02))
        for number, stop in enumerate(stops)
    ]
    async with asyncio.timeout(10):
        await began.wait()
        (first,) = holders
        began.clear()
        stops[first].set()
        await began.wait()
        assert holders == [first, 1 - first]
        stops[1 - first].set()
        await asyncio.gather(*running)


@pytest.mark.stores
async def test_a_lock_whose_connection_dies_ends_the_work_and_is_taken_again(
    app_database: Database, db: TestDatabase
) -> None:
    began: asyncio.Queue[None] = asyncio.Queue()
    stop = asyncio.Event()

    async def run() -> None:
        began.put_nowait(None)
        await asyncio.Event().wait()

    running = asyncio.create_task(run_alone(app_database, "test", run, stop, try_seconds=0.02, beat_seconds=0.02))
    async with asyncio.timeout(20):
        await began.get()
        superuser = await db.superuser()
        await superuser.execute(
            "SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE l.locktype = 'advisory' AND a.datname = current_database()"
        )
        await superuser.close()
        await began.get()
        stop.set()
        await running
