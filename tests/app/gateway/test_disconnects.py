"""Clients that leave, in each stage: the upstream is closed within 100 ms and exactly one event is made."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import monotonic
from typing import Any

import pytest

from tests.app.gateway.raw import CHAT, STREAM, RawClient, post
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
    usage_chunk,
)

pytestmark = pytest.mark.inproc

CLOSED_SECONDS = 0.1
HALF_JSON = answer(200, completion("x" * 400))[:300]
HALF_JSON_TOKENS = len(HALF_JSON.partition(b"\r\n\r\n")[2]) // 4


@pytest.mark.parametrize("provider", [False, True], ids=["own engine", "provider"])
@pytest.mark.parametrize(
    ("body", "script", "head_comes", "completion_tokens"),
    [
        (STREAM, ["hang"], False, 0),
        (CHAT, ["hang"], False, 0),
        (STREAM, [stream_head(), chunk(delta("a")), chunk(delta("b")), "hang"], True, 2),
        (CHAT, [HALF_JSON, "hang"], False, HALF_JSON_TOKENS),
    ],
    ids=["stream before head", "json before head", "mid-stream", "mid-json"],
)
async def test_the_upstream_is_closed_and_one_event_made(
    engine: ScriptedServer,
    body: dict[str, Any],
    script: Sequence[Step],
    head_comes: bool,
    completion_tokens: int,
    provider: bool,
) -> None:
    engine.scripts = [script]
    kind = {"engine": "External", "upstream_model": "m"} if provider else {}
    async with running_gateway(model(urls=[engine.url], **kind)) as running:
        client = await RawClient.connect(running.port)
        client.post(body)
        await engine.came.wait()
        if head_comes:
            await client.head()
            seen = b""
            while b'"b"' not in seen:
                seen += await client.chunk()
        else:
            await asyncio.sleep(0.02)
        left_at = monotonic()
        client.leave()
        async with asyncio.timeout(5):
            await engine.left.wait()
        await running.events(1)
        await asyncio.sleep(0.02)
        [event] = running.meter.events
        in_flight = running.gateway.demand()["models"]["tenant-acme/m"]["inflight"]
    closed_at = engine.received[0].left_at
    assert closed_at is not None
    assert closed_at - left_at < CLOSED_SECONDS
    assert (event.outcome, event.status, event.estimated) == ("cancelled", 499, True)
    assert event.prompt_tokens > 0
    assert event.completion_tokens == completion_tokens
    assert in_flight == 0


async def test_after_the_last_chunk_the_full_usage_is_charged(engine: ScriptedServer) -> None:
    engine.scripts = [[stream_head(), chunk(delta("a") + usage_chunk(9, 1) + DONE), END]]
    async with running_gateway(model(urls=[engine.url])) as running:
        client = await RawClient.connect(running.port)
        client.post(STREAM)
        await client.head()
        await running.events(1)
        client.leave()
        await asyncio.sleep(0.03)
        [event] = running.meter.events
    assert (event.outcome, event.prompt_tokens, event.completion_tokens) == ("ok", 9, 1)


async def test_a_client_that_leaves_in_the_middle_of_its_body_makes_no_event(engine: ScriptedServer) -> None:
    async with running_gateway(model(urls=[engine.url])) as running:
        client = await RawClient.connect(running.port)
        client.get("/v1/chat/completions", method="POST", headers="content-length: 1000\r\n")
        client.writer.write(b'{"model"')
        await asyncio.sleep(0.03)
        client.leave()
        await until(lambda: not running.gateway.calls, "no call is left")
    assert running.meter.events == []
    assert engine.received == []


async def test_a_client_that_takes_nothing_makes_the_upstream_wait(engine: ScriptedServer) -> None:
    piece = chunk(delta("x" * 60_000))
    engine.scripts = [[stream_head(), *([piece] * 400), chunk(DONE), END]]
    async with running_gateway(model(urls=[engine.url])) as running:
        client = await RawClient.connect(running.port)
        client.post(STREAM)
        await client.head()
        [call] = running.gateway.calls
        await until(lambda: call.exchange.upstream_waits, "the upstream waits")
        assert engine.sent_bytes < 400 * len(piece)
        total = len(b"".join([part async for part in client.chunks()]))
        await client.close()
        [event] = await running.events(1)
    assert total == 400 * len(delta("x" * 60_000)) + len(DONE)
    assert (event.outcome, event.completion_tokens) == ("ok", 400)


async def test_whole_answers_leave_no_call_behind(engine: ScriptedServer) -> None:
    async with running_gateway(model(urls=[engine.url])) as running:
        await asyncio.gather(*(post(running.port, CHAT) for _ in range(20)))
        await until(lambda: not running.gateway.calls, "no call is left")
        assert running.gateway.buffered_bytes == 0
        assert len(running.meter.events) == 20
