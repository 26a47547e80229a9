"""One place where errors become answers, outside `/v1`, which answers in OpenAI's shape by its own table.

Whatever has no name becomes 500 `internal` without a word of its text: the text may quote anybody.
"""

from __future__ import annotations

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from freehold_app.errors import FreeholdError
from freehold_app.kit.clock import SystemClock
from freehold_app.kit.ids import new_id
from freehold_app.kit.problem import MEDIA_TYPE, FieldError, problem

FIRST_SERVER_ERROR = 500
_NAMES = {404: ("not_found", "There is nothing here."), 405: ("method_not_allowed", "Not with this method.")}


def install_problems(app: FastAPI) -> None:
    app.add_exception_handler(FreeholdError, _named)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _by_status)
    app.add_exception_handler(Exception, _unknown)


async def _named(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, FreeholdError)
    after = error.retry_after_seconds
    body = problem(error.status, error.code, error.title, detail=error.detail, blame=error.blame, retry_after=after)
    return _answer(error.status, body, {} if after is None else {"retry-after": str(after)})


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fields = tuple(
        FieldError("/" + "/".join(map(str, item["loc"])), str(item["type"]), str(item["msg"]))
        for item in error.errors()
    )
    return _answer(422, problem(422, "invalid_request", "The request is not valid.", blame="you", errors=fields))


async def _by_status(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code, title = _NAMES.get(error.status_code, ("invalid_request", "The request was refused."))
    return _answer(error.status_code, problem(error.status_code, code, title, blame="you"))


async def _unknown(_: Request, error: Exception) -> JSONResponse:
    return _answer(500, problem(500, FreeholdError.code, FreeholdError.title), error=error)


def _answer(
    status: int,
    body: dict[str, object],
    headers: dict[str, str] | None = None,
    *,
    error: Exception | None = None,
) -> JSONResponse:
    """With an id that the caller can quote and that stands in the log beside what went wrong."""
    request_id = f"req_{new_id(SystemClock()).hex}"
    if status >= FIRST_SERVER_ERROR:
        log = structlog.get_logger(__name__)
        log.error("request_failed", request_id=request_id, status=status, code=body["code"], exc_info=error)
    headers = {"cache-control": "no-store", "x-request-id": request_id, **(headers or {})}
    return JSONResponse(body | {"request_id": request_id}, status, headers, media_type=MEDIA_TYPE)
