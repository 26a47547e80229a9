"""Daily partitions: made ahead, filled from the default one, dropped when their time is over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from freehold_app.migrate import owner_engine
from freehold_app.platform.partitions import DailyTable, maintain_daily
from freehold_app.platform.postgres import Database
from freehold_app.usage.repository import record
from tests.app.pg_catalog import findings
from tests.app.samples import usage_event
from tests.store_fixtures import TestDatabase

TODAY = date(2026, 11, 24)
TABLE = DailyTable("usage_events", keep_days=30, ahead_days=2)
DAY = timedelta(days=1)


def event_id(day: date, number: int = 1) -> UUID:
    milliseconds = (day - date(1970, 1, 1)) // timedelta(milliseconds=1)
    return UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62 | number)


@pytest.fixture
async def engine(db: TestDatabase) -> AsyncIterator[AsyncEngine]:
    async with owner_engine(db.settings("migrator")) as engine:
        yield engine


@pytest.fixture
async def superuser(db: TestDatabase) -> AsyncIterator[asyncpg.Connection]:
    connection = await db.superuser()
    yield connection
    await connection.close()


async def used(database: Database, *days: date) -> None:
    async with database.platform() as session:
        await record(session, [usage_event(request_id=event_id(day)) for day in days])


@pytest.mark.stores
async def test_days_are_made_ahead_and_once(engine: AsyncEngine) -> None:
    first = await maintain_daily(engine, TABLE, TODAY)
    again = await maintain_daily(engine, TABLE, TODAY)
    assert first.created == (TODAY - DAY, TODAY, TODAY + DAY, TODAY + 2 * DAY)
    assert (again.created, again.dropped) == ((), ())


@pytest.mark.stores
async def test_rows_that_came_before_their_partition_move_into_it(
    engine: AsyncEngine, worker_database: Database, superuser: asyncpg.Connection
) -> None:
    await used(worker_database, TODAY, TODAY - 5 * DAY)
    await maintain_daily(engine, TABLE, TODAY)
    assert await superuser.fetchval("SELECT count(*) FROM usage_events_default") == 0
    assert await superuser.fetchval("SELECT count(*) FROM usage_events_20261124") == 1
    assert await superuser.fetchval("SELECT count(*) FROM usage_events_20261119") == 1
    await used(worker_database, TODAY)  # the same event again is still recognised
    assert await superuser.fetchval("SELECT count(*) FROM usage_events") == 2


@pytest.mark.stores
async def test_days_beyond_their_time_are_dropped_with_what_they_hold(
    engine: AsyncEngine, worker_database: Database, superuser: asyncpg.Connection
) -> None:
    await used(worker_database, TODAY, TODAY - 30 * DAY, TODAY - 31 * DAY)
    done = await maintain_daily(engine, TABLE, TODAY)
    assert done.dropped == (TODAY - 31 * DAY,)
    assert await superuser.fetchval("SELECT count(*) FROM usage_events") == 2
    assert await superuser.fetchval("SELECT sum(requests) FROM usage_hourly") == 3  # sums stay


@pytest.mark.stores
async def test_new_partitions_keep_the_rules_of_isolation(engine: AsyncEngine, superuser: asyncpg.Connection) -> None:
    await maintain_daily(engine, TABLE, TODAY)
    assert await findings(superuser) == []


def test_a_name_that_could_be_more_than_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no table name"):
        DailyTable("usage_events; DROP TABLE tenants", keep_days=1)
