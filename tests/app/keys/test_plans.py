"""What PostgreSQL does for a page of a long list of keys. Real: PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import text

from freehold_app.keys import repository
from freehold_app.kit.pages import MAX_LIMIT
from freehold_app.platform.postgres import Database
from tests.store_fixtures import TestDatabase

pytestmark = pytest.mark.stores
TENANT = UUID(int=1)
_SEED = """
INSERT INTO tenants (id, name, state) SELECT lpad(to_hex(t), 32, '0')::uuid, 't' || t, 'active'
  FROM generate_series(1, 10) t;
INSERT INTO api_keys (tenant_id, id, public_id, name, digest, pepper_version, prefix, last4, service, created_at)
SELECT lpad(to_hex(1 + n % 10), 32, '0')::uuid, gen_random_uuid(), lpad(n::text, 10, '0'), 'key ' || n,
       sha256(n::text::bytea), 1, 'p', 'last', true, '2026-01-01'::timestamptz + n * interval '1 minute'
  FROM generate_series(0, 29999) n;
ANALYZE api_keys;
"""
_KEPT = text("SELECT name, custom_plans, generic_plans FROM pg_prepared_statements WHERE statement = :statement")


@pytest.fixture
async def seeded(db: TestDatabase, app_database: Database) -> Database:
    await db.fill(_SEED)
    return app_database


async def test_the_plan_of_a_page_is_kept_and_reads_no_more_than_the_page(seeded: Database) -> None:
    page = {"at": datetime(2026, 2, 1, tzinfo=UTC), "id": UUID(int=0), "limit": 51}
    for _ in range(9):
        rows = await seeded.read(TENANT, repository._ALL, **page)
    async with seeded.tenant(TENANT) as session:  # on the connection that was given back last
        name, *plans = (await session.execute(_KEPT, {"statement": repository._ALL.text})).one()
        kept = f"EXPLAIN ANALYZE EXECUTE \"{name}\"('{TENANT}', '2026-02-01', '{UUID(int=0)}', 51)"
        lines = (await session.execute(text(kept))).scalars().all()
    assert plans == [5, 4], "five plans for five calls, then the choice: see PREPARE in PostgreSQL's documentation"
    assert len(rows) == 51
    [read] = [line for line in lines if "on api_keys " in line]
    assert "Index Scan using api_keys_live" in read
    assert "rows=51" in read.partition("actual")[2]


async def test_the_longest_page_tells_of_more(seeded: Database) -> None:
    fetched = MAX_LIMIT + 1
    page = {"at": datetime(2026, 2, 1, tzinfo=UTC), "id": UUID(int=0), "limit": fetched}
    assert len(await seeded.read(TENANT, repository._ALL, **page)) == fetched
