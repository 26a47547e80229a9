"""How fast the operator may write, in virtual time."""

import pytest

from freehold_operator.kube.limiter import WriteLimiter


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


def limiter(time: Time, rate: float = 100, burst: float = 200) -> WriteLimiter:
    return WriteLimiter(rate, burst, clock=time, sleep=time.sleep)


async def test_a_burst_is_free_and_then_the_rate_holds() -> None:
    time = Time()
    limit = limiter(time)
    for _ in range(200):
        await limit.acquire()
    assert time.now == 0
    for _ in range(100):
        await limit.acquire()
    assert time.now == pytest.approx(1, rel=0.02)


async def test_retry_after_is_obeyed() -> None:
    time = Time()
    limit = limiter(time)
    limit.failed(7)
    await limit.acquire()
    assert time.now >= 7


async def test_after_an_outage_it_starts_slowly_and_doubles() -> None:
    time = Time()
    limit = limiter(time)
    limit.failed(0)
    limit.succeeded()
    rates = []
    for _ in range(6):
        rates.append(limit.rate())
        time.now += 10
    assert rates == [10, 20, 40, 80, 100, 100]


async def test_no_more_than_twenty_calls_in_the_first_second_after_an_outage() -> None:
    time = Time()
    limit = limiter(time)
    limit.failed(0)
    limit.succeeded()
    sent = 0
    while time.now <= 1:
        await limit.acquire()
        sent += 1
    assert 10 <= sent <= 22


async def test_success_without_an_outage_changes_nothing() -> None:
    time = Time()
    limit = limiter(time)
    limit.succeeded()
    assert limit.rate() == 100
