"""Usage is counted exactly once: whatever comes twice, breaks or dies on the way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from freehold_app.events import USAGE_FIELD, USAGE_GROUP, UsageEvent, pack, usage_stream
from freehold_app.kit.clock import SystemClock
from freehold_app.kit.ids import new_id
from freehold_app.platform.errors import DatabaseUnavailableError
from freehold_app.platform.postgres import Database, open_database
from freehold_app.platform.redis import connect
from freehold_app.platform.streams import StreamGroup
from freehold_app.settings import RedisSettings
from freehold_app.usage.jobs import UsageWriter, WriterMetrics
from freehold_app.usage.repository import record
from tests.app.samples import KEY, OTHER_TENANT, TENANT, usage_event
from tests.store_fixtures import TestDatabase

pytestmark = pytest.mark.stores

CLOCK = SystemClock()
STREAMS = [usage_stream(0), usage_stream(1)]
SOON_SECONDS = 20.0


@pytest.fixture
async def redis(valkey: str) -> AsyncIterator[Redis]:
    client = connect(RedisSettings.model_validate({"url": valkey}), deadline_seconds=10)
    yield client
    await client.aclose()


@pytest.fixture
def group(redis: Redis) -> StreamGroup:
    return group_of(redis, "worker-1")


@pytest.fixture
async def superuser(db: TestDatabase) -> AsyncIterator[asyncpg.Connection]:
    connection = await db.superuser()
    yield connection
    await connection.close()


def group_of(redis: Redis, consumer: str) -> StreamGroup:
    return StreamGroup(redis, STREAMS, group=USAGE_GROUP, consumer=consumer, field=USAGE_FIELD)


def writer_of(group: StreamGroup, database: Database) -> UsageWriter:
    return UsageWriter(group, database, WriterMetrics(CollectorRegistry()), CLOCK)


def fresh(**changes: Any) -> UsageEvent:
    return usage_event(request_id=new_id(CLOCK), **changes)


async def send(redis: Redis, events: Sequence[UsageEvent]) -> None:
    for number, event in enumerate(events):
        await redis.xadd(STREAMS[number % len(STREAMS)], {USAGE_FIELD: pack(event)})


@contextlib.asynccontextmanager
async def running(writer: UsageWriter) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(writer.run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def eventually_empty(redis: Redis) -> None:
    """Until every stream is empty, which is so only after commit and acknowledgement."""
    async with asyncio.timeout(SOON_SECONDS):
        while any([await redis.xlen(stream) for stream in STREAMS]):  # noqa: ASYNC110  it happens in another process
            await asyncio.sleep(0.02)


async def test_events_become_rows_and_hourly_sums(
    redis: Redis, group: StreamGroup, worker_database: Database, superuser: asyncpg.Connection
) -> None:
    events = [fresh(status=200), fresh(status=200, estimated=True), fresh(status=502, tenant_id=OTHER_TENANT)]
    await send(redis, events)
    async with running(writer_of(group, worker_database)):
        await eventually_empty(redis)
    rows = await superuser.fetch("SELECT * FROM usage_events")
    assert {row["request_id"] for row in rows} == {event.request_id for event in events}
    assert all(row["ts"] == event.ts for row in rows for event in events if row["request_id"] == event.request_id)
    sums = await superuser.fetch("SELECT * FROM usage_hourly WHERE tenant_id = $1", TENANT)
    (hour,) = sums
    assert (hour["requests"], hour["estimated_requests"], hour["status_class"]) == (2, 1, 2)
    assert (hour["prompt_tokens"], hour["completion_tokens"], hour["model"]) == (20, 10, "smollm2")
    assert hour["key_id"] == KEY
    assert hour["bucket"] == events[0].ts.replace(minute=0, second=0, microsecond=0)
    assert await superuser.fetchval("SELECT sum(requests) FROM usage_hourly") == 3
    assert await days_and_hours_differ(superuser) == []


_DIFFERENCE = """
WITH sums AS (
    SELECT tenant_id, (bucket AT TIME ZONE 'UTC')::date AS bucket, model, key_id, user_id, status_class,
           sum(requests) AS requests, sum(estimated_requests), sum(prompt_tokens), sum(cached_tokens),
           sum(completion_tokens), sum(reasoning_tokens), sum(cost_usd_micros), sum(duration_ms), sum(held_ms),
           sum(own_tokens)
      FROM usage_hourly GROUP BY 1, 2, 3, 4, 5, 6
)
(TABLE sums EXCEPT TABLE usage_daily) UNION ALL (TABLE usage_daily EXCEPT TABLE sums)
"""


async def days_and_hours_differ(superuser: asyncpg.Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in await superuser.fetch(_DIFFERENCE)]


async def test_days_are_the_sums_of_their_hours_whatever_comes_twice(
    redis: Redis, db: TestDatabase, superuser: asyncpg.Connection
) -> None:
    databases = [open_database(db.url("worker"), db.settings("worker"), CLOCK) for _ in range(2)]
    hour = 3_600_000 << 80
    events = [
        usage_event(
            request_id=UUID(int=new_id(CLOCK).int - n % 60 * hour),
            served_model=f"m{n % 3}",
            user_id=UUID(int=n % 4) if n % 4 else None,
            status=(200, 500)[n % 5 == 0],
            provider=("", "api.example.org")[n % 2],
        )
        for n in range(300)
    ]
    async with contextlib.AsyncExitStack() as stack:
        for number, database in enumerate(databases):
            await stack.enter_async_context(running(writer_of(group_of(redis, f"worker-{number}"), database)))
        await send(redis, events + events[::2])
        await eventually_empty(redis)
    assert await superuser.fetchval("SELECT sum(requests) FROM usage_daily") == 300
    assert await superuser.fetchval("SELECT sum(own_tokens) FROM usage_daily") == 150 * 15
    assert await superuser.fetchval("SELECT count(DISTINCT bucket) FROM usage_daily") >= 3
    assert await days_and_hours_differ(superuser) == []
    await superuser.execute("UPDATE usage_daily SET held_ms = held_ms + 1 WHERE model = 'm1'")
    assert await days_and_hours_differ(superuser) != []
    for database in databases:
        await database.close()


async def test_the_use_of_a_key_is_noted_once_in_five_minutes(
    worker_database: Database, superuser: asyncpg.Connection
) -> None:
    start = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)

    async def used(seconds: float, **changes: Any) -> list[tuple[object, ...]]:
        milliseconds = int((start + timedelta(seconds=seconds)).timestamp() * 1000)
        event = usage_event(request_id=UUID(int=milliseconds << 80 | new_id(CLOCK).int % (1 << 80)), **changes)
        async with worker_database.platform() as session:
            await record(session, [event])
        rows = await superuser.fetch("SELECT key_id, last_used_at FROM api_key_uses")
        return [(row["key_id"], (row["last_used_at"] - start).total_seconds()) for row in rows]

    assert await used(0, key_id=None) == []
    assert await used(0) == [(KEY, 0)]
    assert await used(299) == [(KEY, 0)]
    assert await used(301) == [(KEY, 301)]
    assert await used(-900) == [(KEY, 301)]  # a late one does not turn time back


async def test_an_event_that_comes_twice_counts_once(
    redis: Redis, group: StreamGroup, worker_database: Database, superuser: asyncpg.Connection
) -> None:
    event = fresh()
    await send(redis, [event, event])
    async with running(writer_of(group, worker_database)):
        await eventually_empty(redis)
        await send(redis, [event, fresh()])
        await eventually_empty(redis)
    assert await superuser.fetchval("SELECT count(*) FROM usage_events") == 2
    assert await superuser.fetchval("SELECT sum(requests) FROM usage_hourly") == 2


async def test_what_was_read_and_not_committed_is_written_by_the_next_life(
    redis: Redis, group: StreamGroup, worker_database: Database, superuser: asyncpg.Connection
) -> None:
    await send(redis, [fresh() for _ in range(10)])
    await group.open()
    assert await group.read(100)  # and then the process dies
    async with running(writer_of(group_of(redis, "worker-1"), worker_database)):
        await eventually_empty(redis)
    assert await superuser.fetchval("SELECT sum(requests) FROM usage_hourly") == 10


async def test_what_was_committed_and_not_acknowledged_is_not_counted_again(
    redis: Redis, group: StreamGroup, worker_database: Database, superuser: asyncpg.Connection
) -> None:
    class DyingGroup(StreamGroup):
        async def finish(self, entries: object) -> None:
            raise asyncio.CancelledError  # killed between commit and acknowledgement

    await send(redis, [fresh() for _ in range(10)])
    await group.open()
    dying = DyingGroup(redis, STREAMS, group=USAGE_GROUP, consumer="worker-1", field=USAGE_FIELD)
    with pytest.raises(asyncio.CancelledError):
        await writer_of(dying, worker_database).write(await group.read(100))
    assert await superuser.fetchval("SELECT sum(requests) FROM usage_hourly") == 10
    async with running(writer_of(group, worker_database)):
        await eventually_empty(redis)
    assert await superuser.fetchval("SELECT sum(requests) FROM usage_hourly") == 10


async def test_an_entry_that_was_finished_by_half_is_cleared_away(
    redis: Redis, group: StreamGroup, worker_database: Database
) -> None:
    await send(redis, [fresh() for _ in range(4)])
    await group.open()
    read = await group.read(100)
    await redis.xdel(read[0].stream, read[0].id)  # and then the connection is cut, before the acknowledgement
    async with running(writer_of(group, worker_database)):
        await eventually_empty(redis)
    pending = [(await redis.xpending(stream, USAGE_GROUP))["pending"] for stream in STREAMS]
    assert pending == [0, 0]
    assert [await redis.exists(f"{stream}:dead") for stream in STREAMS] == [0, 0]


async def test_two_workers_share_the_work_and_count_it_once(
    redis: Redis, db: TestDatabase, superuser: asyncpg.Connection
) -> None:
    databases = [open_database(db.url("worker"), db.settings("worker"), CLOCK) for _ in range(2)]
    events = [fresh(tenant_id=(TENANT, OTHER_TENANT)[number % 2]) for number in range(500)]
    async with contextlib.AsyncExitStack() as stack:
        for number, database in enumerate(databases):
            await stack.enter_async_context(running(writer_of(group_of(redis, f"worker-{number}"), database)))
        await send(redis, events + events[:100])
        await eventually_empty(redis)
    assert await superuser.fetchval("SELECT count(*) FROM usage_events") == 500
    assert await superuser.fetchval("SELECT sum(requests) FROM usage_hourly") == 500
    for database in databases:
        await database.close()


async def test_one_impossible_event_does_not_stop_the_others(
    redis: Redis, group: StreamGroup, worker_database: Database, superuser: asyncpg.Connection
) -> None:
    good = [fresh() for _ in range(5)]
    poison = [fresh(model="a\x00b"), fresh(attempts=2**40)]
    await send(redis, [*good[:2], *poison, *good[2:]])
    await redis.xadd(STREAMS[0], {USAGE_FIELD: b"not an event"})
    await redis.xadd(STREAMS[0], {b"other": b"field"})
    async with running(writer_of(group, worker_database)):
        await eventually_empty(redis)
    assert await superuser.fetchval("SELECT sum(requests) FROM usage_hourly") == 5
    buried = sum([await redis.xlen(f"{stream}:dead") for stream in STREAMS])
    assert buried == 4


async def test_a_database_that_comes_back_gets_everything(
    redis: Redis, group: StreamGroup, worker_database: Database, superuser: asyncpg.Connection
) -> None:
    class Away(UsageWriter):
        failures = 2

        async def write(self, entries: Any) -> None:
            if self.failures:
                self.failures -= 1
                raise DatabaseUnavailableError
            await super().write(entries)

    await send(redis, [fresh() for _ in range(10)])
    away = Away(group, worker_database, WriterMetrics(CollectorRegistry()), CLOCK)
    async with running(away):
        await eventually_empty(redis)
    assert away.failures == 0
    assert await superuser.fetchval("SELECT sum(requests) FROM usage_hourly") == 10


async def test_a_redis_that_lost_everything_is_used_again(
    redis: Redis, group: StreamGroup, worker_database: Database, superuser: asyncpg.Connection
) -> None:
    async with running(writer_of(group, worker_database)):
        await send(redis, [fresh()])
        await eventually_empty(redis)
        await redis.flushall()
        await send(redis, [fresh()])
        await eventually_empty(redis)
    assert await superuser.fetchval("SELECT sum(requests) FROM usage_hourly") == 2


async def test_an_event_of_a_day_without_partition_is_kept(
    redis: Redis, group: StreamGroup, worker_database: Database, superuser: asyncpg.Connection
) -> None:
    old = datetime.now(UTC) - timedelta(days=40)
    milliseconds = int(old.timestamp() * 1000)
    late = usage_event(request_id=type(KEY)(int=milliseconds << 80 | 7 << 76 | 2 << 62))
    await send(redis, [late])
    async with running(writer_of(group, worker_database)):
        await eventually_empty(redis)
    assert await superuser.fetchval("SELECT count(*) FROM usage_events_default") == 1
