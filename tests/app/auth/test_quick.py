"""Lists in front of the framework answer as the endpoints behind them. Real: PostgreSQL. Faked: time."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest
from asyncpg import InternalClientError
from sqlalchemy import text

from freehold_app.auth.principal import Role
from freehold_app.keys.repository import note_use
from freehold_app.kit.ids import new_id
from freehold_app.platform.errors import DatabaseUnavailableError
from freehold_app.platform.postgres import Database, TenantRead
from tests.app.people import Control, Person
from tests.store_fixtures import TestDatabase

pytestmark = pytest.mark.stores
PATHS = ("/api/v1/keys", "/api/v1/conversations")
_SEEN = "SELECT page.* FROM door CROSS JOIN LATERAL (SELECT k.name FROM api_keys k WHERE k.tenant_id = {0}) page"
# Only row-level security holds this one back.
_UNFILTERED = TenantRead(
    "SELECT page.* FROM door CROSS JOIN LATERAL (SELECT k.name FROM api_keys k WHERE door.tenant_id IS NOT NULL) page"
)
_SLOW = TenantRead(
    "SELECT page.* FROM door CROSS JOIN LATERAL (SELECT pg_sleep(5) WHERE door.tenant_id IS NOT NULL) page"
)
_TENANT_AFTER = TenantRead(
    "SELECT page.* FROM door CROSS JOIN LATERAL (SELECT current_setting('app.tenant') AS tenant"
    " WHERE door.tenant_id IS NOT NULL) page"
)


async def _filled(control: Control, email: str, tenant: str) -> Person:
    """Somebody with five keys and five conversations."""
    person = await control.person(email, tenant=tenant, role=Role.ADMIN)
    for number in range(5):
        control.clock.advance(1.5)
        await person.post("/api/v1/keys", {"name": f'Schlüssel "{number}"', "models": ["tiny*"]})
        conversation = {"id": str(new_id(control.clock)), "title": f"é {number}", "params": {"temperature": 0.5}}
        assert (await person.post("/api/v1/conversations", conversation)).status_code == 201
    newest = (await person.get("/api/v1/keys?limit=1")).json()["items"][0]["id"]
    async with control.deps.database.tenant(person.tenant_id) as session:
        await note_use(session, person.tenant_id, UUID(newest), control.clock.now())
    return person


@pytest.fixture
def ordinary(control: Control, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Switches the quick lists off: to be called after everybody is known."""

    async def unknown(*_: object) -> None:
        return None

    return lambda: monkeypatch.setattr(type(control.deps.directory), "known", unknown)


async def test_every_page_has_the_same_bytes_as_the_ordinary_endpoints(control: Control, ordinary: Any) -> None:
    ada = await _filled(control, "ada@example.org", "acme")
    asked = [f"{path}{query}" for path in PATHS for query in ("", "?limit=2", "?limit=5", "?limit=200")]
    for path in PATHS:
        cursor = (await ada.get(f"{path}?limit=2")).json()["next_cursor"]
        asked.append(f"{path}?limit=2&cursor={cursor}")
    quick = [await ada.get(path) for path in asked]
    assert [item["last_used_at"] is not None for item in quick[0].json()["items"]] == [True] + [False] * 4
    ordinary()
    for path, answer in zip(asked, quick, strict=True):
        slow = await ada.get(path)
        assert (answer.status_code, answer.content) == (200, slow.content), path
        same = ("etag", "content-type", "content-encoding", "cache-control", "vary", "x-content-type-options")
        assert {name: answer.headers.get(name) for name in same} == {name: slow.headers.get(name) for name in same}


async def test_they_are_answered_without_the_framework(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await _filled(control, "ada@example.org", "acme")
    before = [(await ada.get(path)).content for path in PATHS]

    def closed(*_: object) -> None:
        raise AssertionError("the ordinary door was opened")

    monkeypatch.setattr(Database, "tenant", closed)
    assert [(await ada.get(path)).content for path in PATHS] == before


@pytest.mark.parametrize("path", PATHS)
async def test_an_unchanged_page_is_not_sent_again(control: Control, path: str) -> None:
    ada = await _filled(control, "ada@example.org", "acme")
    first = await ada.get(path)
    again = await ada.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert again.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize("path", PATHS)
async def test_nobody_sees_another_tenants_rows(control: Control, path: str) -> None:
    ada = await _filled(control, "ada@example.org", "acme")
    eve = await control.person("eve@example.org", tenant="other", role=Role.ADMIN)
    for person, rows in ((ada, 5), (eve, 0), (ada, 5), (eve, 0)):
        assert len((await person.get(path)).json()["items"]) == rows
    cursor = (await ada.get(f"{path}?limit=2")).json()["next_cursor"]
    assert (await eve.get(f"{path}?limit=2&cursor={cursor}")).json()["code"] == "bad_cursor"


@pytest.mark.parametrize(
    ("query", "code"),
    [("?limit=0", 422), ("?limit=201", 422), ("?limit=²", 422), ("?limit=99999", 422), ("?cursor=x", 400)],
)
async def test_what_is_wrong_is_refused_in_the_ordinary_words(control: Control, query: str, code: int) -> None:
    ada = await control.person("ada@example.org", role=Role.ADMIN)
    for path in PATHS:
        assert (await ada.get(path)).status_code == 200  # from here on she is known
        answer = await ada.get(path + query)
        assert answer.status_code == code
        assert answer.headers["content-type"] == "application/problem+json"


async def test_who_may_not_is_refused_although_known(control: Control) -> None:
    reader = await control.person("reader@example.org", role=Role.VIEWER)
    assert (await reader.get("/api/v1/me")).status_code == 200
    for path in PATHS:
        assert (await reader.get(path)).json()["code"] == "forbidden"


async def test_a_session_that_ends_is_refused_at_once(control: Control) -> None:
    ada = await control.person("ada@example.org", role=Role.ADMIN)
    assert (await ada.get("/api/v1/keys")).status_code == 200
    assert (await ada.delete(f"/api/v1/me/sessions/{ada.session_id}")).status_code == 204
    assert (await ada.get("/api/v1/keys")).status_code == 401


async def test_a_read_sees_its_tenant_only_and_leaves_no_tenant_behind(control: Control) -> None:
    ada = await _filled(control, "ada@example.org", "acme")
    database = control.deps.database
    assert len(await database.read(ada.tenant_id, _UNFILTERED)) == 5
    assert await database.read(UUID(int=7), _UNFILTERED) == []
    [row] = await database.read(ada.tenant_id, _TENANT_AFTER)
    assert row["tenant"] == str(ada.tenant_id)
    async with database._engine.connect() as connection:  # the one that was given back last, as it is
        assert not (await connection.exec_driver_sql("SELECT current_setting('app.tenant', true)")).scalar()
        assert (await connection.exec_driver_sql("SELECT 1 FROM api_keys")).all() == []


async def test_a_read_that_is_cancelled_gives_its_connection_back_without_a_tenant(control: Control) -> None:
    ada = await _filled(control, "ada@example.org", "acme")
    database = control.deps.database
    for seconds in (0.0, 0.001, 0.01, 0.1):
        reads = [asyncio.create_task(database.read(ada.tenant_id, _SLOW)) for _ in range(3)]
        await asyncio.sleep(seconds)
        for read in reads:
            read.cancel()
        ends = await asyncio.gather(*reads, return_exceptions=True)
        assert {type(end) for end in ends} == {asyncio.CancelledError}
    assert database.pool().in_use == 0
    assert await database.read(UUID(int=7), _UNFILTERED) == []
    assert len(await database.read(ada.tenant_id, _UNFILTERED)) == 5


async def test_a_failed_read_has_a_name_and_harms_nobody_after_it(control: Control) -> None:
    broken = TenantRead(_SEEN.format("door.tenant_id") + " WHERE 1 / (length(page.name) - length(page.name)) = 1")
    ada = await _filled(control, "ada@example.org", "acme")
    with pytest.raises(DatabaseUnavailableError):
        await control.deps.database.read(ada.tenant_id, broken)
    assert len(await control.deps.database.read(ada.tenant_id, _UNFILTERED)) == 5


def test_a_statement_that_does_not_pass_the_door_is_refused() -> None:
    with pytest.raises(ValueError, match=r"door\.tenant_id"):
        TenantRead("SELECT * FROM api_keys")
    with pytest.raises(ValueError, match=r"door\.tenant_id"):
        TenantRead(_SEEN.format("$2"))


async def test_a_server_that_closed_idle_connections_refuses_nobody(control: Control, db: TestDatabase) -> None:
    ada = await _filled(control, "ada@example.org", "acme")
    database = control.deps.database
    async with database.tenant(ada.tenant_id):
        pass
    superuser = await db.superuser()
    await superuser.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await superuser.close()
    assert len(await database.read(ada.tenant_id, _UNFILTERED)) == 5
    assert (await ada.get("/api/v1/keys")).status_code == 200


async def test_connections_that_ended_a_moment_ago_refuse_nobody(control: Control, db: TestDatabase) -> None:
    ada = await _filled(control, "ada@example.org", "acme")
    database = control.deps.database

    async def names() -> int:
        async with database.tenant(ada.tenant_id) as session:
            await session.execute(text("SELECT pg_sleep(0.02)"))
            return len((await session.execute(text("SELECT name FROM api_keys"))).all())

    assert await asyncio.gather(*(names() for _ in range(5))) == [5] * 5
    superuser = await db.superuser()
    await superuser.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'freehold_app'")
    assert await asyncio.gather(*(names() for _ in range(5))) == [5] * 5
    await superuser.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'freehold_app'")
    assert (await ada.get("/api/v1/keys")).status_code == 200
    await superuser.close()


async def test_a_farewell_that_only_the_driver_has_read_has_a_name_in_a_transaction_too(control: Control) -> None:
    with pytest.raises(DatabaseUnavailableError):
        async with control.deps.database.tenant(UUID(int=7)):
            raise InternalClientError("got result for unknown protocol state 0")
