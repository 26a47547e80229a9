"""Jobs: written with the work that wants them, run at least once, in the end once; fair, leased, and put aside."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import text

from freehold_app.kit.jobs import Handler, JobWorker, Work, enqueue, repository
from freehold_app.kit.jobs.sweep import Sweep
from freehold_app.kit.jobs.worker import backoff_seconds
from freehold_app.platform.postgres import Database
from freehold_app.tenants.service import enter_tenant
from tests.app.conftest import FakeClock
from tests.store_fixtures import TestDatabase

KIND = "note"


class Crash(BaseException):
    """A process that dies: nothing of ours catches it."""


@pytest.fixture
async def tenant_id(app_database: Database, clock: FakeClock) -> UUID:
    return await enter_tenant(app_database, "acme", clock)


def worker_of(
    database: Database,
    clock: FakeClock,
    run: Callable[[Work], Awaitable[None]],
    *,
    max_attempts: int = 3,
    concurrency: int = 8,
) -> JobWorker:
    return JobWorker(
        database,
        [Handler(KIND, run, max_attempts)],
        clock,
        CollectorRegistry(),
        concurrency=concurrency,
        poll_seconds=0.01,
        lease_seconds=60,
        spread=lambda: 1.0,
    )


async def put(database: Database, clock: FakeClock, tenant_id: UUID, **options: Any) -> UUID | None:
    async with database.tenant(tenant_id) as session:
        return await enqueue(session, clock, tenant_id, KIND, {"n": 1}, **options)


async def states(database: Database, tenant_id: UUID) -> list[tuple[str, int]]:
    async with database.tenant(tenant_id) as session:
        return [tuple(row) for row in await session.execute(text("SELECT state, attempts FROM jobs ORDER BY id"))]


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 2), (2, 4), (8, 256), (30, 3600)])
def test_the_pause_doubles_up_to_an_hour(attempts: int, seconds: float) -> None:
    assert backoff_seconds(attempts, 1.0) == seconds
    assert backoff_seconds(attempts, 0.0) == seconds / 2


@pytest.mark.stores
async def test_a_job_of_a_rolled_back_transaction_never_was(
    app_database: Database, clock: FakeClock, tenant_id: UUID
) -> None:
    async def work() -> None:
        async with app_database.tenant(tenant_id) as session:
            await enqueue(session, clock, tenant_id, KIND, {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await work()
    assert await states(app_database, tenant_id) == []


@pytest.mark.stores
async def test_a_job_runs_once_however_many_workers_there_are(
    app_database: Database, worker_database: Database, clock: FakeClock, tenant_id: UUID
) -> None:
    for _ in range(40):
        await put(app_database, clock, tenant_id)
    done: list[UUID] = []

    async def run(work: Work) -> None:
        done.append(work.job.id)

    workers = [worker_of(worker_database, clock, run) for _ in range(4)]
    while await asyncio.gather(*(worker.run_due() for worker in workers)) != [0, 0, 0, 0]:
        pass
    assert len(done) == len(set(done)) == 40
    assert set(await states(app_database, tenant_id)) == {("done", 1)}


@pytest.mark.stores
async def test_a_job_that_fails_comes_back_and_is_put_aside_in_the_end(
    app_database: Database, worker_database: Database, clock: FakeClock, tenant_id: UUID
) -> None:
    await put(app_database, clock, tenant_id)

    async def fail(_: Work) -> None:
        raise ValueError("canary-4711")

    worker = worker_of(worker_database, clock, fail)
    for attempt, pause in ((1, 2), (2, 4)):
        assert await worker.run_due() == 1
        assert await states(app_database, tenant_id) == [("ready", attempt)]
        assert await worker.run_due() == 0
        clock.advance(pause)
    await worker.run_due()
    assert await states(app_database, tenant_id) == [("dead", 3)]
    async with app_database.tenant(tenant_id) as session:
        assert (await session.execute(text("SELECT error FROM jobs"))).scalar_one() == "ValueError"


@pytest.mark.stores
async def test_a_job_whose_process_died_goes_on_where_it_was(
    app_database: Database, worker_database: Database, clock: FakeClock, tenant_id: UUID
) -> None:
    await put(app_database, clock, tenant_id)
    seen: list[dict[str, Any]] = []

    async def run(work: Work) -> None:
        seen.append(dict(work.job.checkpoint))
        async with work.session() as session:
            await work.save(session, {"step": len(seen)}, 0.5)
        if len(seen) == 1:
            raise Crash

    worker = worker_of(worker_database, clock, run)
    with pytest.raises(Crash):
        await worker.run_due()
    assert await worker.run_due() == 0  # leased
    clock.advance(61)
    assert await worker.run_due() == 1
    assert seen == [{}, {"step": 1}]
    assert await states(app_database, tenant_id) == [("done", 2)]


@pytest.mark.stores
async def test_who_lost_the_lease_cannot_finish_the_job(
    app_database: Database, worker_database: Database, clock: FakeClock, tenant_id: UUID
) -> None:
    await put(app_database, clock, tenant_id)
    slow, over = asyncio.Event(), asyncio.Event()

    async def wait(_: Work) -> None:
        slow.set()
        await over.wait()

    async def fail(_: Work) -> None:
        raise ValueError

    late = asyncio.create_task(worker_of(worker_database, clock, wait).run_due())
    await slow.wait()
    clock.advance(61)
    await worker_of(worker_database, clock, fail).run_due()
    over.set()
    await late
    assert await states(app_database, tenant_id) == [("ready", 2)]


@pytest.mark.stores
async def test_one_tenants_thousand_jobs_do_not_keep_anothers_one_waiting(
    app_database: Database, worker_database: Database, clock: FakeClock, tenant_id: UUID
) -> None:
    other = await enter_tenant(app_database, "beta", clock)
    for _ in range(20):
        await put(app_database, clock, tenant_id)
    await put(app_database, clock, other, run_at=clock.now() - timedelta(milliseconds=1))
    order: list[UUID] = []

    async def run(work: Work) -> None:
        order.append(work.job.tenant_id)

    await worker_of(worker_database, clock, run, concurrency=2).run_due()
    assert set(order) == {tenant_id, other}


@pytest.mark.stores
async def test_an_open_job_of_the_same_name_is_not_written_twice(
    app_database: Database, worker_database: Database, clock: FakeClock, tenant_id: UUID
) -> None:
    async def run(_: Work) -> None:
        pass

    assert await put(app_database, clock, tenant_id, dedupe_key="a") is not None
    assert await put(app_database, clock, tenant_id, dedupe_key="a") is None
    await worker_of(worker_database, clock, run).run_due()
    assert await put(app_database, clock, tenant_id, dedupe_key="a") is not None


@pytest.mark.stores
async def test_a_handler_sees_its_own_tenant_only(
    app_database: Database, worker_database: Database, clock: FakeClock, tenant_id: UUID
) -> None:
    await enter_tenant(app_database, "beta", clock)
    await put(app_database, clock, tenant_id)
    seen: list[object] = []

    async def run(work: Work) -> None:
        async with work.session() as session:
            seen.append((await session.execute(text("SELECT current_setting('app.tenant')"))).scalar_one())

    await worker_of(worker_database, clock, run).run_due()
    assert seen == [str(tenant_id)]


@pytest.mark.stores
async def test_the_loop_ends_when_it_is_asked_to(
    app_database: Database, worker_database: Database, clock: FakeClock, tenant_id: UUID
) -> None:
    stop, done = asyncio.Event(), asyncio.Event()

    async def run(_: Work) -> None:
        done.set()

    running = asyncio.create_task(worker_of(worker_database, clock, run).run(stop))
    await put(app_database, clock, tenant_id)
    async with asyncio.timeout(10):
        await done.wait()
        stop.set()
        await running
    assert await states(app_database, tenant_id) == [("done", 1)]


@pytest.mark.stores
async def test_what_is_over_is_swept_and_what_is_not_stays(
    app_database: Database, worker_database: Database, clock: FakeClock, tenant_id: UUID
) -> None:
    async def run(_: Work) -> None:
        pass

    await put(app_database, clock, tenant_id)
    await worker_of(worker_database, clock, run).run_due()
    await put(app_database, clock, tenant_id)
    sweep = Sweep(worker_database, clock)
    await sweep.once()
    assert sorted(await states(app_database, tenant_id)) == [("done", 1), ("ready", 0)]
    clock.at = clock.at.replace(year=clock.at.year + 1)
    await sweep.once()
    assert await states(app_database, tenant_id) == [("ready", 0)]


@pytest.mark.stores
async def test_the_claim_stays_cheap_among_many_jobs(db: TestDatabase, worker_database: Database) -> None:
    """By the index of what is ready, as the role that claims, among 10^5 jobs that are done."""
    superuser = await db.superuser()
    await superuser.execute(
        "INSERT INTO tenants (id, name) SELECT gen_random_uuid(), 't-' || n FROM generate_series(1, 50) n"
    )
    await superuser.execute(
        "INSERT INTO jobs (tenant_id, id, kind, state) SELECT t.id, gen_random_uuid(), 'note',"
        " CASE WHEN n <= 20 THEN 'ready' ELSE 'done' END FROM tenants t, generate_series(1, 2000) n"
    )
    await superuser.execute("ANALYZE jobs")
    await superuser.close()
    values = {"now": datetime.now(UTC), "lease_until": datetime.now(UTC), "kinds": ["note"], "limit": 16}
    async with worker_database.platform() as session:
        rows = await session.execute(text(f"EXPLAIN (ANALYZE, BUFFERS) {repository._CLAIM.text}"), values)
        plan = "\n".join(row[0] for row in rows)
    assert "jobs_to_run" in plan
    assert "jobs_leased" in plan
    assert "Seq Scan on jobs" not in plan, plan
