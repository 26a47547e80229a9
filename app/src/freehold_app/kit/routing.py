"""The route class of every endpoint outside `/v1`: strict about bodies, and exact about repeats and versions.

    router = APIRouter(prefix="/api/v1/notes", tags=["notes"], route_class=RestRoute)

Around the endpoint: JSON only, at most 64 deep, NaN refused; after it, still inside the request's transaction, the
answer of an idempotent POST is stored; a GET without an ETag gets a weak one and is 304 where the caller has it.
Sessions are dependencies of function scope: they commit after this and before the first byte of the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.requests import Request as StarletteRequest

from freehold_app.kit.errors import TooDeepError, UnsupportedTypeError
from freehold_app.kit.etags import matches, weak_etag

MAX_DEPTH = 64
NOT_MODIFIED = 304
OK = 200
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)

type Handler = Callable[[StarletteRequest], Coroutine[Any, Any, Response]]
type Finisher = Callable[[Response], Coroutine[Any, Any, None]]


class JsonRequest(Request):
    """A request whose JSON is read strictly: no NaN, no lone surrogates."""

    async def json(self) -> Any:
        return orjson.loads(await self.body())


class RestRoute(APIRoute):
    """See the module."""

    def get_route_handler(self) -> Handler:
        endpoint: Handler = super().get_route_handler()
        takes_body = self.body_field is not None

        async def handle(request: StarletteRequest) -> Response:
            wrapped = JsonRequest(request.scope, request.receive)
            if takes_body:
                await _check_body(wrapped)
            answer = await endpoint(wrapped)
            finish: Finisher | None = getattr(wrapped.state, "finish", None)
            if finish is not None:
                await finish(answer)
            return _conditional(wrapped, answer) if wrapped.method == "GET" else answer

        return handle


def too_deep(body: bytes) -> bool:
    """Whether brackets outside strings nest deeper than MAX_DEPTH. Few brackets are told at a glance."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return False
    depth = 0
    for token in _TOKEN.finditer(body):
        first = token[0][:1]
        depth += (first in b"[{") - (first in b"]}")
        if depth > MAX_DEPTH:
            return True
    return False


async def _check_body(request: Request) -> None:
    """Here and not while FastAPI reads it, which would answer 400 without a reason."""
    body = await request.body()
    kind, _, subtype = request.headers.get("content-type", "").partition(";")[0].strip().lower().partition("/")
    if body and not (kind == "application" and (subtype == "json" or subtype.endswith("+json"))):
        raise UnsupportedTypeError
    if too_deep(body):
        raise TooDeepError


def _conditional(request: Request, answer: Response) -> Response:
    """304 where the caller's copy is still good. Streams have no body to compare."""
    body = getattr(answer, "body", None)
    if answer.status_code != OK or not isinstance(body, bytes):
        return answer
    etag = answer.headers.setdefault("etag", weak_etag(body))
    if not matches(request.headers.get("if-none-match"), etag):
        return answer
    kept = {name: value for name, value in answer.headers.items() if name in {"etag", "cache-control", "vary"}}
    return Response(status_code=NOT_MODIFIED, headers=kept)
