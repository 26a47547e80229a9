"""The schema goes up, down and up again, and says clearly why when it cannot."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import SecretStr

from freehold_app.migrate import migrate
from freehold_app.platform.errors import MigrationError
from freehold_app.settings import DatabaseSettings
from stores.bootstrap import BOOTSTRAP
from tests.store_fixtures import TestDatabase

pytestmark = pytest.mark.stores

_COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
 WHERE table_schema = 'public' ORDER BY 1, 2
"""


async def columns(database: TestDatabase) -> list[tuple[object, ...]]:
    connection = await database.superuser()
    try:
        return [tuple(row) for row in await connection.fetch(_COLUMNS)]
    finally:
        await connection.close()


async def test_up_down_up_ends_where_up_did(empty_db: TestDatabase) -> None:
    settings = empty_db.settings("migrator")
    await migrate(settings, wait_seconds=1)
    first = await columns(empty_db)
    await migrate(settings, revision="base", wait_seconds=1)
    assert {row[0] for row in await columns(empty_db)} == {"alembic_version"}
    await migrate(settings, wait_seconds=1)
    assert await columns(empty_db) == first
    assert {"tenants", "api_keys", "usage_events", "usage_hourly"} <= {row[0] for row in first}


async def test_two_that_migrate_at_once_do_it_once(empty_db: TestDatabase) -> None:
    settings = empty_db.settings("migrator")
    await asyncio.gather(*(migrate(settings, wait_seconds=1) for _ in range(3)))
    assert "usage_hourly" in {row[0] for row in await columns(empty_db)}


async def test_a_step_back_takes_back_only_what_came_later(empty_db: TestDatabase) -> None:
    settings = empty_db.settings("migrator")
    await migrate(settings, wait_seconds=1)
    await migrate(settings, revision="0001", wait_seconds=1)
    tables = {row[0] for row in await columns(empty_db)}
    assert "api_keys" in tables
    assert "usage_events" not in tables


async def test_a_schema_of_a_later_release_is_left_alone(empty_db: TestDatabase) -> None:
    settings = empty_db.settings("migrator")
    await migrate(settings, wait_seconds=1)
    connection = await empty_db.superuser()
    try:
        await connection.execute("UPDATE alembic_version SET version_num = '9999'")
        await migrate(settings, wait_seconds=1)
        assert await connection.fetchval("SELECT version_num FROM alembic_version") == "9999"
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("state", "ending"), [("57P03", "did not answer within"), ("28P01", "refuses"), ("53300", "did not answer within")]
)
async def test_a_server_that_stops_is_waited_for_and_one_that_refuses_is_not(state: str, ending: str) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        fields = f"SFATAL\0C{state}\0Mthe server says no\0\0".encode()
        writer.write(b"E" + (len(fields) + 4).to_bytes(4, "big") + fields)
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        settings = DatabaseSettings(url=SecretStr(f"postgresql+asyncpg://a:b@127.0.0.1:{port}/x"))
        with pytest.raises(MigrationError, match=f"{ending}.*the server says no"):
            await migrate(settings, wait_seconds=0.01)


async def test_a_lock_that_is_held_is_waited_for_by_trying_again(
    empty_db: TestDatabase,
) -> None:
    settings = empty_db.settings("migrator").model_copy(update={"lock_timeout_seconds": 0.05})
    await migrate(settings, revision="0001", wait_seconds=1)
    holder = await empty_db.superuser()
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
    migrating = asyncio.create_task(migrate(settings, wait_seconds=1, retry_seconds=0.02))
    await asyncio.sleep(0.05)
    assert not migrating.done()
    await transaction.rollback()
    await holder.close()
    await migrating
    assert "usage_events" in {row[0] for row in await columns(empty_db)}


async def test_a_lock_that_is_never_given_up_ends_with_a_reason(empty_db: TestDatabase) -> None:
    settings = empty_db.settings("migrator").model_copy(update={"lock_timeout_seconds": 0.02})
    await migrate(settings, revision="0001", wait_seconds=1)
    holder = await empty_db.superuser()
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
    with pytest.raises(MigrationError, match="lock timeout"):
        await migrate(settings, wait_seconds=1, retry_seconds=0.01)
    await transaction.rollback()
    await holder.close()


async def test_the_roles_can_be_made_again_without_harm(empty_db: TestDatabase) -> None:
    await asyncio.to_thread(empty_db.server.sql, BOOTSTRAP, empty_db.name, {})
    await migrate(empty_db.settings("migrator"), wait_seconds=1)  # with the password of the first time
