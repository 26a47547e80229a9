"""Limits: never more than the burst and the refill, and the wait that is told is enough."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freehold_app.kit.limits import Limit, LocalBuckets, decide
from freehold_app.platform.limiter import RedisLimiter
from freehold_app.platform.redis import connect
from freehold_app.settings import RedisSettings
from tests.app.conftest import FakeClock

FIVE = Limit(5, 900)


def test_a_burst_passes_and_the_next_one_waits() -> None:
    buckets = LocalBuckets()
    assert [buckets.take("a", FIVE, 0.0) for _ in range(5)] == [0.0] * 5
    assert buckets.take("a", FIVE, 0.0) == pytest.approx(180)
    assert buckets.take("b", FIVE, 0.0) == 0


@given(st.lists(st.floats(0, 200, allow_nan=False), min_size=1, max_size=60))
def test_no_window_admits_more_than_burst_and_refill(gaps: list[float]) -> None:
    stored, now, admitted = None, 0.0, []
    for gap in gaps:
        now += gap
        verdict = decide(FIVE, stored, now)
        stored = verdict.stored
        if verdict.wait_seconds == 0:
            admitted.append(now)
    for index, first in enumerate(admitted):
        within = [moment for moment in admitted[index:] if moment - first < FIVE.per_seconds - 1e-6]
        assert len(within) <= 2 * FIVE.count


@given(st.integers(0, 20))
def test_the_wait_that_is_told_is_enough(tries: int) -> None:
    stored = None
    for _ in range(tries):
        stored = decide(FIVE, stored, 0.0).stored
    wait = decide(FIVE, stored, 0.0).wait_seconds
    assert decide(FIVE, stored, wait + 1e-6).wait_seconds == 0


@pytest.mark.stores
async def test_replicas_share_a_limit(valkey: str, clock: FakeClock) -> None:
    redis = connect(RedisSettings.model_validate({"url": valkey}), deadline_seconds=5)
    replicas = [RedisLimiter(redis, clock) for _ in range(3)]
    waits = [await replica.take("a", FIVE) for _ in range(3) for replica in replicas]
    assert waits[:5] == [0.0] * 5
    assert all(170 < wait <= 180 for wait in waits[5:])
    await redis.aclose()


@pytest.mark.stores
async def test_without_redis_each_replica_limits_by_itself(clock: FakeClock) -> None:
    nowhere = connect(RedisSettings.model_validate({"url": "redis://127.0.0.1:9"}))
    limiter = RedisLimiter(nowhere, clock)
    assert [await limiter.take("a", FIVE) > 0 for _ in range(6)] == [False] * 5 + [True]
    await nowhere.aclose()
