"""What every request must be and every answer carries, whatever the endpoint."""

from __future__ import annotations

import pytest
from httpx2 import ASGITransport, AsyncClient
from starlette.types import Receive, Scope, Send

from freehold_app.edge import BodyLimit, Drain, Edge
from tests.app.conftest import FakeClock

pytestmark = pytest.mark.inproc


async def plain(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with what it was sent."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"cache-control", b"max-age=5")]})
    await send({"type": "http.response.body", "body": body})


def client(clock: FakeClock, *, public_url: str = "https://ai.example.org", drain: Drain | None = None) -> AsyncClient:
    edge = Edge(BodyLimit(plain, 100), clock=clock, public_url=public_url, drain=drain or Drain())
    return AsyncClient(transport=ASGITransport(app=edge), base_url=public_url or "http://anything")


async def test_browsers_are_told_to_trust_nothing_else(clock: FakeClock) -> None:
    async with client(clock) as http:
        headers = (await http.get("/api/v1/me")).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["strict-transport-security"].startswith("max-age=31536000")
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["x-request-id"].startswith("req_")
    assert headers["cache-control"] == "max-age=5"  # an endpoint's own word wins


async def test_another_host_is_not_answered(clock: FakeClock) -> None:
    async with client(clock) as http:
        assert (await http.get("/", headers={"host": "evil.example"})).status_code == 400
        assert (await http.get("/", headers={"host": "ai.example.org:8443"})).status_code == 200


async def test_the_names_of_this_machine_are_one(clock: FakeClock) -> None:
    async with client(clock, public_url="http://127.0.0.1:8080") as http:
        assert (await http.get("/", headers={"host": "localhost:8080"})).status_code == 200


async def test_without_an_address_of_our_own_every_host_will_do(clock: FakeClock) -> None:
    async with client(clock, public_url="") as http:
        assert (await http.get("/", headers={"host": "pod:1"})).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/a%2Fb", "/api/v1/a%5cb", "/api/%2e%2e/v1", "/api/v1/x%00"])
async def test_a_path_that_two_servers_would_read_differently_is_refused(clock: FakeClock, path: str) -> None:
    async with client(clock) as http:
        answer = await http.get(f"https://ai.example.org{path}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


async def test_a_draining_process_sends_everybody_elsewhere(clock: FakeClock) -> None:
    async with client(clock, drain=Drain(started=True)) as http:
        answer = await http.get("/api/v1/me")
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "shutting_down", "1")


async def test_a_body_past_the_limit_is_refused_where_it_is_declared(clock: FakeClock) -> None:
    async with client(clock) as http:
        assert (await http.post("/", content=b"a" * 100)).content == b"a" * 100
        answer = await http.post("/", content=b"a" * 101)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
