"""Leadership in virtual time, over the fake API server: one leader, quick hand-over, exit on doubt."""

import pytest

from freehold_operator import errors
from freehold_operator.kube.kinds import LEASE
from freehold_operator.kube.lease import Lease
from tests.operator.fake_kube import FakeKube

pytestmark = pytest.mark.inproc
NAMESPACE = "freehold-system"


class StopError(Exception):
    """Ends a loop that would go on for ever."""


class Time:
    """A clock that moves when somebody sleeps, and stops the sleeper at a time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.until = 1e9

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.now > self.until:
            raise StopError


def lease(fake: FakeKube, who: str, time: Time) -> Lease:
    return Lease(fake, NAMESPACE, "l", who, now=lambda: f"{time.now}", clock=time, sleep=time.sleep)


def holder(fake: FakeKube) -> str:
    found: str = fake.find(LEASE, "l", NAMESPACE)["spec"]["holderIdentity"]
    return found


async def test_the_first_takes_it_and_the_second_waits() -> None:
    fake, time = FakeKube(), Time()
    await lease(fake, "a", time).acquire()
    assert holder(fake) == "a"
    time.until = time.now + 14
    with pytest.raises(StopError):
        await lease(fake, "b", time).acquire()
    assert holder(fake) == "a"


async def test_a_lease_that_nobody_renews_is_taken_after_its_duration() -> None:
    fake, time = FakeKube(), Time()
    await lease(fake, "a", time).acquire()
    await lease(fake, "b", time).acquire()
    assert holder(fake) == "b"
    assert 15 < time.now <= 18
    assert fake.find(LEASE, "l", NAMESPACE)["spec"]["leaseTransitions"] == 1


async def test_a_renewed_lease_is_not_taken() -> None:
    fake, ours, theirs = FakeKube(), Time(), Time()
    leader = lease(fake, "a", ours)
    await leader.acquire()
    ours.until = 60
    with pytest.raises(StopError):
        await leader.keep(lambda: True)
    writes = len(fake.writes)
    assert writes > 20
    theirs.until = 14
    with pytest.raises(StopError):
        await lease(fake, "b", theirs).acquire()


async def test_released_it_is_free_at_once() -> None:
    fake, time = FakeKube(), Time()
    leader = lease(fake, "a", time)
    await leader.acquire()
    await leader.release()
    await lease(fake, "b", time).acquire()
    assert time.now == 0
    assert holder(fake) == "b"


async def test_somebody_elses_lease_is_not_released() -> None:
    fake, time = FakeKube(), Time()
    await lease(fake, "a", time).acquire()
    await lease(fake, "b", time).release()
    assert holder(fake) == "a"


async def test_lease_lost_exits() -> None:
    """The API server cannot be reached: after the deadline nobody may assume to lead."""
    fake, time = FakeKube(), Time()
    leader = lease(fake, "a", time)
    await leader.acquire()
    fake.refuse = lambda verb, plural, name: errors.UnreachableError("down")
    with pytest.raises(errors.LeaseLostError):
        await leader.keep(lambda: True)
    assert 10 < time.now <= 14


async def test_a_hanging_loop_stops_the_renewal() -> None:
    fake, time = FakeKube(), Time()
    leader = lease(fake, "a", time)
    await leader.acquire()
    with pytest.raises(errors.LeaseLostError):
        await leader.keep(lambda: False)


async def test_a_short_outage_is_survived() -> None:
    fake, time = FakeKube(), Time()
    leader = lease(fake, "a", time)
    await leader.acquire()
    fake.refuse = lambda verb, plural, name: errors.UnreachableError("down") if 4 < time.now < 11 else None
    time.until = 40
    with pytest.raises(StopError):
        await leader.keep(lambda: True)
