"""The access log: one line per request, only what is on its list, and nothing that could fail a request."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from asyncpg.pgproto import pgproto

from tests.app.gateway.raw import CHAT, post
from tests.app.gateway.running import ACME, KEY, model, running_gateway
from tests.app.gateway.scripted import ScriptedServer

pytestmark = pytest.mark.inproc

FIELDS = {
    "event", "level", "timestamp", "request_id", "client_request_id", "tenant", "key_id", "route", "model", "status",
    "code", "outcome", "stream", "prompt_tokens", "completion_tokens", "ttft_ms", "duration_ms", "held_ms",
    "overhead_us", "attempts", "body_bytes",
}  # fmt: skip


async def test_each_request_is_one_line_without_content(engine: ScriptedServer) -> None:
    """The key's id comes from asyncpg as it does in production: its own UUID class, which orjson does not know."""
    written = io.StringIO()
    async with running_gateway(model(urls=[engine.url]), log=written) as running:
        key_id = pgproto.UUID("01a20bcc-c185-7598-8949-c5c69c5ffb4c")
        running.keys.grants[KEY] = replace(ACME, key_id=key_id)
        reply = await post(running.port, CHAT | {"user": "canary-1"}, headers="x-canary: canary-2\r\n")
        await post(running.port, CHAT, path="/v1/chat/completions?canary-3=1", key="canary-4")
        await running.events(1)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [line["status"] for line in lines] == [200, 401]
    assert all(set(line) == FIELDS for line in lines)
    assert lines[0]["key_id"] == str(key_id)
    assert lines[0]["request_id"] == reply.headers["x-request-id"]
    assert "canary" not in written.getvalue()
