"""Upstreams that misbehave: each caller gets one well-formed answer, and nothing is kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest

from freehold_app.gateway.core.catalog import Endpoint, SecretKey
from freehold_app.gateway.io.upstream import UpstreamSettings, is_public
from tests.app.gateway.raw import CHAT, STREAM, post
from tests.app.gateway.running import model, running_gateway, until
from tests.app.gateway.scripted import (
    DONE,
    END,
    ScriptedServer,
    Step,
    answer,
    chunk,
    completion,
    delta,
    stream_head,
    streamed,
)

pytestmark = pytest.mark.inproc

UNUSED = "http://127.0.0.1:9/v1"  # the discard port: nobody listens


def one_byte_at_a_time(script: Sequence[Step]) -> list[Step]:
    data = b"".join(step for step in script if isinstance(step, bytes))
    return [data[at : at + 1] for at in range(len(data))]


@pytest.mark.parametrize(
    ("script", "status", "code"),
    [
        (["reset"], 502, "upstream_error"),
        ([b"HTTP/1.1 200 OK\r\ncontent-le", "reset"], 502, "upstream_error"),
        ([b"SSH-2.0-OpenSSH_9\r\n", "hang"], 502, "upstream_error"),
        ([b"HTTP/1.1 200 OK\r\nx: " + b"a" * 40_000, "hang"], 502, "upstream_error"),
        ([b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc", "close"], 502, "upstream_error"),
        ([b"HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", "hang"], 502, "upstream_error"),
        ([answer(503, {}), "close"], 503, "model_unavailable"),
        ([answer(500, b"<html>boom</html>", content_type="text/html")], 502, "upstream_error"),
        ([answer(418, b"<html>tea</html>", content_type="text/html")], 418, "upstream_418"),
    ],
    ids=["reset", "half a head", "not http", "huge head", "short body", "upgrade", "busy", "html 500", "html 418"],
)
async def test_a_json_caller_gets_one_error(
    engine: ScriptedServer, script: Sequence[Step], status: int, code: str
) -> None:
    engine.scripts = [script]
    async with running_gateway(model(urls=[engine.url])) as running:
        reply = await post(running.port, CHAT)
        [event] = await running.events(1)
        assert running.gateway.demand()["models"]["tenant-acme/m"]["inflight"] == 0
    assert (reply.status, reply.code) == (status, code)
    assert set(reply.json["error"]) == {"message", "type", "param", "code"}
    assert "127.0.0.1" not in reply.body.decode()
    assert (event.outcome, event.error) == ("error", code)


async def test_nobody_listens_at_the_endpoint() -> None:
    async with running_gateway(model(urls=[UNUSED])) as running:
        reply = await post(running.port, CHAT)
        [event] = await running.events(1)
    assert (reply.status, reply.code) == (502, "upstream_error")
    assert event.attempts == 3


async def test_another_endpoint_answers_when_one_is_gone(engine: ScriptedServer) -> None:
    async with running_gateway(model(urls=[UNUSED, engine.url])) as running:
        replies = [await post(running.port, CHAT) for _ in range(8)]
    assert {reply.status for reply in replies} == {200}


@pytest.mark.parametrize("body", [CHAT, STREAM], ids=["json", "stream"])
async def test_one_byte_at_a_time_is_the_same_answer(engine: ScriptedServer, body: dict[str, Any]) -> None:
    whole = streamed("zwölf", "words") if body is STREAM else [answer(200, completion("zwölf"))]
    engine.scripts = [whole]
    async with running_gateway(model(urls=[engine.url])) as running:
        expected = await post(running.port, body)
        engine.scripts = [one_byte_at_a_time(whole)]
        sliced = await post(running.port, body)
        events = await running.events(2)
    assert sliced.status == 200
    assert sliced.body == expected.body
    assert events[0].completion_tokens == events[1].completion_tokens


async def test_a_stream_that_breaks_off_ends_with_an_error_event(engine: ScriptedServer) -> None:
    engine.scripts = [[stream_head(), chunk(delta("a")), chunk(delta("b")[:30]), 0.01, "reset"]]
    async with running_gateway(model(urls=[engine.url])) as running:
        reply = await post(running.port, STREAM)
        [event] = await running.events(1)
    first, error, rest = reply.body.split(b"\n\n", 2)
    assert first + b"\n\n" == delta("a")
    assert json.loads(error.removeprefix(b"data: "))["error"]["code"] == "upstream_error"
    assert rest == b""
    assert (event.outcome, event.completion_tokens, event.estimated) == ("error", 1, True)


async def test_an_endless_event_is_an_error_and_memory_stays_bounded(engine: ScriptedServer) -> None:
    engine.scripts = [[stream_head(), chunk(delta("a")), *([chunk(b"x" * 60_000)] * 30), "hang"]]
    async with running_gateway(model(urls=[engine.url])) as running:
        reply = await post(running.port, STREAM)
    assert b"upstream_error" in reply.body
    assert len(reply.body) < 2_000


async def test_an_answer_without_a_length_ends_with_its_connection(engine: ScriptedServer) -> None:
    content = json.dumps(completion()).encode()
    engine.scripts = [[b"HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n" + content, "close"]]
    async with running_gateway(model(urls=[engine.url])) as running:
        reply = await post(running.port, CHAT)
    assert (reply.status, reply.body) == (200, content)


async def test_connections_are_reused_and_a_stale_one_is_replaced_unseen(engine: ScriptedServer) -> None:
    engine.scripts = [[answer(200, completion())], [answer(200, completion()), "close"], [answer(200, completion())]]
    async with running_gateway(model(urls=[engine.url])) as running:
        first = await post(running.port, CHAT)
        second = await post(running.port, CHAT)
        assert engine.connections == 1
        third = await post(running.port, CHAT)
        events = await running.events(3)
    assert [first.status, second.status, third.status] == [200] * 3
    assert engine.connections == 2
    assert [event.attempts for event in events] == [1, 1, 1]


async def test_bytes_nobody_asked_for_never_reach_the_next_caller(engine: ScriptedServer) -> None:
    poison = answer(200, completion("poison"))
    engine.scripts = [[answer(200, completion("one")) + poison, 0.02], [answer(200, completion("two"))]]
    async with running_gateway(model(urls=[engine.url])) as running:
        first = await post(running.port, CHAT)
        second = await post(running.port, CHAT)
    assert b"one" in first.body
    assert b"two" in second.body
    assert engine.connections == 2


async def test_an_interim_answer_is_skipped(engine: ScriptedServer) -> None:
    engine.scripts = [[b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n", answer(200, completion())]]
    async with running_gateway(model(urls=[engine.url])) as running:
        reply = await post(running.port, CHAT)
    assert (reply.status, reply.json) == (200, completion())


async def test_a_large_json_answer_streams_through(engine: ScriptedServer) -> None:
    large = completion("y" * 3_000_000)
    engine.scripts = [[answer(200, large)]]
    async with running_gateway(model(urls=[engine.url])) as running:
        reply = await post(running.port, CHAT)
        [event] = await running.events(1)
    assert reply.json == large
    assert (event.prompt_tokens, event.completion_tokens) == (7, 3)


async def test_a_providers_key_and_model_name_are_ours_and_its_401_is_502(engine: ScriptedServer) -> None:
    provider = model(
        urls=[engine.url], engine="External", upstream_model="big-1", secret=SecretKey("", "PROVIDER_KEY", "")
    )
    environ = {"PROVIDER_KEY": "sk-ours"}
    async with running_gateway(provider, environ=environ) as running:
        good = await post(running.port, CHAT)
        engine.scripts = [[answer(401, {"error": {"message": "bad key sk-ours", "code": "invalid_api_key"}})]]
        refused = await post(running.port, CHAT)
        events = await running.events(2)
    assert good.status == 200
    assert engine.received[0].json["model"] == "big-1"
    assert engine.received[0].headers["authorization"] == "Bearer sk-ours"
    assert (refused.status, refused.code) == (502, "provider_auth_failed")
    assert "sk-ours" not in refused.body.decode()
    assert events[0].provider == "127.0.0.1"


async def test_an_engine_token_is_read_once_and_again_after_a_401(engine: ScriptedServer) -> None:
    path = "/api/v1/namespaces/tenant-acme/secrets/model-m-token"
    secret = SecretKey("tenant-acme", "model-m-token", "token")
    engine.scripts = [[answer(200, completion())], [answer(401, {})], [answer(200, completion())]]
    async with running_gateway(
        model(urls=[engine.url], secret=secret), kube_secrets={path: {"token": "b25l"}}
    ) as running:
        assert (await post(running.port, CHAT)).status == 200
        running.kube.secrets[path] = {"token": "dHdv"}
        assert (await post(running.port, CHAT)).status == 200
    assert [request.headers["authorization"] for request in engine.received] == [
        "Bearer one",
        "Bearer one",
        "Bearer two",
    ]
    assert running.kube.reads == [path, path]


async def test_a_missing_provider_key_is_an_error_of_ours(engine: ScriptedServer) -> None:
    provider = model(urls=[engine.url], engine="External", secret=SecretKey("", "NOT_SET", ""))
    async with running_gateway(provider) as running:
        reply = await post(running.port, CHAT)
    assert (reply.status, reply.code) == (502, "upstream_error")
    assert engine.received == []


async def test_a_providers_name_must_not_lead_into_our_network(engine: ScriptedServer) -> None:
    inside = Endpoint("localhost", engine.port, public=True)
    provider = model(engine="External", endpoints=(inside,))
    async with running_gateway(provider) as running:
        refused = await post(running.port, CHAT)
    async with running_gateway(provider, upstream=UpstreamSettings(private_providers=True)) as running:
        allowed = await post(running.port, CHAT)
    assert (refused.status, refused.code) == (502, "upstream_error")
    assert allowed.status == 200
    assert len(engine.received) == 1


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("224.0.0.1", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


async def test_a_client_that_leaves_while_we_connect_leaves_no_connection(engine: ScriptedServer) -> None:
    engine.scripts = [[chunk(DONE), END]]
    async with running_gateway(model(urls=[engine.url])) as running:
        calls = [asyncio.create_task(post(running.port, CHAT)) for _ in range(5)]
        await asyncio.sleep(0)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        await until(lambda: not running.gateway.calls, "no call is left")
        states = dict(running.gateway.floor.states())
    assert all(state.load.inflight == 0 for state in states.values())
