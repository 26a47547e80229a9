"""One JSON line per event, with fields from a list: what is not on it is dropped, so nothing secret slips in.

start_logging("info")
structlog.get_logger(__name__).info("worker_started", role="worker")
"""

from __future__ import annotations

import logging
import sys
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

# Ids, names, times, sizes, outcomes. Never content, headers, queries or addresses of callers.
# fmt: off
ALLOWED_FIELDS = frozenset({
    "activation", "activation_id", "attempt", "attempts", "backlog", "bytes", "channel", "code", "completion_tokens",
    "component", "count", "deadline_ms", "delay_seconds", "dropped", "duration_ms", "elapsed_seconds", "endpoint",
    "endpoints", "environment", "error", "event", "field", "generation", "held", "held_ms", "in_flight", "key_id",
    "level", "limit", "listen", "logger", "method", "model", "models", "namespace", "outcome", "overhead_us", "phase",
    "port", "problem", "prompt_tokens", "public_id", "reason", "replica", "request_id", "resource_version",
    "revision", "role", "roles", "route", "rows", "seconds", "shard", "signal", "state", "status", "stream", "tenant",
    "tenant_id", "timestamp", "trace", "ttft_ms", "version",
})
# fmt: on


def allow_listed(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """The event without fields that nobody allowed."""
    return {name: value for name, value in event.items() if name in ALLOWED_FIELDS}


def without_messages(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """An exception as its type and the places it passed; its text may quote a caller or a password."""
    raised = event.pop("exc_info", None)
    if not raised:
        return event
    error = raised if isinstance(raised, BaseException) else sys.exc_info()[1]
    if error is not None:
        event["error"] = type(error).__name__
        event["trace"] = _places(error)
    return event


def _places(error: BaseException) -> list[str]:
    places = []
    step = error.__traceback__
    while step is not None:
        places.append(f"{step.tb_frame.f_globals.get('__name__', '?')}:{step.tb_lineno}")
        step = step.tb_next
    return places


def start_logging(level: str, *, stream: TextIO | None = None) -> None:
    """Set up structlog and the standard library alike, on standard error: standard output belongs to commands."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                without_messages,
                allow_listed,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
