"""A Model's last day in 96 letters, and how long it usually takes to wake: both out of stored changes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

SLOTS = 96
SLOT = timedelta(minutes=15)
DAY = SLOTS * SLOT
SLOT_SECONDS = SLOT.total_seconds()
DAY_SECONDS = DAY.total_seconds()
UNKNOWN = "-"
FAILED = "F"
LETTERS = {
    "Ready": "R",
    "Degraded": "D",
    "Idle": "A",
    "Pending": "W",
    "Loading": "W",
    "Failed": FAILED,
    "Suspended": "S",
}
ASLEEP = frozenset({"Idle", "Suspended", "Deleted"})
AWAKE = frozenset({"Ready", "Degraded"})
WAKINGS = 10

type Change = tuple[datetime, str]
"""When, and the phase from then on."""


def lifeline(changes: Sequence[Change], revisions: Iterable[datetime], now: datetime) -> str:
    """`changes` oldest first, beginning with the one that was in force 24 hours ago where there is one."""
    begin = now - DAY
    slots: list[dict[str, float]] = [{} for _ in range(SLOTS)]
    for (at, phase), (until, _) in pairwise([*changes, (now, "")]):
        _spread(slots, LETTERS.get(phase, UNKNOWN), (at - begin).total_seconds(), (until - begin).total_seconds())
    letters = "".join(map(_letter, slots))
    marks = [str(int((at - begin) / SLOT)) for at in revisions if begin <= at < now]
    return f"{letters}|{','.join(dict.fromkeys(marks))}" if marks else letters


def _spread(slots: Sequence[dict[str, float]], letter: str, since: float, until: float) -> None:
    """Add a span, in seconds from the day's beginning, to the slots that it touches. Floats: this runs for lists."""
    since = max(since, 0.0)
    while since < until and since < DAY_SECONDS:
        slot = int(since // SLOT_SECONDS)
        end = min(until, SLOT_SECONDS * (slot + 1))
        slots[slot][letter] = slots[slot].get(letter, 0.0) + end - since
        since = end


def _letter(lasted: Mapping[str, float]) -> str:
    """What lasted longest in the slot; a failure, however short, is never swallowed."""
    if FAILED in lasted:
        return FAILED
    return max(lasted, key=lasted.__getitem__) if lasted else UNKNOWN


def activation_seconds(changes: Sequence[Change]) -> float | None:
    """The median of the last 10 times from asleep to awake without a failure between; none where there was none."""
    found: list[float] = []
    woken: datetime | None = None
    slept = False
    for at, phase in changes:
        if phase in ASLEEP:
            slept, woken = True, None
        elif phase in AWAKE:
            if slept and woken is not None:
                found.append((at - woken).total_seconds())
            slept, woken = False, None
        elif phase == "Failed":
            slept, woken = False, None
        elif woken is None:
            woken = at
    return median(found[-WAKINGS:]) if found else None
