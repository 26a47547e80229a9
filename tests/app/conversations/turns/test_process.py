"""The whole thing as a process: sign in, ask, read along, lose the connection, lose the process."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from tests.app.conversations.devices import fresh, said
from tests.app.gateway.scripted import ScriptedServer, Step, chunk, delta, stream_head, streamed
from tests.app.people import BOOTSTRAP_TOKEN, PASSWORD
from tests.app.processes import Running, serving
from tests.store_fixtures import TestDatabase

pytestmark = [pytest.mark.stores, pytest.mark.timeout(240)]


@pytest.fixture
async def engine() -> AsyncIterator[ScriptedServer]:
    server = ScriptedServer(scripts=[streamed("Hel", "lo")])
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def environment(db: TestDatabase, valkey: str, engine: ScriptedServer, tmp_path: Path) -> dict[str, str]:
    routes = tmp_path / "routes.yaml"
    routes.write_text(
        f"""
models: [{{name: m, tenant: acme, endpoints: ["{engine.url}"]}}]
tenants: [{{name: acme}}]
keys: [{{id: k1, tenant: acme, secret: "fhk_for_the_routes_file"}}]
"""
    )
    return {
        "FREEHOLD_ENVIRONMENT": "development",
        "FREEHOLD_DATABASE_URL": db.url("app").get_secret_value(),
        "FREEHOLD_DATABASE_WORKER_URL": db.url("worker").get_secret_value(),
        "FREEHOLD_REDIS_URL": valkey,
        "FREEHOLD_KEYS_PEPPERS": '{"1": "pepper"}',
        "FREEHOLD_AUTH_SIGNING_KEYS": '{"1": "signing-key"}',
        "FREEHOLD_AUTH_BOOTSTRAP_TOKEN": BOOTSTRAP_TOKEN,
        "FREEHOLD_GATEWAY_ROUTES": str(routes),
        "FREEHOLD_DRAIN_SECONDS": "20",
    }


@pytest.fixture
def app(environment: dict[str, str], tmp_path: Path) -> Iterator[Running]:
    with serving(environment, "gateway,control", tmp_path) as running:
        running.wait_until("/readyz", 200)
        yield running


async def first_owner(client: AsyncClient) -> None:
    owner = {"token": BOOTSTRAP_TOKEN, "email": "ada@example.org", "name": "Ada", "password": PASSWORD}
    opened = await client.post("/auth/bootstrap", json=owner | {"tenant": "acme"})
    assert opened.status_code in {200, 201}, opened.text
    client.headers["authorization"] = f"Bearer {opened.json()['access_token']}"


async def ask(client: AsyncClient, conversation: str) -> dict[str, Any]:
    await client.post("/api/v1/conversations", json={"id": conversation})
    return {"id": fresh(), "model": "m", "message": {"id": fresh(), "parts": said("Why?")}}


async def events(lines: AsyncIterator[str]) -> AsyncIterator[tuple[str, str, Any]]:
    """(name, id, data) of each event."""
    name = place = ""
    async for line in lines:
        kind, _, value = line.partition(": ")
        if kind == "event":
            name = value
        elif kind == "id":
            place = value
        elif kind == "data":
            yield name, place, json.loads(value)


async def first_words(reply: Response) -> str:
    """Where a reader stands who leaves then."""
    async for name, place, _ in events(reply.aiter_lines()):
        if name == "delta":
            return place
    raise AssertionError("it ended without a word")


async def test_a_person_asks_through_the_processs_own_gateway(app: Running, engine: ScriptedServer) -> None:
    async with AsyncClient(base_url=app.public, timeout=30) as client:
        await first_owner(client)
        conversation = fresh()
        turn = await ask(client, conversation)
        async with client.stream("POST", f"/api/v1/conversations/{conversation}/turns", json=turn) as reply:
            assert reply.headers["content-type"].startswith("text/event-stream")
            assert "content-encoding" not in reply.headers
            heard = [event async for event in events(reply.aiter_lines())]
        text = "".join(data["text"] for name, _, data in heard if name == "delta")
        assert (text, heard[-1][0], heard[-1][2]["status"]) == ("Hello", "done", "complete")
        shown = (await client.get(f"/api/v1/turns/{turn['id']}")).json()
        messages = (await client.get(f"/api/v1/conversations/{conversation}/messages")).json()["items"]
    assert shown["state"] == "done"
    assert [message["role"] for message in messages] == ["assistant", "user"]
    assert len(engine.received) == 1


async def test_an_answer_outlives_its_readers_connection_and_a_drain(app: Running, engine: ScriptedServer) -> None:
    head: list[Step] = [stream_head(), chunk(delta("Hel")), 0.5, *streamed("lo")[1:]]
    engine.scripts = [head]
    async with AsyncClient(base_url=app.public, timeout=30) as client:
        await first_owner(client)
        conversation = fresh()
        turn = await ask(client, conversation)
        async with client.stream("POST", f"/api/v1/conversations/{conversation}/turns", json=turn) as reply:
            place = await first_words(reply)
        path = f"/api/v1/turns/{turn['id']}/events"
        async with client.stream("GET", path, params={"after": place}) as reply:
            app.process.send_signal(signal.SIGTERM)
            heard = [event async for event in events(reply.aiter_lines())]
    assert "".join(data["text"] for name, _, data in heard if name == "delta") == "lo"
    assert heard[-1][0] == "done"
    assert app.process.wait(30) == 0


async def test_a_killed_process_loses_no_more_than_two_seconds(
    environment: dict[str, str], app: Running, engine: ScriptedServer, db: TestDatabase, tmp_path: Path
) -> None:
    engine.scripts = [[stream_head(), chunk(delta("Half a sen")), "hang"]]
    async with AsyncClient(base_url=app.public, timeout=30) as client:
        await first_owner(client)
        conversation, token = fresh(), client.headers["authorization"]
        turn = await ask(client, conversation)
        async with client.stream("POST", f"/api/v1/conversations/{conversation}/turns", json=turn) as reply:
            await first_words(reply)
    os.kill(app.process.pid, signal.SIGKILL)
    app.process.wait(10)
    superuser = await db.superuser()
    await superuser.execute("UPDATE turns SET heartbeat_at = now() - interval '31 seconds'")
    await superuser.close()
    with serving(environment, "gateway,control", tmp_path) as again:
        again.wait_until("/readyz", 200)
        async with (
            AsyncClient(base_url=again.public, timeout=30, headers={"authorization": token}) as client,
            client.stream("GET", f"/api/v1/turns/{turn['id']}/events") as reply,
        ):
            heard = [event async for event in events(reply.aiter_lines())]
    assert "".join(data["text"] for name, _, data in heard if name == "delta") in {"", "Half a sen"}
    assert (heard[-1][0], heard[-1][2]["code"]) == ("error", "interrupted")
