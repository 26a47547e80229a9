"""The Echo engine: answers with its input in OpenAI's shapes, at a pace and with faults that a test asks for.

It stands where a real engine stands (same probes, same token, same drain), so scaling, holding, walls and failure
reporting can be tried in milliseconds and without weights. Standard library only: it shares the engine's image.

    python3 echo.py --alias echo --api-key-file /run/token --start-seconds 1 --first-byte-ms 50 --chunk-ms 20

Faults on request: `--exit-after` (crash loop), `--health-status` and `--unhealthy-after` (failing probes),
`--allocate-mib` (memory limit), `--cpu-ms` (CPU limit, HPA).
"""

import argparse
import asyncio
import contextlib
import hmac
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from echo_answers import CallError, Reply, as_base64, completion, decoded, embedding_inputs, models, vector

HEAD_LIMIT_BYTES = 16 * 1024
BODY_LIMIT_BYTES = 8 * 1024 * 1024
IDLE_SECONDS = 75.0
OPEN_CONNECTIONS = 1024
REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 405: "Method Not Allowed"}


@dataclass(frozen=True)
class Settings:
    """What the arguments say; each field is the argument of that name."""

    host: str = "0.0.0.0"
    port: int = 8080
    alias: str = "echo"
    api_keys: tuple[str, ...] = ()
    start_seconds: float = 0.0
    first_byte_ms: float = 0.0
    chunk_ms: float = 0.0
    cpu_ms: float = 0.0
    exit_after: float = 0.0
    exit_code: int = 1
    health_status: int = 200
    unhealthy_after: float = 0.0
    allocate_mib: int = 0
    drain_seconds: float = 30.0


@dataclass(frozen=True)
class Request:
    """One parsed request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Echo:
    """One server: what it counts, and how it answers."""

    settings: Settings
    started: float = field(default_factory=time.monotonic)
    in_flight: int = 0
    requests: int = 0
    tokens: int = 0
    connections: int = 0
    draining: bool = False
    idle: asyncio.Event = field(default_factory=asyncio.Event)

    def health(self) -> int:
        """The status of /health, as the probes see it."""
        age = time.monotonic() - self.started
        if age < self.settings.start_seconds or 0 < self.settings.unhealthy_after <= age:
            return 503
        return self.settings.health_status

    def metrics(self) -> str:
        """The counters in Prometheus' text format."""
        rows = (
            ("echo_requests_total", "counter", self.requests),
            ("echo_tokens_total", "counter", self.tokens),
            ("echo_requests_in_flight", "gauge", self.in_flight),
        )
        return "".join(f"# TYPE {name} {kind}\n{name} {value}\n" for name, kind, value in rows)

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection until it closes, idles too long or breaks a limit."""
        self.connections += 1
        try:
            with contextlib.suppress(ConnectionError, TimeoutError, asyncio.IncompleteReadError):
                while self.connections <= OPEN_CONNECTIONS and await self._exchange(reader, writer):
                    pass
        finally:
            self.connections -= 1
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; whether the connection stays open."""
        try:
            request = await read_request(reader)
            if request is None:
                return False
            self._check(request)
            await self._answer(request, writer)
        except CallError as error:
            await respond(writer, error.status, json.dumps(error.body()).encode())
            return error.status in (401, 404, 405)  # after the others the body may still be on its way
        return not self.draining and request.headers.get("connection", "").lower() != "close"

    def _check(self, request: Request) -> None:
        """Refuses calls without one of the keys, and every call while the engine starts."""
        if request.path == "/health":
            return
        if self.settings.api_keys:
            given = request.headers.get("authorization", "").removeprefix("Bearer ").encode()
            if not any(hmac.compare_digest(given, key.encode()) for key in self.settings.api_keys):
                raise CallError(401, "Invalid API Key", "authentication_error")
        if time.monotonic() - self.started < self.settings.start_seconds:
            raise CallError(503, "Loading model", "unavailable_error")

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
        route = (request.method, request.path)
        if route == ("GET", "/health"):
            status = self.health()
            await respond(writer, status, json.dumps({"status": "ok" if status == 200 else "failing"}).encode())
        elif route == ("GET", "/metrics"):
            await respond(writer, 200, self.metrics().encode(), "text/plain; version=0.0.4")
        elif route == ("GET", "/v1/models"):
            await respond(writer, 200, json.dumps(models(self.settings.alias)).encode())
        elif route == ("POST", "/v1/chat/completions"):
            await self._counted(self._chat(request, writer))
        elif route == ("POST", "/v1/embeddings"):
            await self._counted(self._embeddings(request, writer))
        else:
            known = ("/health", "/metrics", "/v1/models", "/v1/chat/completions", "/v1/embeddings")
            raise CallError(405 if request.path in known else 404, f"no {request.method} {request.path} here")

    async def _counted(self, call: Any) -> None:
        self.requests += 1
        self.in_flight += 1
        self.idle.clear()
        try:
            await call
        finally:
            self.in_flight -= 1
            if not self.in_flight:
                self.idle.set()

    async def _chat(self, request: Request, writer: asyncio.StreamWriter) -> None:
        body = decoded(request.body)
        prompt_tokens, words, finish = completion(body)
        usage = {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": len(words),
            "total_tokens": prompt_tokens + len(words),
        }
        reply = Reply(self.settings.alias, f"chatcmpl-{self.requests}", int(time.time()))
        await asyncio.sleep(self.settings.first_byte_ms / 1000)
        if body.get("stream"):
            include_usage = bool((body.get("stream_options") or {}).get("include_usage"))
            await self._stream(reply, words, finish, usage if include_usage else None, writer)
            return
        for _ in words:
            await self._pace()
        await respond(writer, 200, json.dumps(reply.whole("".join(words), finish, usage)).encode())

    async def _stream(
        self,
        reply: Reply,
        words: Sequence[str],
        finish: str,
        usage: dict[str, int] | None,
        writer: asyncio.StreamWriter,
    ) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        await self._event(writer, reply.chunk({"role": "assistant", "content": ""}))
        for word in words:
            await self._pace()
            await self._event(writer, reply.chunk({"content": word}))
        await self._event(writer, reply.chunk({}, finish))
        if usage:
            await self._event(writer, reply.usage_chunk(usage))
        await write_chunk(writer, b"data: [DONE]\n\n")
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    async def _event(self, writer: asyncio.StreamWriter, event: dict[str, Any]) -> None:
        await write_chunk(writer, b"data: " + json.dumps(event).encode() + b"\n\n")

    async def _pace(self) -> None:
        """The time of one token: CPU first, then waiting."""
        self.tokens += 1
        if self.settings.cpu_ms:
            await asyncio.to_thread(burn, self.settings.cpu_ms / 1000)  # aside, so that probes are answered
        await asyncio.sleep(self.settings.chunk_ms / 1000)

    async def _embeddings(self, request: Request, writer: asyncio.StreamWriter) -> None:
        body = decoded(request.body)
        texts, dimensions = embedding_inputs(body)
        await asyncio.sleep(self.settings.first_byte_ms / 1000)
        packed = body.get("encoding_format") == "base64"
        vectors = (vector(text, dimensions) for text in texts)
        data = [
            {"object": "embedding", "index": index, "embedding": as_base64(one) if packed else one}
            for index, one in enumerate(vectors)
        ]
        tokens = sum(len(text.split()) for text in texts)
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        answer = {"object": "list", "model": self.settings.alias, "data": data, "usage": usage}
        await respond(writer, 200, json.dumps(answer).encode())


def burn(seconds: float) -> None:
    """Uses that much CPU time of the calling thread."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """One request, or None at the connection's end; raises CallError past a limit."""
    try:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), IDLE_SECONDS)
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError as error:
        raise CallError(431, f"the head is longer than {HEAD_LIMIT_BYTES} bytes") from error
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3:
        raise CallError(400, "this is not HTTP")
    pairs = (line.partition(":") for line in lines if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    body = await asyncio.wait_for(reader.readexactly(body_length(headers)), IDLE_SECONDS)
    return Request(words[0], words[1].partition("?")[0], headers, body)


def body_length(headers: dict[str, str]) -> int:
    if "transfer-encoding" in headers:
        raise CallError(411, "a Content-Length is needed")
    text = headers.get("content-length", "0")
    if not (text.isascii() and text.isdigit()):
        raise CallError(400, "Content-Length is not a number")
    if int(text) > BODY_LIMIT_BYTES:
        raise CallError(413, f"the body is longer than {BODY_LIMIT_BYTES} bytes")
    return int(text)


async def respond(
    writer: asyncio.StreamWriter, status: int, body: bytes, content_type: str = "application/json"
) -> None:
    reason = REASONS.get(status, "Error")
    head = f"HTTP/1.1 {status} {reason}\r\ncontent-type: {content_type}\r\ncontent-length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()


async def write_chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(b"%x\r\n%s\r\n" % (len(data), data))
    await writer.drain()


@contextlib.asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[tuple[Echo, int]]:
    """A running server and its port; `port` 0 takes a free one."""
    echo = Echo(settings)
    server = await asyncio.start_server(echo.connection, settings.host, settings.port, limit=HEAD_LIMIT_BYTES)
    try:
        yield echo, server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def drained(echo: Echo) -> int:
    """Waits until the last call has ended, `drain_seconds` at most; the calls that are cut."""
    echo.draining = True
    if echo.in_flight:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(echo.idle.wait(), echo.settings.drain_seconds)
    return echo.in_flight


async def run(settings: Settings) -> None:
    """Serves until a signal, then lets running calls end."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if settings.exit_after:
        loop.call_later(settings.exit_after, os._exit, settings.exit_code)
    ballast = bytearray(settings.allocate_mib * 1024 * 1024)  # zeroed by calloc: touched below to count as memory
    ballast[::4096] = b"\x01" * len(range(0, len(ballast), 4096))
    async with serving(settings) as (echo, port):
        print(f"{settings.alias} listens on {port}, ready in {settings.start_seconds} s", flush=True)
        await stop.wait()
        print(f"stopping, {await drained(echo)} calls cut", flush=True)


def parser() -> argparse.ArgumentParser:
    """The arguments; the operator's own first, then what a test may add in `spec.args`."""
    made = argparse.ArgumentParser(prog="echo.py", description="Answers with its input, for tests.", allow_abbrev=False)
    made.add_argument("--host", default="0.0.0.0", help="address to listen on")
    made.add_argument("--port", type=int, default=8080, help="port to listen on (default 8080)")
    made.add_argument("--alias", default="echo", help="name of the model in answers")
    made.add_argument(
        "--api-key-file", metavar="FILE", type=Path, help="file of keys, one a line; without it no key is needed"
    )
    made.add_argument(
        "--drain-seconds", metavar="SECONDS", type=float, default=30.0, help="longest wait for running calls on SIGTERM"
    )
    made.add_argument(
        "--start-seconds", metavar="SECONDS", type=float, default=0.0, help="/health answers 503 for that long"
    )
    made.add_argument("--first-byte-ms", metavar="MS", type=float, default=0.0, help="wait before an answer")
    made.add_argument("--chunk-ms", metavar="MS", type=float, default=0.0, help="wait before each word of an answer")
    made.add_argument(
        "--cpu-ms", metavar="MS", type=float, default=0.0, help="CPU time spent on each word of an answer"
    )
    made.add_argument(
        "--exit-after",
        metavar="SECONDS",
        type=float,
        default=0.0,
        help="end that many seconds after the start; 0: never",
    )
    made.add_argument("--exit-code", type=int, default=1, help="exit code of --exit-after")
    made.add_argument("--health-status", type=int, default=200, help="what /health answers once started")
    made.add_argument(
        "--unhealthy-after", metavar="SECONDS", type=float, default=0.0, help="seconds until /health fails; 0: never"
    )
    made.add_argument("--allocate-mib", type=int, default=0, help="memory to take at the start")
    return made


def parse(argv: Sequence[str]) -> Settings:
    """Settings from arguments; a key file that cannot be read or is empty ends the program with a sentence."""
    made = parser()
    arguments = vars(made.parse_args(argv))
    file: Path | None = arguments.pop("api_key_file")
    try:
        keys = tuple(file.read_text(encoding="utf-8").split()) if file else ()
    except OSError as error:
        made.error(f"--api-key-file {file}: {error.strerror}")
    if file and not keys:
        made.error(f"--api-key-file {file}: no key in it")
    return Settings(**arguments, api_keys=keys)


if __name__ == "__main__":
    asyncio.run(run(parse(sys.argv[1:])))
