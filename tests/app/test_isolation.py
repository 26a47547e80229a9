"""No tenant sees another's rows, whoever asks and however; and each way in which that could break is noticed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from freehold_app.auth.digests import Peppers
from freehold_app.keys.service import KeyRequest, create_key
from freehold_app.kit.clock import SystemClock
from freehold_app.platform.postgres import Database
from freehold_app.tenants.service import enter_tenant
from tests.app.pg_catalog import findings, grants
from tests.store_fixtures import TestDatabase

pytestmark = pytest.mark.stores


@pytest.fixture
async def superuser(db: TestDatabase) -> AsyncIterator[asyncpg.Connection]:
    connection = await db.superuser()
    yield connection
    await connection.close()


async def two_tenants(database: Database, peppers: Peppers) -> tuple[object, object]:
    """Tenants a and b with one key each."""
    clock = SystemClock()
    ids = [await enter_tenant(database, name, clock) for name in ("a", "b")]
    for tenant_id in ids:
        await create_key(database, peppers, clock, tenant_id, KeyRequest("test"))
    return ids[0], ids[1]


async def count_keys(session: object) -> int:
    return int((await session.execute(text("SELECT count(*) FROM api_keys"))).scalar_one())  # type: ignore[attr-defined]


async def test_a_session_sees_its_tenants_rows_only(app_database: Database, peppers: Peppers) -> None:
    first, second = await two_tenants(app_database, peppers)
    for tenant_id in (first, second):
        async with app_database.tenant(tenant_id) as session:  # type: ignore[arg-type]
            rows = (await session.execute(text("SELECT tenant_id FROM api_keys"))).scalars().all()
        assert rows == [tenant_id]


async def test_without_a_tenant_nothing_is_seen(
    app_database: Database, peppers: Peppers, superuser: asyncpg.Connection
) -> None:
    await two_tenants(app_database, peppers)
    async with app_database.platform() as session:
        assert await count_keys(session) == 0
    assert await superuser.fetchval("SELECT count(*) FROM api_keys") == 2  # they are there


async def test_a_connection_that_had_a_tenant_forgets_it(app_database: Database, peppers: Peppers) -> None:
    first, _ = await two_tenants(app_database, peppers)
    seen = set()
    for _ in range(20):
        async with app_database.tenant(first) as session:  # type: ignore[arg-type]
            assert await count_keys(session) == 1
        async with app_database.platform() as session:
            seen.add(await count_keys(session))
    assert seen == {0}


async def test_a_row_of_another_tenant_cannot_be_written(app_database: Database, peppers: Peppers) -> None:
    first, second = await two_tenants(app_database, peppers)
    with pytest.raises(DBAPIError, match="row-level security"):
        async with app_database.tenant(first) as session:  # type: ignore[arg-type]
            await session.execute(text("UPDATE api_keys SET tenant_id = :other"), {"other": second})


async def test_cancelled_requests_leave_no_tenant_behind(app_database: Database, peppers: Peppers) -> None:
    first, second = await two_tenants(app_database, peppers)

    async def look(tenant_id: object) -> list[object]:
        async with app_database.tenant(tenant_id) as session:  # type: ignore[arg-type]
            await session.execute(text("SELECT pg_sleep(0.001)"))
            return list((await session.execute(text("SELECT tenant_id FROM api_keys"))).scalars())

    tasks = [asyncio.create_task(look((first, second)[number % 2])) for number in range(200)]
    for number, task in enumerate(tasks):
        await asyncio.sleep(0)
        if number % 3 == 0:
            task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    answered = [(number, rows) for number, rows in enumerate(results) if isinstance(rows, list)]
    assert len(answered) > 100
    assert all(rows == [(first, second)[number % 2]] for number, rows in answered)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE api_keys DISABLE ROW LEVEL SECURITY",
        "CREATE TABLE own (x int)",
        "DROP TABLE api_keys",
        "SET ROLE freehold_owner",
        "SELECT * FROM usage_events_default",
        "DELETE FROM api_keys",
        "UPDATE tenants SET name = 'other'",
        "DELETE FROM users",
    ],
)
async def test_the_app_may_not_change_the_rules(app_database: Database, statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        async with app_database.platform() as session:
            await session.execute(text(statement))


async def test_the_worker_sees_no_keys_without_a_tenant(
    app_database: Database, worker_database: Database, peppers: Peppers
) -> None:
    await two_tenants(app_database, peppers)
    async with worker_database.platform() as session:
        assert await count_keys(session) == 0


async def test_the_catalogue_has_nothing_to_object_to(superuser: asyncpg.Connection) -> None:
    assert await findings(superuser) == []


@pytest.mark.parametrize(
    ("hole", "finding"),
    [
        ("ALTER TABLE api_keys NO FORCE ROW LEVEL SECURITY", "api_keys does not force row-level security"),
        ("ALTER TABLE usage_events DISABLE ROW LEVEL SECURITY", "usage_events does not force row-level security"),
        ("DROP POLICY tenant ON usage_hourly", "usage_hourly has not both halves of the tenant's policy"),
        ("ALTER POLICY tenant ON api_keys WITH CHECK (true)", "api_keys has not both halves of the tenant's policy"),
        ("CREATE TABLE notes (id uuid PRIMARY KEY)", "notes has no tenant_id"),
        ("CREATE UNIQUE INDEX names ON api_keys (name)", "names does not begin with tenant_id"),
        ("GRANT SELECT ON usage_events_default TO freehold_app", "freehold_app has rights on partition"),
        ("ALTER ROLE freehold_readonly BYPASSRLS", "freehold_readonly passes by row-level security"),
        ("ALTER FUNCTION auth_api_key(bytea) RESET search_path", "auth_api_key has no fixed search_path"),
        ("GRANT EXECUTE ON FUNCTION auth_api_key(bytea) TO PUBLIC", "auth_api_key may be executed by everybody"),
        (
            """CREATE FUNCTION peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = ''
            AS 'SELECT count(*) FROM public.api_keys'""",
            "peek runs with the rights of postgres",
        ),
    ],
)
async def test_a_planted_hole_is_found(superuser: asyncpg.Connection, hole: str, finding: str) -> None:
    transaction = superuser.transaction()
    await transaction.start()  # roles belong to the whole server: the hole goes with the transaction
    await superuser.execute(hole)
    found = await findings(superuser)
    await transaction.rollback()
    assert any(text.startswith(finding) for text in found), found


async def test_each_role_has_exactly_these_rights(superuser: asyncpg.Connection) -> None:
    read, write, every = "SELECT", "INSERT SELECT UPDATE", "DELETE INSERT SELECT UPDATE"
    assert await grants(superuser) == {
        ("alembic_version", "freehold_app"): read,
        ("alembic_version", "freehold_worker"): read,
        ("idempotency_keys", "freehold_app"): write,
        ("idempotency_keys", "freehold_worker"): every,
        ("conversations", "freehold_app"): write,
        ("conversations", "freehold_readonly"): read,
        ("conversations", "freehold_worker"): every,
        ("invitations", "freehold_app"): every,
        ("invitations", "freehold_readonly"): read,
        ("invitations", "freehold_worker"): read,
        ("jobs", "freehold_app"): write,
        ("jobs", "freehold_readonly"): read,
        ("jobs", "freehold_worker"): every,
        ("memberships", "freehold_app"): every,
        ("memberships", "freehold_auth"): read,
        ("memberships", "freehold_readonly"): read,
        ("memberships", "freehold_worker"): read,
        ("messages", "freehold_app"): write,
        ("messages", "freehold_readonly"): read,
        ("messages", "freehold_worker"): write,
        ("model_transitions", "freehold_app"): "DELETE INSERT SELECT",
        ("model_transitions", "freehold_readonly"): read,
        ("model_transitions", "freehold_worker"): read,
        ("sessions", "freehold_app"): every,
        ("sessions", "freehold_worker"): "DELETE SELECT",
        ("user_credentials", "freehold_app"): write,
        ("users", "freehold_app"): write,
        ("users", "freehold_readonly"): read,
        ("users", "freehold_worker"): read,
        ("api_keys", "freehold_app"): write,
        ("api_keys", "freehold_auth"): read,
        ("api_keys", "freehold_readonly"): read,
        ("api_keys", "freehold_worker"): write,
        ("api_key_uses", "freehold_app"): write,
        ("api_key_uses", "freehold_readonly"): read,
        ("api_key_uses", "freehold_worker"): write,
        ("sync_heads", "freehold_app"): write,
        ("sync_heads", "freehold_readonly"): read,
        ("sync_heads", "freehold_worker"): write,
        ("sync_ops", "freehold_app"): write,
        ("sync_ops", "freehold_readonly"): read,
        ("sync_ops", "freehold_worker"): every,
        ("tenants", "freehold_app"): "INSERT SELECT",
        ("tenants", "freehold_auth"): read,
        ("tenants", "freehold_readonly"): read,
        ("tenants", "freehold_worker"): "INSERT SELECT",
        ("usage_daily", "freehold_app"): read,
        ("usage_daily", "freehold_readonly"): read,
        ("usage_daily", "freehold_worker"): write,
        ("turns", "freehold_app"): write,
        ("turns", "freehold_readonly"): read,
        ("turns", "freehold_worker"): write,
        ("usage_events", "freehold_app"): read,
        ("usage_events", "freehold_readonly"): read,
        ("usage_events", "freehold_worker"): write,
        ("usage_hourly", "freehold_app"): read,
        ("usage_hourly", "freehold_readonly"): read,
        ("usage_hourly", "freehold_worker"): write,
    }
