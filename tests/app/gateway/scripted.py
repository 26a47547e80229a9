"""An engine or provider that does what a test says, over a real socket, and remembers every byte it got."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Literal

type Step = bytes | float | Literal["reset", "close", "hang"]
"""Bytes to send, seconds to wait, or an end: reset, close, or silence until the client leaves."""


@dataclass
class Received:
    """One request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes
    left_at: float | None = None
    """When the client closed before the script was over, on the steady clock."""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class ScriptedServer:
    """Answers each request with the next script; the last one repeats."""

    scripts: list[Sequence[Step]] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    sent_bytes: int = 0
    port: int = 0
    left: asyncio.Event = field(default_factory=asyncio.Event)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    on_request: Callable[[Received], None] | None = None
    _server: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                while await self._answer(reader, writer):
                    pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request = await _read(reader)
        self.received.append(request)
        self.came.set()
        if self.on_request is not None:
            self.on_request(request)
        script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        for step in script:
            if not await self._do(step, reader, writer, request):
                return False
        return True

    async def _do(
        self, step: Step, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Received
    ) -> bool:
        if isinstance(step, bytes):
            writer.write(step)
            await writer.drain()
            self.sent_bytes += len(step)
        elif isinstance(step, float):
            await asyncio.sleep(step)
        elif step == "reset":
            writer.transport.abort()
            return False
        elif step == "close":
            writer.close()
            return False
        else:
            await reader.read(1)
            request.left_at = monotonic()
            self.left.set()
            return False
        return True


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    line, *rest = head.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (item.partition(":") for item in rest if item)}
    return Received(line, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


def answer(status: int, body: object, *, headers: str = "", content_type: str = "application/json") -> bytes:
    """A whole JSON answer."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\ncontent-type: {content_type}\r\ncontent-length: {len(content)}\r\n{headers}\r\n"
    return head.encode() + content


def stream_head(extra: str = "") -> bytes:
    return f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n{extra}\r\n".encode()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


END = b"0\r\n\r\n"


def event(body: object) -> bytes:
    return b"data: " + (body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).encode()) + b"\n\n"


def delta(text: str) -> bytes:
    return event(
        {
            "id": "c1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "m",
            "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}],
        }
    )


def usage_chunk(prompt: int, completion: int) -> bytes:
    usage = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return event(
        {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [], "usage": usage}
    )


DONE = event(b"[DONE]")


def completion(text: str = "hello", prompt: int = 7, tokens: int = 3) -> dict[str, Any]:
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": prompt, "completion_tokens": tokens, "total_tokens": prompt + tokens},
    }


def streamed(*texts: str, prompt: int = 7) -> list[Step]:
    """A whole streamed answer, each event its own chunk."""
    parts = [delta(text) for text in texts]
    return [stream_head(), *(chunk(part) for part in [*parts, usage_chunk(prompt, len(texts)), DONE]), END]
