"""What every answer outside `/v1` carries and every request there must be, whatever the endpoint. Plain ASGI.

An id that the caller can quote, headers that tell browsers to trust nothing else, one host, no ambiguous paths or
doubled credentials, and 503 once the process drains.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from freehold_app.errors import FreeholdError
from freehold_app.kit.clock import Clock
from freehold_app.kit.errors import RequestError, ShuttingDownError, TooLargeError
from freehold_app.kit.ids import new_id
from freehold_app.kit.problem import MEDIA_TYPE, problem_of

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SINGLE = (b"authorization", b"content-type", b"content-length", b"cookie", b"host", b"origin")
_AMBIGUOUS = re.compile(rb"%2f|%5c|%00|/\.\.?(/|$)|%2e|\\", re.IGNORECASE)
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b""),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
_HSTS = (b"strict-transport-security", b"max-age=31536000")


class AmbiguousRequestError(RequestError):
    """Two readers could understand the request differently."""

    title = "The request can be understood in two ways."


class BadHostError(RequestError):
    """The Host header names another place."""

    title = "This server does not answer for that host."
    fix = "Open Freehold at its own address."


@dataclass(slots=True)
class Drain:
    """Whether the process is going down; set once."""

    started: bool = False


class BodyLimit:
    """Refuses bodies past a size: at once where it is declared, else when it is reached."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        refused = TooLargeError(fix=f"Send at most {self._max_bytes} bytes.")
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > self._max_bytes:
            return await _refuse(refused, scope, scope.get("freehold.request_id", ""), send)
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._max_bytes:
                raise refused
            return message

        return await self._app(scope, counted, send)


class Edge:
    def __init__(self, app: ASGIApp, *, clock: Clock, public_url: str, drain: Drain) -> None:
        self._app = app
        self._clock = clock
        self._drain = drain
        parsed = urlsplit(public_url)
        self._host = parsed.hostname
        self._added = (*_HEADERS, _HSTS) if parsed.scheme == "https" else _HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        request_id = f"req_{new_id(self._clock).hex}"
        scope["freehold.request_id"] = request_id

        async def decorated(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _completed(message["headers"], self._added, request_id)
            await send(message)

        refused = self._refusal(scope)
        if refused is not None:
            return await _refuse(refused, scope, request_id, decorated)
        return await self._app(scope, receive, decorated)

    def _refusal(self, scope: Scope) -> FreeholdError | None:
        names = [name for name, _ in scope["headers"]]
        if any(names.count(name) > 1 for name in SINGLE):
            return AmbiguousRequestError("a header came twice", fix="Send each header once.")
        if _AMBIGUOUS.search(scope.get("raw_path") or scope["path"].encode()):
            return AmbiguousRequestError("the path is ambiguous", fix="Leave encoded slashes and dots out of the path.")
        if self._host is not None and not self._is_host(dict(scope["headers"]).get(b"host", b"")):
            return BadHostError()
        return ShuttingDownError() if self._drain.started else None

    def _is_host(self, given: bytes) -> bool:
        name = urlsplit(f"//{given.decode('latin-1')}").hostname
        return name == self._host or {name, self._host} <= LOOPBACK


def _completed(
    headers: Iterable[tuple[bytes, bytes]], added: Iterable[tuple[bytes, bytes]], request_id: str
) -> list[tuple[bytes, bytes]]:
    """With what is missing: an endpoint's own header wins."""
    present = list(headers)
    names = {name.lower() for name, _ in present}
    missing = (*added, (b"cache-control", b"no-store"), (b"x-request-id", request_id.encode()))
    return present + [pair for pair in missing if pair[0] not in names]


async def _refuse(error: FreeholdError, scope: Scope, request_id: str, send: Send) -> None:
    body = problem_of(error, scope["path"]) | {"request_id": request_id}
    headers = {"retry-after": str(error.retry_after_seconds)} if error.retry_after_seconds else None
    answer = JSONResponse(body, error.status, headers, media_type=MEDIA_TYPE)

    async def nothing() -> Message:
        return {"type": "http.disconnect"}

    await answer(scope, nothing, send)
