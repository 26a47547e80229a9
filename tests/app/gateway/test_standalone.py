"""The gateway as a program of its own: a routes file, a port, a signal."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import openai
import pytest

from freehold_app.gateway.errors import RoutesFileError
from freehold_app.gateway.io.routes import read_routes
from tests.app.gateway.raw import CHAT, RawClient, get, post
from tests.app.gateway.scripted import ScriptedServer, answer, completion, streamed

pytestmark = pytest.mark.inproc

ROUTES = """
models:
  - name: gpt-4o-mini
    tenant: bench
    endpoints: ["${FREEHOLD_BENCH_UPSTREAM}"]
tenants:
  - name: bench
    limits: {requestsPerMinute: 100000000, tokensPerMinute: 1000000000, concurrentRequests: 100000}
keys:
  - {id: k1, tenant: bench, secret: "${FREEHOLD_BENCH_KEY}"}
"""
START_SECONDS = 20.0


@asynccontextmanager
async def program(
    tmp_path: Path, routes: str, environ: dict[str, str]
) -> AsyncIterator[tuple[int, asyncio.subprocess.Process]]:
    file = tmp_path / "routes.yaml"
    file.write_text(routes)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "freehold_app.gateway", "--listen", f"127.0.0.1:{port}", "--routes", str(file),
        env=os.environ | environ, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield port, process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def started(port: int, process: Process) -> None:
    async with asyncio.timeout(START_SECONDS):
        while process.returncode is None:
            try:
                await get(port, "/v1/models", key="bench-key")
            except OSError:
                await asyncio.sleep(0.05)
            else:
                return
    raise AssertionError("it ended before it listened")


async def test_it_serves_the_benchmarks_routes_file(engine: ScriptedServer, tmp_path: Path) -> None:
    environ = {"FREEHOLD_BENCH_UPSTREAM": engine.url, "FREEHOLD_BENCH_KEY": "bench-key"}
    async with program(tmp_path, ROUTES, environ) as (port, process):
        await started(port, process)
        async with openai.AsyncOpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="bench-key") as client:
            reply = await client.chat.completions.create(
                model="gpt-4o-mini", messages=[{"role": "user", "content": "hi"}]
            )
            engine.scripts = [streamed("a", "b")]
            stream = await client.chat.completions.create(
                model="gpt-4o-mini", messages=[{"role": "user", "content": "hi"}], stream=True
            )
            texts = [part.choices[0].delta.content async for part in stream]
        unknown = await post(port, CHAT, key="another")
    assert reply.choices[0].message.content == "hello"
    assert texts == ["a", "b"]
    assert (unknown.status, unknown.code) == (401, "invalid_api_key")


async def test_sigterm_lets_a_running_answer_end(engine: ScriptedServer, tmp_path: Path) -> None:
    release = asyncio.Event()
    engine.scripts = [[0.3, answer(200, completion("late"))]]
    engine.on_request = lambda _: release.set()
    environ = {"FREEHOLD_BENCH_UPSTREAM": engine.url, "FREEHOLD_BENCH_KEY": "bench-key"}
    async with program(tmp_path, ROUTES, environ) as (port, process):
        await started(port, process)
        client = await RawClient.connect(port)
        client.post(CHAT | {"model": "gpt-4o-mini"}, key="bench-key")
        await release.wait()
        process.send_signal(signal.SIGTERM)
        reply = await client.answer()
        await client.close()
        async with asyncio.timeout(10):
            code = await process.wait()
    assert (reply.status, reply.json) == (200, completion("late"))
    assert code == 0


async def test_a_file_that_cannot_be_used_is_named_and_the_code_is_78(tmp_path: Path) -> None:
    async with program(tmp_path, ROUTES, {"FREEHOLD_BENCH_KEY": "k"}) as (_, process):
        async with asyncio.timeout(START_SECONDS):
            _, said = await process.communicate()
    assert process.returncode == 78
    assert "FREEHOLD_BENCH_UPSTREAM is not set" in said.decode()


@pytest.mark.parametrize(
    ("content", "words"),
    [("models: [", "not valid YAML"), (ROUTES.replace("limits:", "limit:"), "limit"), (None, "No such file")],
)
def test_what_is_wrong_with_the_file_is_said(tmp_path: Path, content: str | None, words: str) -> None:
    file = tmp_path / "routes.yaml"
    if content is not None:
        file.write_text(content)
    environ = {"FREEHOLD_BENCH_UPSTREAM": "http://h/v1", "FREEHOLD_BENCH_KEY": "k"}
    with pytest.raises(RoutesFileError, match=words) as caught:
        read_routes(file, environ)
    assert "routes.yaml" in caught.value.detail
