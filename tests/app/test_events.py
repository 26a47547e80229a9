"""The packed form of a usage event, which gateway and worker of different releases share."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from freehold_app.events import EventFormatError, UsageEvent, pack, unpack
from tests.app.samples import usage_event


def test_an_event_comes_back_as_it_was() -> None:
    event = usage_event(ttft_ms=None, error="upstream_error")
    assert unpack(pack(event)) == event


def test_its_time_is_the_time_in_its_id() -> None:
    example_of_rfc_9562 = UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    assert usage_event(request_id=example_of_rfc_9562).ts == datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)


def test_a_field_that_a_newer_release_adds_is_skipped() -> None:
    newer = [*msgspec.msgpack.decode(pack(usage_event())), "something new"]
    assert unpack(msgspec.msgpack.encode(newer)) == usage_event()


def test_fields_that_an_older_release_lacks_have_defaults() -> None:
    older = msgspec.msgpack.decode(pack(usage_event(stream=True)))[:-3]
    assert unpack(msgspec.msgpack.encode(older)).stream is False


@pytest.mark.parametrize("data", [b"", b"\xff", msgspec.msgpack.encode([1, 2]), msgspec.msgpack.encode("text")])
def test_other_bytes_are_no_event(data: bytes) -> None:
    with pytest.raises(EventFormatError):
        unpack(data)


def test_an_event_has_no_place_for_content() -> None:
    words = {"prompt", "content", "messages", "body", "input", "output", "text"}
    assert not words & set(UsageEvent.__struct_fields__)
