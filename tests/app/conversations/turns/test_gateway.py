"""The call of the gateway over HTTP: a whole answer, a held one, refusals, and every way in which it can break."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from freehold_app.conversations.turns import gateway as gateway_module
from freehold_app.conversations.turns.answer import Activation, Delta, Usage
from freehold_app.conversations.turns.chat import Finished, Heard, RefusedError, request
from freehold_app.conversations.turns.gateway import HttpGateway
from freehold_app.gateway.core import call, exchange
from freehold_app.gateway.core.catalog import Activation as ActivationSpec
from freehold_app.gateway.core.catalog import Endpoint
from tests.app.conversations.devices import said
from tests.app.gateway.running import KEY, idle_model, model, running_gateway, until
from tests.app.gateway.scripted import END, ScriptedServer, answer, chunk, delta, stream_head, streamed

pytestmark = pytest.mark.inproc
BODY = request("m", [("user", said("Why?"))], {})


@pytest.fixture
async def engine() -> AsyncIterator[ScriptedServer]:
    server = ScriptedServer(scripts=[streamed("Hel", "lo")])
    await server.start()
    yield server
    await server.stop()


async def listen(port: int, token: str = KEY) -> list[Heard]:
    return [heard async for heard in HttpGateway(f"http://127.0.0.1:{port}").answer(token, BODY)]


async def refusal(port: int, token: str = KEY) -> dict[str, Any]:
    with pytest.raises(RefusedError) as caught:
        await listen(port, token)
    return dict(caught.value.problem)


async def test_an_answer_comes_through_the_gateway_with_its_usage(engine: ScriptedServer) -> None:
    async with running_gateway(model(urls=[engine.url])) as running:
        heard = await listen(running.port)
    usage = {"prompt_tokens": 7, "completion_tokens": 2}
    assert heard == [Delta("text", "Hel"), Delta("text", "lo"), Usage(usage), Finished(None)]
    assert engine.received[0].json["messages"] == [{"role": "user", "content": "Why?"}]


async def test_a_model_at_zero_tells_how_it_wakes_and_then_answers(
    engine: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "SILENT_HOLD_SECONDS", 0.02)
    monkeypatch.setattr(exchange, "HEARTBEAT_SECONDS", 0.02)
    idle = idle_model()
    heard, told = list[Heard](), asyncio.Event()
    async with running_gateway(idle) as running:

        async def read() -> None:
            async for each in HttpGateway(f"http://127.0.0.1:{running.port}").answer(KEY, BODY):
                heard.append(each)
                told.set()

        reading = asyncio.create_task(read())
        await until(lambda: running.gateway.floor.waiting("tenant-acme/m") == 1, "the call is held")
        running.publish(replace(idle, replicas=1, phase="Loading", progress=0.43, eta_seconds=12))
        while Activation("Loading", 0.43, 12) not in heard:
            told.clear()
            await told.wait()
        running.publish(replace(idle, replicas=1, endpoints=(Endpoint.of_url(engine.url),)))
        await reading
    assert [each.text for each in heard if isinstance(each, Delta)] == ["Hel", "lo"]
    assert heard[-1] == Finished(None)


async def test_who_cannot_be_held_is_told_when_to_come_back() -> None:
    full = idle_model(activation=ActivationSpec(max_held=0, hold_timeout_seconds=30, retry_after_seconds=15))
    async with running_gateway(full) as running:
        problem = await refusal(running.port)
    assert (problem["code"], problem["status"], problem["retry_after"]) == ("model_loading", 503, 15)


async def test_a_model_that_is_not_there_and_a_token_that_is_wrong_are_the_callers_fault() -> None:
    async with running_gateway() as running:
        missing = await refusal(running.port)
        wrong = await refusal(running.port, "nobody")
    assert (missing["code"], missing["blame"], missing["fix"]) == ("model_not_found", "you", "Choose another Model.")
    assert (wrong["status"], wrong["blame"]) == (401, "you")


@pytest.mark.parametrize(
    "script",
    [
        [stream_head(), chunk(delta("Hel")), END],
        [stream_head(), chunk(delta("Hel")), "reset"],
        ["reset"],
        [answer(500, b"<html>", content_type="text/html")],
        [answer(302, {}, headers="location: http://127.0.0.1:1/\r\n")],
    ],
)
async def test_what_breaks_off_is_an_error_with_a_name(engine: ScriptedServer, script: list[Any]) -> None:
    engine.scripts = [script]
    problem = await refusal(engine.port)
    assert problem["code"] == "upstream_failed"
    assert "127.0.0.1" not in json.dumps(problem)


async def test_nobody_listens() -> None:
    problem = await refusal(1)
    assert (problem["code"], problem["status"], problem["retry_after"]) == ("upstream_failed", 503, 5)


async def test_silence_ends(engine: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_module, "SILENCE_SECONDS", 0.05)
    engine.scripts = [[stream_head(), "hang"]]
    assert (await refusal(engine.port))["code"] == "upstream_failed"
    assert call.GAP_SECONDS < 180  # the gateway's own word comes first


async def test_leaving_closes_the_connection(engine: ScriptedServer) -> None:
    engine.scripts = [[stream_head(), chunk(delta("Hel")), "hang"]]
    async with aclosing(HttpGateway(f"http://127.0.0.1:{engine.port}").answer(KEY, BODY)) as heard:
        assert await anext(heard) == Delta("text", "Hel")
    async with asyncio.timeout(5):
        await engine.left.wait()
