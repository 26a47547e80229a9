"""The table of refusals: every line renders in OpenAI's shape, with the headers its status asks for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from freehold_app.gateway.core.errors import INVALID, SERVER, TABLE, refusal

NAMES = ("why", "m", "t", "route", "type", "method", "path", "allow", "n", "count", "phase")
GAPS: dict[str, Any] = dict.fromkeys(NAMES, "x")
GAPS["request_id"] = "req_1"
TYPES = {INVALID, SERVER, "permission_error", "requests", "tokens", "insufficient_quota"}


@pytest.mark.parametrize("code", sorted(TABLE))
def test_each_line_is_whole(code: str) -> None:
    why = refusal(code, param="p", **GAPS)
    error = json.loads(why.content())["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] in TYPES
    assert error["message"].endswith(".")
    assert "{" not in error["message"]
    assert (error["type"] == SERVER) == (why.status >= 500)


def test_headers_follow_the_status() -> None:
    assert (b"www-authenticate", b"Bearer") in refusal("no_api_key").headers()
    assert (b"x-should-retry", b"false") in refusal("permission_denied", route="/v1/x").headers()
    assert (b"connection", b"close") in refusal("request_too_large", n=1).headers()
    headers = dict(refusal("model_loading", retry_after_ms=1500, m="m", phase="Loading").headers())
    assert headers == {b"retry-after": b"2", b"retry-after-ms": b"1500"}


def test_a_refusal_inside_a_stream_is_one_event() -> None:
    event = refusal("overloaded").event()
    assert event.startswith(b'data: {"error":{')
    assert event.endswith(b"}}\n\n")
    assert event.count(b"\n") == 2
