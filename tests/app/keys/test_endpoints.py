"""/api/v1/keys: shown once, one's own only, gone when revoked. Real: routes, PostgreSQL. Faked: time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from freehold_app.auth.principal import Role
from freehold_app.auth.principals import DatabasePrincipals
from freehold_app.control import ControlRole
from freehold_app.keys.uses import KeyUses
from freehold_app.platform.errors import DatabaseUnavailableError
from freehold_app.worker import count_restarts
from tests.app.people import Control, Person, client_of
from tests.store_fixtures import TestDatabase

pytestmark = pytest.mark.stores

KEYS = "/api/v1/keys"


async def make(person: Person, **fields: Any) -> dict[str, Any]:
    answer = await person.post(KEYS, {"name": "laptop"} | fields)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def listed(person: Person, **query: Any) -> list[str]:
    return [item["name"] for item in (await person.get(KEYS, params=query)).json()["items"]]


async def by_key(control: Control, key: str, path: str, method: str = "GET", **options: Any) -> Any:
    headers = {"authorization": f"Bearer {key}"}
    return await control.anonymous.request(method, path, headers=headers, **options)


async def test_a_key_is_shown_once_and_works_with_what_was_asked(control: Control) -> None:
    ada = await control.person("ada@example.org", role=Role.MEMBER)
    ends = control.clock.now() + timedelta(days=1)
    made = await make(ada, scopes=["inference"], models=["smollm2", "qwen*"], expires_at=ends.isoformat())
    row = made["row"]
    assert made["key"].startswith(row["prefix"])
    assert made["key"].endswith(row["last4"])
    shown = await ada.get(f"{KEYS}/{row['id']}")
    assert shown.json() == row
    assert made["key"] not in shown.text
    assert (row["scopes"], row["models"], row["routes"]) == (["inference"], ["smollm2", "qwen*"], None)
    assert (row["created_by"], row["creator"], row["service"]) == (str(ada.user_id), "ada", False)
    assert row["last_used_at"] is None
    grant = await DatabasePrincipals(control.deps.database, control.deps.peppers).lookup(made["key"])
    assert grant is not None
    assert (grant.user_id, grant.models, grant.expires_at) == (ada.user_id, ("smollm2", "qwen*"), ends)


async def test_a_repeated_request_makes_one_key_and_does_not_show_it_again(control: Control) -> None:
    ada = await control.person("ada@example.org")
    sent = [await ada.post(KEYS, {"name": "a"}, headers={"idempotency-key": "k"}) for _ in range(2)]
    first, again = (answer.json() for answer in sent)
    assert first["key"].startswith("fhk_")
    assert (again["key"], again["row"]) == ("(shown once)", first["row"])
    assert await listed(ada) == ["a"]
    async with control.deps.database.tenant(ada.tenant_id) as session:
        stored = (await session.execute(text("SELECT response::text FROM idempotency_keys"))).scalar_one()
    assert first["key"][-20:] not in stored


async def test_people_see_their_own_keys_and_administrators_all(control: Control) -> None:
    ada = await control.person("ada@example.org", role=Role.MEMBER)
    bob = await control.person("bob@example.org", role=Role.ADMIN)
    await make(ada, name="ada's")
    control.clock.advance(1)
    await make(bob, name="bob's")
    control.clock.advance(1)
    await make(bob, name="robot", service=True)
    assert await listed(ada) == ["ada's"]
    assert await listed(bob) == ["robot", "bob's", "ada's"]
    assert await listed(bob, mine=True) == ["bob's"]


@pytest.mark.parametrize(("email", "tenant"), [("bob@example.org", "acme"), ("bob@example.org", "beta")])
async def test_anothers_key_is_not_there(control: Control, email: str, tenant: str) -> None:
    ada = await control.person("ada@example.org", tenant="acme", role=Role.MEMBER)
    other = await control.person(email, tenant=tenant, role=Role.MEMBER if tenant == "acme" else Role.OWNER)
    path = f"{KEYS}/{(await make(ada))['row']['id']}"
    for answer in (await other.get(path), await other.patch(path, {"name": "x"}), await other.delete(path)):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await ada.get(path)).json()["name"] == "laptop"
    unknown = await ada.get(f"{KEYS}/{uuid4()}")
    assert (unknown.status_code, (await ada.get(f"{KEYS}/nonsense")).status_code) == (404, 422)


async def test_an_administrator_revokes_anybodys_key_of_the_tenant(control: Control) -> None:
    ada = await control.person("ada@example.org", role=Role.MEMBER)
    bob = await control.person("bob@example.org", role=Role.ADMIN)
    made = await make(ada)
    assert (await bob.delete(f"{KEYS}/{made['row']['id']}")).status_code == 204
    assert await listed(ada) == await listed(bob) == []


async def test_a_key_gets_another_name_and_nothing_else(control: Control) -> None:
    ada = await control.person("ada@example.org", role=Role.MEMBER)
    row = (await make(ada))["row"]
    renamed = await ada.patch(f"{KEYS}/{row['id']}", {"name": " desk "})
    assert renamed.json() == row | {"name": "desk"}
    for field in ("scopes", "models", "expires_at", "created_by", "service", "digest"):
        answer = await ada.patch(f"{KEYS}/{row['id']}", {"name": "x", field: None})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{field}")


async def test_a_revoked_key_stops_at_once_and_everybody_is_told(control: Control) -> None:
    told: list[Sequence[object]] = []

    async def announce(*news: object) -> bool:
        control.deps.directory.forget(news[2])
        told.append(news)
        return True

    ada = await control.person("ada@example.org", role=Role.MEMBER)
    made = await make(ada, scopes=["usage:read"])
    key_id = made["row"]["id"]
    assert (await by_key(control, made["key"], "/api/v1/usage/summary")).status_code == 200
    deps = type(control.deps)(
        **{name: getattr(control.deps, name) for name in control.deps.__slots__} | {"announce": announce}
    )
    role = ControlRole(deps, count_restarts(type(control.deps.registry)()))
    async with client_of(role) as client:
        ada.client = client
        assert (await ada.delete(f"{KEYS}/{key_id}")).status_code == 204
        assert (await ada.delete(f"{KEYS}/{key_id}")).status_code == 404
    assert told == [("key", ada.tenant_id, UUID(key_id))]
    assert (await by_key(control, made["key"], "/api/v1/usage/summary")).status_code == 401
    assert await DatabasePrincipals(control.deps.database, control.deps.peppers).lookup(made["key"]) is None


async def test_a_person_has_at_most_twenty_valid_keys_however_they_ask(control: Control) -> None:
    ada = await control.person("ada@example.org", role=Role.ADMIN)
    await make(ada, name="short", expires_at=(control.clock.now() + timedelta(seconds=5)).isoformat())
    await make(ada, name="robot", service=True)
    answers = await asyncio.gather(*(ada.post(KEYS, {"name": f"k{number}"}) for number in range(22)))
    assert sorted(answer.status_code for answer in answers) == [201] * 19 + [429] * 3
    refused = next(answer.json() for answer in answers if answer.status_code == 429)
    assert (refused["code"], refused["blame"], bool(refused["fix"])) == ("quota_exceeded", "quota", True)
    control.clock.advance(6)
    await make(ada, name="in place of the one that has expired")
    assert (await ada.post(KEYS, {"name": "k"})).status_code == 429
    assert "short" in await listed(ada)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": " "}, "/name"),
        ({"name": "a\x00b"}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"scopes": []}, "/scopes"),
        ({"scopes": ["root"]}, "/scopes/0"),
        ({"scopes": ["models:write"]}, "/scopes/0"),
        ({"models": []}, "/models"),
        ({"models": ["a*b"]}, "/models/0"),
        ({"models": ["../x"]}, "/models/0"),
        ({"routes": ["/api/v1/keys"]}, "/routes/0"),
        ({"expires_at": "2026-11-24T09:59:59Z"}, "/expires_at"),
        ({"expires_at": "2027-01-01T00:00:00"}, "/expires_at"),
        ({"digest": "x"}, "/digest"),
        ({"created_by": str(uuid4())}, "/created_by"),
    ],
)
async def test_what_is_wrong_is_named(control: Control, fields: dict[str, Any], pointer: str) -> None:
    ada = await control.person("ada@example.org", role=Role.MEMBER)
    answer = await ada.post(KEYS, {"name": "laptop"} | fields)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid_request"), problem
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert problem["fix"]
    assert await listed(ada) == []


async def test_no_key_makes_or_sees_keys(control: Control) -> None:
    ada = await control.person("ada@example.org", role=Role.OWNER)
    scopes = ["read", "inference", "models:write", "usage:read"]
    for service in (False, True):
        made = await make(ada, scopes=scopes, service=service)
        row = f"{KEYS}/{made['row']['id']}"
        calls = [("GET", KEYS, None), ("POST", KEYS, {"name": "x"}), ("GET", row, None), ("DELETE", row, None)]
        for method, path, json in [*calls, ("PATCH", row, {"name": "x"})]:
            answer = await by_key(control, made["key"], path, method, json=json)
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), (method, path)


@pytest.mark.parametrize(
    ("role", "scopes", "path", "status"),
    [
        (Role.MEMBER, ["usage:read"], "/api/v1/usage/summary", 200),
        (Role.MEMBER, ["usage:read"], "/api/v1/usage/summary?scope=tenant", 403),
        (Role.MEMBER, ["read", "inference"], "/api/v1/usage/summary", 403),
        (Role.ADMIN, ["usage:read"], "/api/v1/usage/summary?scope=tenant", 200),
        (Role.ADMIN, ["models:write"], "/api/v1/usage/summary?scope=tenant", 403),
        (Role.ADMIN, ["usage:read"], "/api/v1/tenant/members", 403),
        (Role.ADMIN, ["usage:read"], "/api/v1/me", 403),
    ],
)
async def test_a_key_may_at_control_what_its_scopes_and_its_maker_may(
    control: Control, role: Role, scopes: list[str], path: str, status: int
) -> None:
    ada = await control.person("ada@example.org", role=role)
    answer = await by_key(control, (await make(ada, scopes=scopes))["key"], path)
    assert answer.status_code == status, answer.text


async def test_a_key_loses_what_its_maker_loses(control: Control) -> None:
    ada = await control.person("ada@example.org", role=Role.ADMIN)
    bob = await control.person("bob@example.org", role=Role.OWNER)
    made = await make(ada, scopes=["usage:read"])
    path = "/api/v1/usage/summary?scope=tenant"
    assert (await by_key(control, made["key"], path)).status_code == 200
    assert (await bob.patch(f"/api/v1/tenant/members/{ada.user_id}", {"role": "member"})).status_code == 200
    assert (await by_key(control, made["key"], path)).status_code == 403


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_who_is_nobody_or_a_viewer_has_no_keys(control: Control, method: str) -> None:
    vic = await control.person("vic@example.org", role=Role.VIEWER)
    answer = await vic.send(method, KEYS, json={"name": "x"} if method == "POST" else None)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (await control.anonymous.request(method, KEYS)).status_code == 401


async def test_what_a_key_did_at_control_is_noted_once_in_five_minutes(control: Control) -> None:
    ada = await control.person("ada@example.org", role=Role.MEMBER)
    made = await make(ada, scopes=["usage:read"])
    uses = KeyUses(control.deps.database, control.deps.directory.take_key_uses)

    async def used_at() -> Any:
        await by_key(control, made["key"], "/api/v1/usage/summary")
        await uses.write()
        return (await ada.get(f"{KEYS}/{made['row']['id']}")).json()["last_used_at"]

    assert await used_at() == "2026-11-24T10:00:00Z"
    control.clock.advance(299)
    assert await used_at() == "2026-11-24T10:00:00Z"
    control.clock.advance(2)
    ada.access = (await control.person("ada@example.org", role=Role.MEMBER)).access  # the first token has ended
    assert await used_at() == "2026-11-24T10:05:01Z"


async def test_the_loop_goes_on_when_the_database_was_away(control: Control) -> None:
    taken, stop = 0, asyncio.Event()

    def take() -> dict[tuple[UUID, UUID], Any]:
        nonlocal taken
        taken += 1
        if taken == 1:
            raise DatabaseUnavailableError
        stop.set()
        return {}

    async with asyncio.timeout(5):
        await KeyUses(control.deps.database, take, every_seconds=0.001).run(stop)
    assert taken == 2


async def test_a_page_of_keys_lies_inside_one_index(db: TestDatabase, control: Control) -> None:
    """As the role that runs it, under row-level security, among 10^5 keys of which half are revoked."""
    ada = await control.person("ada@example.org", role=Role.MEMBER)
    superuser = await db.superuser()
    await superuser.execute(
        "INSERT INTO api_keys (tenant_id, id, public_id, name, digest, pepper_version, prefix, last4, created_by,"
        " service, revoked_at, created_at)"
        " SELECT $1, gen_random_uuid(), lpad(n::text, 10, '0'), 'n', sha256(n::text::bytea), 1, 'p', 'last', $2,"
        " n % 5 = 0, CASE WHEN n % 2 = 0 THEN now() END, now() - n * interval '1 second'"
        " FROM generate_series(1, 100000) n",
        ada.tenant_id,
        ada.user_id,
    )
    await superuser.execute("ANALYZE api_keys")
    await superuser.close()
    from freehold_app.keys import repository

    values = {"at": control.clock.now(), "id": UUID(int=0), "limit": 51, "owner": ada.user_id}
    indexes = ((repository._ALL.inside, "api_keys_live"), (repository._OWN.inside, "api_keys_of_person"))
    for statement, index in indexes:
        async with control.deps.database.tenant(ada.tenant_id) as session:
            named = {name: value for name, value in values.items() if f":{name}" in statement.text}
            rows = await session.execute(text(f"EXPLAIN (ANALYZE, BUFFERS) {statement.text}"), named)
            plan = "\n".join(rows.scalars())
        assert f"Index Scan using {index}" in plan, plan
        assert "Seq Scan on api_keys" not in plan
        assert "api_key_uses" not in plan.partition("SubPlan")[0], plan  # a join may be read before the tenant is set
        assert "api_key_uses" in plan.partition("SubPlan")[2], plan
        assert "(ROW(created_at, id) < ROW" in plan.partition("Index Cond")[2].partition("\n")[0], plan
