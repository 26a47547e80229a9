"""What became of Models is stored once, by one process, for the tenant alone; lifelines are drawn from it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from sqlalchemy import text

from freehold_app.auth.principal import Role
from freehold_app.catalog import repository
from freehold_app.catalog.places import Places
from freehold_app.catalog.recorder import KEEP, Recorder
from freehold_app.control import API
from freehold_app.platform.errors import DatabaseUnavailableError
from freehold_app.platform.postgres import Database
from tests.app.catalog.conftest import Cluster
from tests.app.catalog.test_models import ECHO, NS
from tests.app.people import Person

pytestmark = pytest.mark.stores


@pytest.fixture
async def eve(cluster: Cluster) -> Person:
    return await cluster.control.person("eve@example.org", role=Role.ENGINEER)


@pytest.fixture
def recorder(cluster: Cluster, eve: Person) -> Recorder:
    return new_recorder(cluster)


def new_recorder(cluster: Cluster) -> Recorder:
    deps = cluster.control.deps
    return Recorder(cluster.informer, Places(deps.database, deps.clock), deps.database, deps.clock, retry_seconds=0)


async def becomes(cluster: Cluster, phase: str, name: str = "chat", namespace: str = NS) -> None:
    cluster.control.clock.advance(1)  # no two changes at the very same time
    cluster.api.put(namespace, name, ECHO, phase=phase)
    await cluster.seen(namespace, name)


async def later(cluster: Cluster) -> Person:
    """Her token has run out meanwhile."""
    return await cluster.control.person("eve@example.org", role=Role.ENGINEER)


async def record(recorder: Recorder, cluster: Cluster) -> None:
    await recorder.record(list(cluster.informer.keys()))


async def stored(person: Person, name: str = "chat", **params: Any) -> list[str]:
    answer = await person.get(f"{API}/models/{name}/history", params=params)
    assert answer.status_code == 200, answer.text
    return [item["status"] for item in answer.json()["items"]]


async def test_each_change_is_stored_once(cluster: Cluster, eve: Person, recorder: Recorder) -> None:
    for phase in ("Pending", "Ready", "Ready", "Idle"):
        await becomes(cluster, phase)
        await record(recorder, cluster)
        cluster.control.clock.advance(60)
    assert await stored(eve) == ["Idle", "Ready", "Pending"]


async def test_a_restart_repeats_nothing_and_notices_what_happened_meanwhile(
    cluster: Cluster, eve: Person, recorder: Recorder
) -> None:
    for name in ("chat", "gone"):
        await becomes(cluster, "Ready", name)
    await record(recorder, cluster)
    cluster.api.drop(NS, "gone")
    await cluster.seen(NS, "gone")
    cluster.control.clock.advance(60)
    await new_recorder(cluster).record([])
    assert await stored(eve) == ["Ready"]
    cluster.control.clock.advance(60)
    await becomes(cluster, "Pending", "gone")
    await record(new_recorder(cluster), cluster)
    assert await stored(eve, "gone") == ["Pending", "Deleted", "Ready"]


async def test_pages_of_history_go_back_in_time(cluster: Cluster, eve: Person, recorder: Recorder) -> None:
    for phase in ("Pending", "Loading", "Ready"):
        await becomes(cluster, phase)
        await record(recorder, cluster)
    first = (await eve.get(f"{API}/models/chat/history", params={"limit": 2})).json()
    assert [item["status"] for item in first["items"]] == ["Ready", "Loading"]
    assert await stored(eve, limit=2, cursor=first["next_cursor"]) == ["Pending"]


async def test_nobody_reads_another_tenants_history(cluster: Cluster, eve: Person, recorder: Recorder) -> None:
    bob = await cluster.control.person("bob@example.org", tenant="beta")
    await becomes(cluster, "Failed", "chat")
    await becomes(cluster, "Ready", "chat", "tenant-beta")
    await becomes(cluster, "Ready", "chat", "nobodys")
    await record(recorder, cluster)
    assert await stored(eve) == ["Failed"]
    assert await stored(bob) == ["Ready"]
    async with cluster.control.deps.database.platform() as session:
        assert (await session.execute(text("SELECT count(*) FROM model_transitions"))).scalar_one() == 0


async def test_the_list_draws_the_day_and_the_detail_the_time_to_wake(
    cluster: Cluster, eve: Person, recorder: Recorder
) -> None:
    for phase, minutes in (("Idle", 60), ("Loading", 0.5), ("Ready", 59.5), ("Idle", 60)):
        await becomes(cluster, phase)
        await record(recorder, cluster)
        cluster.control.clock.advance(minutes * 60)
    eve = await later(cluster)
    [row] = (await eve.get(f"{API}/models")).json()["items"]
    assert row["lifeline"] == "-" * 83 + "AAAAARRRRAAAA"
    assert (await eve.get(f"{API}/models/chat")).json()["activation_seconds"] == 31


async def test_a_state_that_is_newer_than_the_stored_one_is_drawn(
    cluster: Cluster, eve: Person, recorder: Recorder
) -> None:
    await becomes(cluster, "Ready")
    await record(recorder, cluster)
    cluster.control.clock.advance(1800)
    eve = await later(cluster)
    await eve.get(f"{API}/models")  # what was read now is remembered for a minute
    await becomes(cluster, "Failed")
    cluster.control.clock.advance(30)
    [row] = (await eve.get(f"{API}/models")).json()["items"]
    assert row["lifeline"].endswith("RRF")


async def test_old_rows_go_and_the_newest_of_each_kind_stays(cluster: Cluster, eve: Person, recorder: Recorder) -> None:
    for phase in ("Pending", "Ready"):
        await becomes(cluster, phase)
        await record(recorder, cluster)
    cluster.control.clock.advance(KEEP.total_seconds() + 1)
    await record(recorder, cluster)
    assert await stored(await later(cluster)) == ["Ready"]


class Failing:
    """A database that is away at first."""

    def __init__(self, database: Database, fails: int) -> None:
        self._database = database
        self.fails = fails
        self.stored = asyncio.Event()

    @asynccontextmanager
    async def tenant(self, tenant_id: Any) -> AsyncIterator[Any]:
        if self.fails:
            self.fails -= 1
            raise DatabaseUnavailableError
        async with self._database.tenant(tenant_id) as session:
            yield session
        self.stored.set()


async def test_what_could_not_be_stored_is_tried_again(cluster: Cluster, eve: Person, recorder: Recorder) -> None:
    failing = Failing(cluster.control.deps.database, fails=2)
    recorder._database = cast("Database", failing)
    await becomes(cluster, "Ready")
    running = asyncio.ensure_future(recorder.run())
    async with asyncio.timeout(5):
        await failing.stored.wait()
    running.cancel()
    assert await stored(eve) == ["Ready"]
    assert failing.fails == 0


_FILL = """
INSERT INTO model_transitions (tenant_id, id, model, at, type, status, reason, message, ready, desired)
SELECT t.id, gen_random_uuid(), 'm' || n % 50, now() - n * interval '1 minute',
       CASE WHEN n % 2 = 0 THEN 'Phase' ELSE 'Scheduled' END, 'Ready', '', '', 1, 1
  FROM generate_series(1, 100000) AS n, tenants AS t
"""


async def test_history_and_lifelines_read_indexes_only(cluster: Cluster, eve: Person) -> None:
    superuser, now = await cluster.database.superuser(), datetime.now(UTC)
    await superuser.execute(_FILL)
    await superuser.execute("ANALYZE model_transitions")
    await superuser.close()
    day = {"models": ["m7", "m8"], "since": now, "phase": "Phase", "revision": "Revision"}
    page = {"model": "m7", "at": now, "id": eve.user_id, "limit": 51}
    async with cluster.control.deps.database.tenant(eve.tenant_id) as session:
        for statement, values in ((repository._PAGE, page), (repository._DAY, day)):
            explain = text(f"EXPLAIN {statement.text}")
            plan = "\n".join((await session.execute(explain, values)).scalars())
            assert "Seq Scan on model_transitions" not in plan, plan
            assert "Sort Key: model_transitions.at" not in plan, plan
