"""Keeps the operator from flooding an API server, above all one that has just come back."""

import asyncio
import time
from collections.abc import Awaitable, Callable

ROUNDING = 1e-6  # a token that is missing by less would be waited for in ever smaller steps
RECOVERY_RATE = 10.0  # writes per second right after an outage
RECOVERY_SECONDS = 10.0  # the rate doubles after each of these until the ordinary one is reached


class WriteLimiter:
    """Token bucket for writes: `rate` per second, `burst` at once, halted after failures."""

    def __init__(
        self,
        rate: float = 100,
        burst: float = 200,
        clock: Callable[[], float] = time.monotonic,  # a fake in tests
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,  # a fake in tests
    ) -> None:
        self._full_rate = rate
        self._burst = burst
        self._tokens = burst
        self._clock = clock
        self._sleep = sleep
        self._filled_at = clock()
        self._not_before = 0.0
        self._recovering_since: float | None = None
        self._down = False

    async def acquire(self) -> None:
        """Wait until one more write may be sent."""
        while (pause := self._pause_seconds()) > 0:
            await self._sleep(pause)
        self._tokens -= 1

    def failed(self, retry_after_seconds: float) -> None:
        """Note a 429, a 5xx or silence: obey the server's pause and start slowly afterwards."""
        self._down = True
        self._not_before = max(self._not_before, self._clock() + retry_after_seconds)

    def succeeded(self) -> None:
        """Note an accepted write; the first after an outage begins the slow start."""
        if self._down:
            self._down = False
            self._recovering_since = self._clock()
            self._tokens = min(self._tokens, RECOVERY_RATE)

    def rate(self) -> float:
        """Writes per second allowed now."""
        if self._recovering_since is None:
            return self._full_rate
        steps = (self._clock() - self._recovering_since) // RECOVERY_SECONDS
        rate = RECOVERY_RATE * 2**steps
        if rate >= self._full_rate:
            self._recovering_since = None
        return min(rate, self._full_rate)

    def _pause_seconds(self) -> float:
        now, rate = self._clock(), self.rate()
        self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * rate)
        self._filled_at = now
        if now < self._not_before:
            return self._not_before - now
        missing = 1 - self._tokens
        return missing / rate if missing > ROUNDING else 0.0
