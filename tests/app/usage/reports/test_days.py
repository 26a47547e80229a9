"""Ranges, groupings, point budgets and paces."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freehold_app.kit.errors import InvalidRequestError
from freehold_app.usage.reports.days import MAX_DAYS, Days, Month, asked_days, grouping, points_for
from freehold_app.usage.reports.schemas import MAX_POINTS, Dimension

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
TODAY = NOW.date()


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (None, None, Days(date(2026, 10, 26), TODAY)),
        (date(2026, 11, 1), None, Days(date(2026, 11, 1), TODAY)),
        (None, date(2026, 11, 10), Days(date(2026, 10, 12), date(2026, 11, 10))),
        (date(2027, 1, 1), None, Days(date(2027, 1, 1), date(2027, 1, 1))),
    ],
)
def test_what_is_left_out_is_the_last_thirty_days(first: date | None, last: date | None, expected: Days) -> None:
    assert asked_days(first, last, NOW) == expected


@pytest.mark.parametrize(
    ("first", "last", "pointer"),
    [
        (date(2026, 11, 2), date(2026, 11, 1), "/query/from"),
        (date(2025, 11, 1), date(2026, 11, 2), "/query/from"),
        (None, date(1999, 12, 31), "/query/to"),
        (date(1, 1, 1), date(1, 1, 1), "/query/to"),
    ],
)
def test_an_impossible_range_is_refused_with_a_remedy(first: date | None, last: date | None, pointer: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        asked_days(first, last, NOW)
    assert refused.value.fields[0].pointer == pointer
    assert refused.value.fix


def test_each_day_of_a_range_comes_once_in_order() -> None:
    assert list(Days(date(2026, 2, 27), date(2026, 3, 1)).each()) == [
        date(2026, 2, 27),
        date(2026, 2, 28),
        date(2026, 3, 1),
    ]


@pytest.mark.parametrize(
    ("by", "expected"),
    [(["day"], (True, None)), (["model"], (False, "model")), (["key", "day"], (True, "key"))],
)
def test_a_chart_is_by_day_and_by_one_thing_more(by: list[Dimension], expected: tuple[bool, str | None]) -> None:
    assert grouping(by) == expected


@pytest.mark.parametrize("by", [["model", "key"], ["day", "day"], ["user", "user"]])
def test_two_groupings_at_once_are_refused(by: list[Dimension]) -> None:
    with pytest.raises(InvalidRequestError, match="/query/by"):
        grouping(by)


@given(st.integers(1, MAX_DAYS), st.booleans(), st.none() | st.integers(1, 1000))
def test_there_are_never_more_points_than_promised(count: int, by_day: bool, wanted: int | None) -> None:
    days = Days(date.fromordinal(TODAY.toordinal() - count + 1), TODAY)
    own = points_for(days, by_day=by_day, grouped=True, wanted=wanted)
    assert own >= 1
    assert (own + 1) * (count if by_day else 1) <= MAX_POINTS


def test_a_month_at_this_pace_is_what_it_comes_to() -> None:
    month = Month.up_to(TODAY, datetime(2026, 11, 16, 0, 0, tzinfo=UTC))
    assert month.days == Days(date(2026, 11, 1), TODAY)
    assert month.at_this_pace(100) == 200


@pytest.mark.parametrize(
    ("last", "now"),
    [
        (date(2026, 11, 1), datetime(2026, 11, 1, 23, 59, tzinfo=UTC)),
        (date(2026, 10, 31), datetime(2026, 11, 24, tzinfo=UTC)),
        (date(2026, 11, 10), datetime(2026, 11, 24, tzinfo=UTC)),
    ],
)
def test_no_pace_is_told_too_early_or_of_what_is_over(last: date, now: datetime) -> None:
    assert Month.up_to(last, now).at_this_pace(100) is None
