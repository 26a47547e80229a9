"""Days, points and paces of a report: what was asked, checked and worked out. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from freehold_app.kit.errors import InvalidRequestError
from freehold_app.usage.reports.schemas import MAX_POINTS, Dimension, Grouping

DEFAULT_DAYS = 30
MAX_DAYS = 366
_EARLIEST = date(2000, 1, 1)
_GROUPINGS: Sequence[Grouping] = ("model", "key", "user")


@dataclass(frozen=True, slots=True)
class Days:
    """A range of days in UTC, both ends included."""

    first: date
    last: date

    @property
    def count(self) -> int:
        return (self.last - self.first).days + 1

    def each(self) -> Iterator[date]:
        return (self.first + timedelta(days=number) for number in range(self.count))


def asked_days(first: date | None, last: date | None, now: datetime) -> Days:
    """With what was left out; InvalidRequestError for a range that is turned round, too long or too long ago."""
    last = last or max(now.astimezone(UTC).date(), first or _EARLIEST)
    if last < _EARLIEST:
        raise InvalidRequestError.at("/query/to", f"It must not lie before {_EARLIEST}.", fix="Choose a later day.")
    first = first or last - timedelta(days=DEFAULT_DAYS - 1)
    if first > last:
        raise InvalidRequestError.at("/query/from", "It lies after `to`.", fix="Exchange `from` and `to`.")
    if Days(first, last).count > MAX_DAYS:
        message = f"From `from` to `to` are more than {MAX_DAYS} days."
        raise InvalidRequestError.at("/query/from", message, fix="Ask for fewer days at a time.")
    return Days(first, last)


def grouping(by: Sequence[Dimension]) -> tuple[bool, Grouping | None]:
    """(by day?, by what else?); InvalidRequestError for two groupings at once."""
    found = [name for name in _GROUPINGS if name in by]
    if len(found) > 1 or len(set(by)) < len(by):
        message = "It takes `day`, and one of `model`, `key` and `user`."
        raise InvalidRequestError.at("/query/by", message, fix="Leave one of them out, such as `by=day,model`.")
    return "day" in by, found[0] if found else None


def points_for(days: Days, *, by_day: bool, grouped: bool, wanted: int | None) -> int:
    """How many groups have points of their own, so that with the one for the rest there are at most MAX_POINTS."""
    if not grouped:
        return 1
    fitting = MAX_POINTS // (days.count if by_day else 1) - 1
    return min(fitting, wanted or fitting)


@dataclass(frozen=True, slots=True)
class Month:
    """The month of a day, up to that day, and how much of it has passed."""

    days: Days
    elapsed: float | None
    """Share of the month that has passed; none on its first day, when it says too little, and once it is over."""

    @classmethod
    def up_to(cls, last: date, now: datetime) -> Month:
        now = now.astimezone(UTC)
        first, length = last.replace(day=1), calendar.monthrange(last.year, last.month)[1]
        begun = datetime(first.year, first.month, 1, tzinfo=UTC)
        passed = (now - begun) / timedelta(days=1)
        running = (now.year, now.month) == (last.year, last.month) and last >= now.date() and passed >= 1
        return cls(Days(first, last), passed / length if running else None)

    def at_this_pace(self, so_far: int) -> int | None:
        """What the whole month comes to."""
        return None if self.elapsed is None else round(so_far / self.elapsed)
