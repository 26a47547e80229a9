"""Limits shared by all replicas through Redis, and local ones while Redis is away: a limit never fails open entirely.

limiter = RedisLimiter(redis, clock)
wait = await limiter.take("login:account:ada@example.org", Limit(5, 900))
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import cast

from redis.exceptions import RedisError

from freehold_app.kit.clock import Clock
from freehold_app.kit.limits import Limit, LocalBuckets
from freehold_app.platform.redis import RedisClient

# The same arithmetic as kit.limits.decide, in microseconds of the server's own clock, so that replicas agree.
_GCRA = """
local now = redis.call('TIME')
now = now[1] * 1000000 + now[2]
local interval, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local arrival = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local allowed = arrival - (window - interval)
if now < allowed then return allowed - now end
redis.call('SET', KEYS[1], string.format('%.0f', arrival + interval), 'PX', math.ceil(window / 1000) + 1000)
return 0
"""
_MICROSECONDS = 1_000_000


class RedisLimiter:
    """`kit.limits.Limiter`. Subjects are hashed by the caller where they are personal."""

    def __init__(self, redis: RedisClient | None, clock: Clock) -> None:
        self._redis = redis
        self._clock = clock
        self._local = LocalBuckets()
        self._script = redis.register_script(_GCRA) if redis is not None else None

    async def take(self, subject: str, limit: Limit) -> float:
        if self._script is None:
            return self._local.take(subject, limit, self._clock.monotonic())
        arguments = [int(limit.interval * _MICROSECONDS), int(limit.per_seconds * _MICROSECONDS)]
        try:
            waiting = await cast("Awaitable[int]", self._script(keys=[f"fh:limit:{subject}"], args=arguments))
        except (RedisError, OSError, TimeoutError):
            return self._local.take(subject, limit, self._clock.monotonic())
        return int(waiting) / _MICROSECONDS
