"""Health, metrics and demand on the second port, and errors on the first, over ASGI."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from httpx2 import ASGITransport, AsyncClient
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from freehold_app.admin import Demand, admin_app
from freehold_app.control import rest_app
from freehold_app.health import LAG_LIMIT_SECONDS, Health
from freehold_app.keys.errors import ApiKeyNotFoundError
from freehold_app.platform.errors import DatabaseUnavailableError
from tests.app.conftest import FakeClock

pytestmark = pytest.mark.inproc

CANARY = "canary-4711"


class Roles:
    """What the roles say of themselves."""

    gateway = True
    worker = True


@pytest.fixture
def roles() -> Roles:
    return Roles()


@pytest.fixture
def health(roles: Roles, clock: FakeClock) -> Health:
    ready = {"gateway": lambda: roles.gateway, "worker": lambda: roles.worker}
    return Health(clock=clock, registry=CollectorRegistry(), database=None, ready=ready)


def client(health: Health, demand: Demand | None = None, token: str = "") -> AsyncClient:
    app = admin_app(health, CollectorRegistry(), demand=demand, demand_token=SecretStr(token))
    return AsyncClient(transport=ASGITransport(app=app), base_url="http://pod")


async def test_all_is_well(health: Health) -> None:
    async with client(health) as http:
        assert [(await http.get(path)).status_code for path in ("/livez", "/startupz", "/readyz")] == [200, 200, 200]


async def test_a_role_that_is_not_ready_is_named(health: Health, roles: Roles) -> None:
    roles.gateway = False
    async with client(health) as http:
        answer = await http.get("/readyz")
        alive = await http.get("/livez")
    assert (answer.status_code, answer.text) == (503, "waiting for gateway\n")
    assert alive.status_code == 200


async def test_a_process_that_drains_is_alive_and_not_ready(health: Health) -> None:
    health.draining = True
    async with client(health) as http:
        assert (await http.get("/readyz")).text == "draining\n"
        assert (await http.get("/livez")).status_code == 200


async def test_a_stuck_loop_is_dead(health: Health) -> None:
    health.lag_seconds = LAG_LIMIT_SECONDS + 1
    async with client(health) as http:
        assert (await http.get("/livez")).status_code == 503


@pytest.mark.parametrize(
    ("token", "shown", "status"),
    [
        ("right", "Bearer right", 200),
        ("right", "Bearer wrong", 401),
        ("right", "right", 401),
        ("right", "", 401),
        ("", "Bearer ", 404),
    ],
)
async def test_demand_needs_its_token(health: Health, token: str, shown: str, status: int) -> None:
    async with client(health, lambda: {"models": {}}, token) as http:
        answer = await http.get("/internal/demand", headers={"authorization": shown})
    assert answer.status_code == status


async def test_without_a_gateway_there_is_no_demand(health: Health) -> None:
    async with client(health, None, "right") as http:
        answer = await http.get("/internal/demand", headers={"authorization": "Bearer right"})
    assert answer.status_code == 404


@pytest.fixture
async def rest() -> AsyncIterator[AsyncClient]:
    app = rest_app()

    @app.get("/named")
    async def named() -> None:
        raise ApiKeyNotFoundError("no key abc")

    @app.get("/busy")
    async def busy() -> None:
        raise DatabaseUnavailableError

    @app.get("/unknown")
    async def unknown() -> None:
        raise RuntimeError(CANARY)

    @app.get("/typed")
    async def typed(limit: int) -> int:
        return limit

    transport = ASGITransport(app=app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://app") as http:
        yield http


async def test_an_error_with_a_name_becomes_a_problem(rest: AsyncClient) -> None:
    answer = await rest.get("/named")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body.pop("request_id") == answer.headers["x-request-id"]
    assert body == {
        "type": "urn:freehold:problem:not_found",
        "title": "There is no such key.",
        "status": 404,
        "code": "not_found",
        "blame": "you",
        "detail": "no key abc",
        "instance": "/named",
    }


async def test_an_error_that_passes_says_when_to_come_again(rest: AsyncClient) -> None:
    answer = await rest.get("/busy")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["retry_after"] == 1


async def test_an_error_without_a_name_says_nothing_of_itself(rest: AsyncClient) -> None:
    answer = await rest.get("/unknown")
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal"
    assert CANARY not in answer.text


async def test_a_wrong_field_is_pointed_at(rest: AsyncClient) -> None:
    answer = await rest.get("/typed", params={"limit": CANARY})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/query/limit"
    assert CANARY not in answer.text


async def test_an_unknown_path_and_method_are_problems_too(rest: AsyncClient) -> None:
    assert (await rest.get("/nowhere")).json()["code"] == "not_found"
    assert (await rest.post("/named")).json()["code"] == "method_not_allowed"


async def test_there_is_no_page_that_documents_itself(rest: AsyncClient) -> None:
    assert [(await rest.get(path)).status_code for path in ("/docs", "/redoc", "/openapi.json")] == [404, 404, 404]
