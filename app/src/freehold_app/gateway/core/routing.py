"""Which endpoint answers a call, and whether a failed call may try another.

Load and health are this process's own experience: nothing here is shared or stored, it is learnt again after a start.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from freehold_app.gateway.core.catalog import Endpoint

EWMA_ALPHA = 0.2
EWMA_START_MS = 50.0
RAMP_SECONDS = 10.0
FAILURES_IN_A_ROW = 5
WINDOW_SECONDS = 10.0
WINDOW_CALLS = 20
OPEN_SECONDS = 1.0
OPEN_SECONDS_MAX = 30.0
JITTER = 0.2

type Random = Callable[[], float]
"""Uniform in [0, 1): `random.random`, or a script in tests."""


class EndpointState:
    """What this process saw of one endpoint."""

    __slots__ = (
        "added_at",
        "calls",
        "ewma_ms",
        "failed",
        "failures",
        "in_flight",
        "open_seconds",
        "open_until",
        "probing",
        "window_at",
    )

    def __init__(self, now: float) -> None:
        self.in_flight = 0
        self.ewma_ms = EWMA_START_MS
        self.added_at = now
        self.failures = 0
        self.calls = 0
        self.failed = 0
        self.window_at = now
        self.open_until = 0.0
        self.open_seconds = 0.0
        self.probing = False

    def cost(self, now: float) -> float:
        """Expected wait of one more call; a new endpoint ramps up over ten seconds."""
        cost = (self.in_flight + 1) * self.ewma_ms
        age = now - self.added_at
        return cost if age >= RAMP_SECONDS else cost * (1.0 + (RAMP_SECONDS - age) / RAMP_SECONDS)

    def ejected(self, now: float) -> bool:
        """Whether its breaker is open, or half open with the probe under way."""
        return self.open_seconds > 0 and (now < self.open_until or self.probing)

    def started(self) -> None:
        """A call goes to it."""
        self.in_flight += 1
        if self.open_seconds > 0:
            self.probing = True

    def ended(self) -> None:
        """A call has left it, however it went."""
        self.in_flight -= 1

    def succeeded(self, first_byte_ms: float, now: float) -> None:
        """A response head came that speaks for the endpoint's health."""
        self.ewma_ms += EWMA_ALPHA * (first_byte_ms - self.ewma_ms)
        self.failures = 0
        self.open_seconds = 0.0
        self.probing = False
        self._count(now, failed=False)

    def broke(self, now: float, random: Random) -> bool:
        """A call failed in the endpoint's fault; true if that opens its breaker."""
        self.failures += 1
        self._count(now, failed=True)
        many = self.calls >= WINDOW_CALLS and self.failed * 2 >= self.calls
        if not (self.probing or many or self.failures >= FAILURES_IN_A_ROW):
            return False
        self.open_seconds = min(OPEN_SECONDS_MAX, self.open_seconds * 2 or OPEN_SECONDS)
        self.open_until = now + self.open_seconds * (1.0 + JITTER * (2.0 * random() - 1.0))
        self.probing = False
        self.failures = 0
        return True

    def _count(self, now: float, *, failed: bool) -> None:
        if now - self.window_at > WINDOW_SECONDS:
            self.window_at, self.calls, self.failed = now, 0, 0
        self.calls += 1
        self.failed += failed


class LeastLoad:
    """Two endpoints at random, the one with the shorter expected wait."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._states: dict[Endpoint, EndpointState] = {}

    def state(self, endpoint: Endpoint, now: float) -> EndpointState:
        """The endpoint's state, made at first sight."""
        found = self._states.get(endpoint)
        if found is None:
            found = self._states[endpoint] = EndpointState(now)
        return found

    def pick(self, endpoints: Sequence[Endpoint], now: float, tried: Collection[Endpoint]) -> Endpoint | None:
        """An endpoint for one call; those already tried only if there is no other."""
        if len(endpoints) <= 1:
            return endpoints[0] if endpoints else None
        usable = self._in_rotation(endpoints, now)
        fresh = [endpoint for endpoint in usable if endpoint not in tried] if tried else usable
        return self._lighter(fresh or usable, now)

    def forget(self, kept: Collection[Endpoint]) -> None:
        """Drop the states of endpoints that are gone and idle."""
        for endpoint in [key for key, state in self._states.items() if key not in kept and not state.in_flight]:
            del self._states[endpoint]

    def open_breakers(self, now: float) -> int:
        """How many endpoints are out of rotation."""
        return sum(state.ejected(now) for state in self._states.values())

    def _in_rotation(self, endpoints: Sequence[Endpoint], now: float) -> Sequence[Endpoint]:
        """Leave out open breakers, but never more than half: when most fail, the fault is likely not theirs."""
        out = [endpoint for endpoint in endpoints if self.state(endpoint, now).ejected(now)]
        if not out:
            return endpoints
        out.sort(key=lambda endpoint: self.state(endpoint, now).open_until, reverse=True)
        ejected = set(out[: len(endpoints) // 2])
        return [endpoint for endpoint in endpoints if endpoint not in ejected]

    def _lighter(self, endpoints: Sequence[Endpoint], now: float) -> Endpoint:
        if len(endpoints) == 1:
            return endpoints[0]
        first = int(self._random() * len(endpoints))
        second = (first + 1 + int(self._random() * (len(endpoints) - 1))) % len(endpoints)
        a, b = endpoints[first], endpoints[second]
        return a if self.state(a, now).cost(now) <= self.state(b, now).cost(now) else b


RETRY_SHARE = 0.1
RETRY_FLOOR = 3
BUCKETS = 10


@dataclass(slots=True)
class RetryBudget:
    """Retries <= 10 % of the last ten seconds' requests + 3 a second, so that a storm does not feed itself."""

    _second: int = 0
    _requests: list[int] = field(default_factory=lambda: [0] * BUCKETS)
    _retries: list[int] = field(default_factory=lambda: [0] * BUCKETS)

    def note(self, now: float) -> None:
        """One request was admitted."""
        requests, _ = self._at(now)
        requests[self._second % BUCKETS] += 1

    def take(self, now: float) -> bool:
        """Spend one retry if there is one left."""
        requests, retries = self._at(now)
        if sum(retries) >= RETRY_SHARE * sum(requests) + RETRY_FLOOR * BUCKETS:
            return False
        retries[self._second % BUCKETS] += 1
        return True

    def _at(self, now: float) -> tuple[list[int], list[int]]:
        """The buckets with those of passed seconds emptied."""
        second = int(now)
        for passed in range(min(BUCKETS, second - self._second)):
            self._requests[(second - passed) % BUCKETS] = self._retries[(second - passed) % BUCKETS] = 0
        self._second = max(self._second, second)
        return self._requests, self._retries
