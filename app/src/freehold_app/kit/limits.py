"""How often something may happen: GCRA, the leaky bucket that needs one number per subject. Pure.

limit = Limit(5, per_seconds=900)            # five at once, then one every three minutes
verdict = decide(limit, stored, now)         # verdict.wait_seconds == 0: allowed, store verdict.stored
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

MAX_SUBJECTS = 50_000


@dataclass(frozen=True, slots=True)
class Limit:
    """`count` in a burst, refilled evenly over `per_seconds`."""

    count: int
    per_seconds: float

    @property
    def interval(self) -> float:
        return self.per_seconds / self.count


@dataclass(frozen=True, slots=True)
class Verdict:
    """Seconds until it would be allowed (0: it is), and the subject's new number."""

    wait_seconds: float
    stored: float


def decide(limit: Limit, stored: float | None, now: float) -> Verdict:
    """`stored` is the theoretical arrival time kept for the subject (ITU-T I.371), in seconds like `now`."""
    arrival = max(stored if stored is not None else now, now)
    allowed_at = arrival - (limit.per_seconds - limit.interval)
    if now < allowed_at:
        return Verdict(allowed_at - now, arrival)
    return Verdict(0.0, arrival + limit.interval)


class Limiter(Protocol):
    async def take(self, subject: str, limit: Limit) -> float:
        """Seconds to wait; 0: allowed and counted."""


class LocalBuckets:
    """Limits of this process alone."""

    def __init__(self) -> None:
        self._arrivals: OrderedDict[str, float] = OrderedDict()

    def take(self, subject: str, limit: Limit, now: float) -> float:
        verdict = decide(limit, self._arrivals.get(subject), now)
        self._arrivals[subject] = verdict.stored
        self._arrivals.move_to_end(subject)
        if len(self._arrivals) > MAX_SUBJECTS:
            self._arrivals.popitem(last=False)
        return verdict.wait_seconds
