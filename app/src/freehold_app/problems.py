"""One place where errors become answers, outside `/v1`, which answers in OpenAI's shape by its own table.

Whatever has no name becomes 500 `internal` without a word of its text: the text may quote anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from freehold_app.errors import FieldError, FreeholdError
from freehold_app.kit.clock import SystemClock
from freehold_app.kit.idempotency import ReplayError
from freehold_app.kit.ids import new_id
from freehold_app.kit.problem import MEDIA_TYPE, problem, problem_of

FIRST_SERVER_ERROR = 500
UNAUTHENTICATED = 401
# What FastAPI and Starlette refuse by themselves: (code, title) by status.
BY_STATUS = {
    404: ("not_found", "There is nothing here."),
    405: ("method_not_allowed", "Not with this method."),
    413: ("too_large", "The body is too large."),
}


def install_problems(app: FastAPI) -> None:
    app.add_exception_handler(ReplayError, _replayed)
    app.add_exception_handler(FreeholdError, _named)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _by_status)
    app.add_exception_handler(Exception, _unknown)


async def _replayed(_: Request, error: Exception) -> Response:
    assert isinstance(error, ReplayError)
    return error.response


async def _named(request: Request, error: Exception) -> Response:
    assert isinstance(error, FreeholdError)
    after = error.retry_after_seconds
    headers = {} if after is None else {"retry-after": str(after)}
    if error.status == UNAUTHENTICATED:
        headers["www-authenticate"] = "Bearer"
    return _answer(request, error.status, problem_of(error, request.url.path), headers)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = tuple(
        FieldError(_pointer(item["loc"], error.body), str(item["type"]), _sentence(item)) for item in error.errors()
    )
    detail = "; ".join(f"{field.pointer}: {field.message}" for field in fields)
    body = problem(
        422,
        "invalid_request",
        "The request is not valid.",
        detail=detail,
        blame="you",
        errors=fields,
        fix="Correct the fields named in `errors` and send it again.",
        instance=request.url.path,
    )
    return _answer(request, 422, body)


async def _by_status(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, title = BY_STATUS.get(error.status_code, ("invalid_request", "The request was refused."))
    body = problem(error.status_code, code, title, blame="you", instance=request.url.path)
    return _answer(request, error.status_code, body, dict(error.headers or {}))


async def _unknown(request: Request, error: Exception) -> Response:
    body = problem(500, FreeholdError.code, FreeholdError.title, instance=request.url.path)
    return _answer(request, 500, body, error=error)


def _pointer(place: Sequence[str | int], body: object) -> str:
    """Into the body where the body is at fault; elsewhere the kind of parameter comes first: `/query/limit`."""
    parts = list(_steps(place[1:], body)) if place and place[0] == "body" else place
    return "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _steps(place: Sequence[str | int], value: object) -> Iterator[str | int]:
    """As far as there is something to step into: behind a value, pydantic names which of several types it tried."""
    for step in place:
        if not isinstance(value, Mapping | list):
            return
        yield step
        if isinstance(value, Mapping):
            value = value.get(step)
        else:
            value = value[step] if isinstance(step, int) and step < len(value) else None


def _sentence(item: Mapping[str, Any]) -> str:
    """What pydantic says, without what was sent."""
    if item["type"] == "json_invalid":
        return "The body is not valid JSON."
    return str(item["msg"])


def _answer(
    request: Request,
    status: int,
    body: dict[str, object],
    headers: dict[str, str] | None = None,
    *,
    error: Exception | None = None,
) -> Response:
    """With an id that the caller can quote and that stands in the log beside what went wrong."""
    request_id = request.scope.get("freehold.request_id") or f"req_{new_id(SystemClock()).hex}"
    if status >= FIRST_SERVER_ERROR:
        log = structlog.get_logger(__name__)
        log.error("request_failed", request_id=request_id, status=status, code=body["code"], exc_info=error)
    headers = {"cache-control": "no-store", "x-request-id": request_id, **(headers or {})}
    return JSONResponse(body | {"request_id": request_id}, status, headers, media_type=MEDIA_TYPE)
