"""The official client against the gateway: what it was made for passes, each refusal is the class it expects."""

from __future__ import annotations

import base64
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import openai
import pytest

from tests.app.gateway.running import KEY, Running, model, running_gateway
from tests.app.gateway.scripted import ScriptedServer, answer, completion, streamed

pytestmark = pytest.mark.inproc

MESSAGES: list[openai.types.chat.ChatCompletionMessageParam] = [{"role": "user", "content": "hi"}]


@asynccontextmanager
async def client_of(running: Running, *, key: str = KEY, retries: int = 0) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=running.url, api_key=key, max_retries=retries) as client:
        yield client


async def test_chat(engine: ScriptedServer) -> None:
    async with running_gateway(model(urls=[engine.url])) as running, client_of(running) as client:
        reply = await client.chat.completions.create(model="m", messages=MESSAGES)
    assert reply.choices[0].message.content == "hello"
    assert reply._request_id is not None
    assert reply._request_id.startswith("req_")


async def test_streamed_chat(engine: ScriptedServer) -> None:
    engine.scripts = [streamed("to", "kens")]
    async with running_gateway(model(urls=[engine.url])) as running, client_of(running) as client:
        stream = await client.chat.completions.create(model="m", messages=MESSAGES, stream=True)
        texts = [part.choices[0].delta.content async for part in stream]
    assert texts == ["to", "kens"]


async def test_embeddings_as_the_client_asks_for_them(engine: ScriptedServer) -> None:
    packed = base64.b64encode(struct.pack("<2f", 1.0, -2.0)).decode()
    engine.scripts = [
        [
            answer(
                200,
                {
                    "object": "list",
                    "model": "m",
                    "usage": {"prompt_tokens": 4, "total_tokens": 4},
                    "data": [{"object": "embedding", "index": 0, "embedding": packed}],
                },
            )
        ]
    ]
    async with running_gateway(model(urls=[engine.url])) as running, client_of(running) as client:
        reply = await client.embeddings.create(model="m", input="text")
        [event] = await running.events(1)
    assert reply.data[0].embedding == [1.0, -2.0]
    assert engine.received[0].json["encoding_format"] == "base64"
    assert (event.prompt_tokens, event.completion_tokens, event.route) == (4, 0, "/v1/embeddings")


async def test_models(engine: ScriptedServer) -> None:
    async with running_gateway(model(urls=[engine.url])) as running, client_of(running) as client:
        listed = [item.id async for item in client.models.list()]
        one = await client.models.retrieve("m")
        with pytest.raises(openai.NotFoundError):
            await client.models.retrieve("nobody")
        with pytest.raises(openai.PermissionDeniedError):
            await client.models.delete("m")
    assert listed == [one.id] == ["m"]


async def test_each_refusal_is_the_class_that_the_client_expects(engine: ScriptedServer) -> None:
    async with running_gateway(model(urls=[engine.url]), max_body_bytes=5_000) as running:
        async with client_of(running, key="wrong") as client:
            with pytest.raises(openai.AuthenticationError) as unauthorised:
                await client.chat.completions.create(model="m", messages=MESSAGES)
        async with client_of(running) as client:
            with pytest.raises(openai.NotFoundError) as unknown:
                await client.chat.completions.create(model="nobody", messages=MESSAGES)
            with pytest.raises(openai.BadRequestError) as bad:
                await client.chat.completions.create(model="m", messages=MESSAGES, max_tokens="x")  # type: ignore[call-overload]
            with pytest.raises(openai.APIStatusError) as large:
                await client.chat.completions.create(model="m", messages=[{"role": "user", "content": "x" * 6000}])
            engine.scripts = [[answer(500, {"error": {"message": "boom"}})]]
            with pytest.raises(openai.InternalServerError) as broken:
                await client.chat.completions.create(model="m", messages=MESSAGES)
    assert unauthorised.value.code == "invalid_api_key"
    assert (unknown.value.code, unknown.value.param) == ("model_not_found", "model")
    assert (bad.value.code, bad.value.param) == ("invalid_type", "max_tokens")
    assert (large.value.status_code, large.value.code) == (413, "request_too_large")
    assert (broken.value.status_code, broken.value.code) == (502, "upstream_error")
    assert "boom" not in broken.value.message


async def test_a_large_upload_is_answered_and_not_reset(engine: ScriptedServer) -> None:
    """The client writes its whole body before it reads: a connection closed too early would be a reset for it."""
    content = "x" * 20_000_000
    async with running_gateway(model(urls=[engine.url])) as running, client_of(running) as client:
        with pytest.raises(openai.APIStatusError) as large:
            await client.chat.completions.create(model="m", messages=[{"role": "user", "content": content}])
        async with client_of(running, key="wrong") as stranger:
            with pytest.raises(openai.AuthenticationError):
                await stranger.chat.completions.create(model="m", messages=[{"role": "user", "content": content}])
    assert (large.value.status_code, large.value.code) == (413, "request_too_large")


async def test_the_client_obeys_retry_after_and_then_succeeds(engine: ScriptedServer) -> None:
    limited = answer(429, {"error": {"message": "slow", "type": "requests"}}, headers="retry-after: 1\r\n")
    provider = model(urls=[engine.url], engine="External", upstream_model="m")
    engine.scripts = [[limited], [limited], [limited], [answer(200, completion())]]
    async with running_gateway(provider) as running, client_of(running, retries=2) as client:
        reply = await client.chat.completions.create(model="m", messages=MESSAGES)
    assert reply.choices[0].message.content == "hello"
    assert len(engine.received) == 4
