"""The schema goes up, down and up again, and says clearly why when it cannot."""

from __future__ import annotations

import pytest

from freehold_app.migrate import migrate
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
