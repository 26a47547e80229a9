"""One JSON line per request, its fields from a list: never headers, queries or content.

Lines are collected and written together: a logger per request would cost more than the request.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TextIO

import orjson

from freehold_app.gateway.core.exchange import Exchange
from freehold_app.gateway.core.head import MODELS_PATH
from freehold_app.gateway.core.ports import Settlement

MAX_LINES = 10_000


class AccessLog:
    """Collects lines; `flush` writes them. Past the bound lines are dropped and counted."""

    def __init__(self, stream: TextIO | None) -> None:
        """None: nothing is kept, for benches."""
        self._stream = stream
        self._lines: list[bytes] = []
        self.dropped = 0

    def note(self, exchange: Exchange, settlement: Settlement | None, now: float) -> None:
        """One finished request."""
        if self._stream is None:
            return
        if len(self._lines) >= MAX_LINES:
            self.dropped += 1
            return
        self._lines.append(orjson.dumps(_fields(exchange, settlement, now), option=orjson.OPT_APPEND_NEWLINE))

    def flush(self) -> None:
        """Write what was collected."""
        if self._lines and self._stream is not None:
            lines, self._lines = self._lines, []
            self._stream.write(b"".join(lines).decode())
            self._stream.flush()


def _fields(exchange: Exchange, settlement: Settlement | None, now: float) -> dict[str, object]:
    caller, request = exchange.caller, exchange.request
    tokens = settlement.tokens if settlement is not None else None
    first = exchange.first_byte_at
    spent = now - exchange.started_at
    return {
        "event": "request",
        "level": "info",
        "timestamp": datetime.fromtimestamp((exchange.request_id >> 80) / 1000, UTC),
        "request_id": f"req_{exchange.request_id:032x}",
        "client_request_id": request.client_request_id() if request is not None else "",
        "tenant": exchange.tenant,
        "key_id": str(caller.key_id) if caller is not None else None,  # asyncpg has a UUID class of its own
        "route": _route(exchange),
        "model": exchange.model.name if exchange.model is not None else "",
        "status": exchange.status,
        "code": exchange.error,
        "outcome": settlement.outcome if settlement is not None else None,
        "stream": exchange.stream,
        "prompt_tokens": tokens.prompt if tokens is not None else None,
        "completion_tokens": tokens.completion if tokens is not None else None,
        "ttft_ms": int((first - exchange.started_at) * 1000) if first is not None else None,
        "duration_ms": int(spent * 1000),
        "held_ms": int(exchange.held_seconds * 1000),
        "overhead_us": int(exchange.overhead_seconds * 1_000_000),
        "attempts": settlement.attempts if settlement is not None else 0,
        "body_bytes": exchange.body_bytes,
    }


def _route(exchange: Exchange) -> str:
    """A route from our own list; a path that a caller made up is content."""
    if exchange.route is not None:
        return exchange.route.path
    path = exchange.request.path if exchange.request is not None else ""
    return MODELS_PATH if path == MODELS_PATH or path.startswith(MODELS_PATH + "/") else ""
