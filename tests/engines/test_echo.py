"""The Echo engine over loopback: OpenAI's shapes, the official client, its faults on request, its drain."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import openai
import pytest

import echo as echo_module
from echo import Echo, Settings, drained, parse, serving

pytestmark = pytest.mark.inproc

HERE = Settings(host="127.0.0.1", port=0, alias="parrot")
KEYED = replace(HERE, api_keys=("right",))
PROGRAM = Path(echo_module.__file__)
FIVE_WORDS: list[Any] = [{"role": "user", "content": "one two three four five"}]


@asynccontextmanager
async def client_of(settings: Settings, key: str = "right") -> AsyncIterator[tuple[openai.AsyncOpenAI, Echo, int]]:
    async with serving(settings) as (engine, port):
        client = openai.AsyncOpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key=key, max_retries=0)
        async with client:
            yield client, engine, port


async def raw(port: int, request: bytes, at_most: int = 1_000_000) -> bytes:
    """The bytes of one answer; the server is asked to close."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    await writer.drain()
    answer = await asyncio.wait_for(reader.read(at_most), 5)
    writer.close()
    return answer


async def busy(engine: Echo) -> None:
    """Returns once a call runs; the test's time-out bounds it."""
    while not engine.in_flight:  # noqa: ASYNC110 - an event only for tests would burden the engine
        await asyncio.sleep(0.001)


async def get(port: int, path: str) -> tuple[int, str]:
    answer = (await raw(port, f"GET {path} HTTP/1.1\r\nconnection: close\r\n\r\n".encode())).decode()
    head, _, body = answer.partition("\r\n\r\n")
    return int(head.split()[1]), body


async def test_the_official_client_gets_its_words_back() -> None:
    async with client_of(HERE) as (client, _, _):
        answer = await client.chat.completions.create(model="x", messages=FIVE_WORDS)
    assert answer.choices[0].message.content == "one two three four five"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == "parrot"
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (5, 5)


async def test_the_official_client_streams_word_by_word_with_usage_last() -> None:
    async with client_of(HERE) as (client, _, _):
        stream = await client.chat.completions.create(
            model="x", messages=FIVE_WORDS, stream=True, stream_options={"include_usage": True}
        )
        chunks = [chunk async for chunk in stream]
    words = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
    assert words == ["one", " two", " three", " four", " five"]
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.total_tokens == 10


async def test_usage_is_not_streamed_unasked() -> None:
    async with client_of(HERE) as (client, _, _):
        stream = await client.chat.completions.create(model="x", messages=FIVE_WORDS, stream=True)
        assert [chunk.usage async for chunk in stream if chunk.usage] == []


async def test_an_answer_ends_at_the_callers_limit_and_says_so() -> None:
    async with client_of(HERE) as (client, _, _):
        answer = await client.chat.completions.create(model="x", messages=FIVE_WORDS, max_tokens=2)
    assert answer.choices[0].message.content == "one two"
    assert answer.choices[0].finish_reason == "length"


async def test_equal_texts_embed_equally_and_others_do_not() -> None:
    async with client_of(HERE) as (client, _, _):
        answer = await client.embeddings.create(model="x", input=["a", "b", "a"], dimensions=16)
    first, second, third = (each.embedding for each in answer.data)
    assert len(first) == 16
    assert first == third
    assert first != second
    assert sum(value * value for value in first) == pytest.approx(1, abs=1e-5)


async def test_the_model_is_listed_under_its_alias() -> None:
    async with client_of(HERE) as (client, _, _):
        assert [model.id async for model in client.models.list()] == ["parrot"]


async def test_a_wrong_key_is_refused_and_the_right_one_is_not() -> None:
    async with client_of(KEYED, "wrong") as (client, _, _):
        with pytest.raises(openai.AuthenticationError):
            await client.chat.completions.create(model="x", messages=FIVE_WORDS)
    async with client_of(KEYED, "right") as (client, _, _):
        await client.chat.completions.create(model="x", messages=FIVE_WORDS)


async def test_health_needs_no_key_and_metrics_do() -> None:
    async with serving(KEYED) as (_, port):
        assert (await get(port, "/health"))[0] == 200
        assert (await get(port, "/metrics"))[0] == 401


async def test_the_gauge_counts_a_call_while_it_runs() -> None:
    async with client_of(replace(HERE, chunk_ms=20)) as (client, engine, port):
        call = asyncio.create_task(client.chat.completions.create(model="x", messages=FIVE_WORDS))
        await busy(engine)
        during = (await get(port, "/metrics"))[1]
        await call
        after = (await get(port, "/metrics"))[1]
    assert "echo_requests_in_flight 1" in during
    assert "echo_requests_in_flight 0" in after
    assert "echo_requests_total 1" in after


async def test_while_it_starts_health_and_calls_say_so() -> None:
    async with client_of(replace(HERE, start_seconds=60)) as (client, _, port):
        assert (await get(port, "/health"))[0] == 503
        with pytest.raises(openai.InternalServerError, match="Loading model"):
            await client.chat.completions.create(model="x", messages=FIVE_WORDS)


async def test_it_becomes_healthy_when_it_has_started() -> None:
    async with serving(replace(HERE, start_seconds=0.03)) as (_, port):
        assert (await get(port, "/health"))[0] == 503
        await asyncio.sleep(0.03)
        assert (await get(port, "/health"))[0] == 200


async def test_health_fails_as_asked() -> None:
    async with serving(replace(HERE, health_status=500)) as (_, port):
        assert (await get(port, "/health"))[0] == 500
    async with serving(replace(HERE, unhealthy_after=0.03)) as (_, port):
        assert (await get(port, "/health"))[0] == 200
        await asyncio.sleep(0.03)
        assert (await get(port, "/health"))[0] == 503


async def test_health_is_answered_while_a_word_costs_cpu() -> None:
    async with client_of(replace(HERE, cpu_ms=40)) as (client, engine, port):
        call = asyncio.create_task(client.chat.completions.create(model="x", messages=FIVE_WORDS))
        await busy(engine)
        before = time.process_time()
        assert (await get(port, "/health"))[0] == 200
        assert not call.done()
        await call
    assert time.process_time() - before > 0.1


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 3\r\n\r\nnot", 400),
        (b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 2\r\n\r\n[]", 400),
        (b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}", 400),
        (b"POST /v1/embeddings HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}", 400),
        (b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: 99999999\r\n\r\n", 413),
        (b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: -1\r\n\r\n", 400),
        (b"POST /v1/chat/completions HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"GET /nothing HTTP/1.1\r\nconnection: close\r\n\r\n", 404),
        (b"GET /v1/embeddings HTTP/1.1\r\nconnection: close\r\n\r\n", 405),
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n", 431),
        (b"hello\r\n\r\n", 400),
    ],
)
async def test_what_it_cannot_answer_gets_an_error_in_openais_shape(request_bytes: bytes, status: int) -> None:
    async with serving(HERE) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request_bytes)
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        body = json.loads(await reader.readexactly(length))
        writer.close()
    assert int(head.split()[1]) == status
    assert body["error"]["message"]


async def test_the_drain_waits_for_the_running_call_and_no_longer() -> None:
    async with client_of(replace(HERE, chunk_ms=20, drain_seconds=20)) as (client, engine, _):
        call = asyncio.create_task(client.chat.completions.create(model="x", messages=FIVE_WORDS))
        await busy(engine)
        started = time.monotonic()
        assert await drained(engine) == 0
        assert time.monotonic() - started < 5
        assert (await call).choices[0].message.content == "one two three four five"


async def test_the_drain_cuts_a_call_past_its_limit() -> None:
    async with client_of(replace(HERE, first_byte_ms=5000, drain_seconds=0.03)) as (client, engine, _):
        call = asyncio.create_task(client.chat.completions.create(model="x", messages=FIVE_WORDS))
        await busy(engine)
        assert await drained(engine) == 1
        call.cancel()


def test_as_a_process_it_ends_with_the_asked_code() -> None:
    done = subprocess.run(
        [sys.executable, PROGRAM, "--port", "0", "--exit-after", "0.01", "--exit-code", "7"],
        timeout=20,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 7


def test_as_a_process_it_ends_well_on_a_signal() -> None:
    with subprocess.Popen(
        [sys.executable, PROGRAM, "--port", "0", "--allocate-mib", "1"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert "listens" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert "0 calls cut" in process.stdout.read()


def test_an_empty_key_file_is_refused(key_file: Callable[[str], Path], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--api-key-file", str(key_file(" \n"))])
    assert "no key in it" in capsys.readouterr().err


def test_keys_come_from_a_file(key_file: Callable[[str], Path]) -> None:
    assert parse(["--api-key-file", str(key_file("a\nb\n"))]).api_keys == ("a", "b")


def test_an_unknown_argument_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--first-bite-ms", "5"])
    assert "--first-bite-ms" in capsys.readouterr().err
