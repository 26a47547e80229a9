"""Ids of version 7: they sort by time and tell it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import RFC_4122

from freehold_app.kit.ids import new_id, time_of
from tests.app.conftest import FakeClock


def test_an_id_is_a_uuid_of_version_7() -> None:
    made = new_id(FakeClock())
    assert (made.version, made.variant) == (7, RFC_4122)


def test_an_id_tells_its_millisecond() -> None:
    clock = FakeClock()
    clock.at = datetime(2026, 11, 24, 10, 0, 0, 123456, tzinfo=UTC)
    assert time_of(new_id(clock)) == datetime(2026, 11, 24, 10, 0, 0, 123000, tzinfo=UTC)


def test_later_ids_sort_later() -> None:
    clock = FakeClock()
    first = new_id(clock)
    clock.advance(0.001)
    assert new_id(clock) > first


def test_ids_of_one_millisecond_differ() -> None:
    clock = FakeClock()
    assert len({new_id(clock) for _ in range(1000)}) == 1000
