"""Asks an ASGI application as a client would, event streams included: those without an end are left after a while.

answer = await ask(app, Request("GET", "/api/v1/me", headers={"authorization": "Bearer ..."}))
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from starlette.types import ASGIApp, Message

ENDLESS = "/api/v1/events"
SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Request:
    """One call, as it will be sent."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def text(self) -> str:
        """Everything that the caller said."""
        return " ".join([self.path, *(f"{name}={value}" for name, value in self.query), self.body.decode("latin-1")])


@dataclass(slots=True)
class Answer:
    """What came back; `body` may be looked at while it is still growing."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)

    @property
    def media_type(self) -> str:
        return self.header("content-type").partition(";")[0]

    @property
    def text(self) -> str:
        """Also what the headers say: a cookie or an ETag may tell as much as a body."""
        return "\n".join([*(f"{name}: {value}" for name, value in self.headers), self.body.decode("utf-8", "replace")])

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")


class Client:
    """One connection's two ends. `leave` closes it from the client's side."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.answer = Answer()
        self.leave = asyncio.Event()
        self._sent = False

    async def run(self, app: ASGIApp) -> Answer:
        async with asyncio.timeout(SECONDS):
            await app(_scope(self.request), self._receive, self._send)
        return self.answer

    async def _receive(self) -> Message:
        if not self._sent:
            self._sent = True
            return {"type": "http.request", "body": self.request.body, "more_body": False}
        await self.leave.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.answer.status = message["status"]
            self.answer.headers = [
                (name.decode().lower(), value.decode("latin-1")) for name, value in message["headers"]
            ]
            return
        self.answer.body += message.get("body", b"")
        if self.request.path == ENDLESS or not message.get("more_body", False):
            self.leave.set()


async def ask(app: ASGIApp, request: Request) -> Answer:
    return await Client(request).run(app)


class Listener(Client):
    """Somebody who stays and reads along."""

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.answer.status = message["status"]
        self.answer.body += message.get("body", b"")

    def listen(self, app: ASGIApp) -> asyncio.Task[None]:
        async def until_over() -> None:
            await app(_scope(self.request), self._receive, self._send)

        return asyncio.create_task(until_over())


def _scope(request: Request) -> dict[str, Any]:
    raw = quote(request.path, safe="/:@!$&'()*+,;=~-._%").encode()
    headers = {"host": "127.0.0.1:8080", **request.headers, "content-length": str(len(request.body))}
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": raw,
        "query_string": urlencode(request.query).encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8080),
        "state": {},
    }
