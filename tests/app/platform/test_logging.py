"""Logs: one JSON line, listed fields only, exceptions without their text."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from freehold_app.platform.logging import start_logging

CANARY = "canary-4711-of-a-secret"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    root.handlers.clear()
    start_logging("debug", stream=stream)
    yield stream
    root.handlers[:], root.level = before[0], before[1]
    structlog.reset_defaults()


def parsed(lines: io.StringIO) -> dict[str, object]:
    (line,) = lines.getvalue().splitlines()
    loaded: dict[str, object] = json.loads(line)
    return loaded


def test_a_listed_field_is_written(lines: io.StringIO) -> None:
    structlog.get_logger("x").info("served", model="smollm2", status=200)
    written = parsed(lines)
    assert (written["event"], written["model"], written["status"]) == ("served", "smollm2", 200)
    assert written["level"] == "info"


def test_any_other_field_is_dropped(lines: io.StringIO) -> None:
    structlog.get_logger("x").warning("served", authorization=CANARY, prompt=CANARY)
    assert CANARY not in lines.getvalue()
    assert parsed(lines)["event"] == "served"


def test_an_exception_shows_its_type_and_place_and_not_its_text(lines: io.StringIO) -> None:
    try:
        raise RuntimeError(CANARY)
    except RuntimeError:
        structlog.get_logger("x").exception("failed")
    written = parsed(lines)
    assert written["error"] == "RuntimeError"
    assert any("test_logging" in str(place) for place in str(written["trace"]).split(","))
    assert CANARY not in lines.getvalue()


def test_the_standard_library_logs_in_the_same_form(lines: io.StringIO) -> None:
    try:
        raise RuntimeError(CANARY)
    except RuntimeError:
        logging.getLogger("uvicorn.error").exception("it broke")
    assert parsed(lines)["event"] == "it broke"
    assert CANARY not in lines.getvalue()
