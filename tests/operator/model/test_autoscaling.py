"""The arithmetic of replicas, played through in virtual time: rounds of five seconds, as the operator makes them."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freehold_operator.model import autoscaling
from freehold_operator.model.autoscaling import (
    Bounds,
    Decision,
    Demand,
    Gateways,
    Growth,
    History,
    Sample,
    Window,
    share_quota,
)

ROUND = 5.0


class Play:
    """One Model under a load: `held` and `inflight` are functions of the time in seconds."""

    def __init__(self, *, current: int = 0, target: int = 4, least: int = 0, most: int = 10, delay: float = 60) -> None:
        self.bounds = Bounds(target=target, least=least, most=most, delay_seconds=delay)
        self.window = Window()
        self.now = 1000.0
        self.history = History(started_at=self.now)
        self.current = current
        self.ready = current
        self.busy = 0.0
        self.seen: list[int] = []
        self.last: Decision | None = None

    def run(
        self,
        seconds: float,
        load: int,
        *,
        held: int = 0,
        gateways: Gateways | None = None,
        speaks: bool = True,
        becomes_ready: bool = True,
    ) -> list[int]:
        """So many seconds of one load; returns the replicas after each round."""
        after = []
        for _ in range(int(seconds / ROUND)):
            self.now += ROUND
            self.busy += (load + held) * ROUND
            if speaks:
                self.window.add("g", Sample(self.now, "e", load, held, 0.0, self.busy))
            self.last = autoscaling.decide(
                self.window.demand(self.now),
                self.bounds,
                self.history,
                gateways or Gateways(),
                current=self.current,
                ready=self.ready,
                now=self.now,
            )
            self.current = self.last.want
            self.ready = self.current if becomes_ready else self.ready
            after.append(self.current)
        self.seen += after
        return after


def test_burst_0_to_10x() -> None:
    play = Play(current=1)
    play.run(120, 2)
    assert play.run(ROUND, 40) == [10], "asked on the first read that shows it"


def test_a_held_call_at_zero_asks_for_a_pod_at_once() -> None:
    play = Play(current=0)
    assert play.run(ROUND, 0, held=1) == [1]


def test_no_flap_on_step() -> None:
    """A load between two steps settles on one number and stays."""
    play = Play(current=1)
    play.run(300, 9)
    assert set(play.seen[12:]) == {3}


def test_a_load_that_swings_faster_than_the_delay_never_shrinks() -> None:
    play = Play(current=3, delay=300)
    for _ in range(8):
        play.run(30, 12)
        play.run(30, 2)
    assert min(play.seen) >= 3
    assert max(play.seen) <= 4


def test_down_again_after_the_delay_and_not_before() -> None:
    play = Play(current=1, delay=60, least=1)
    play.run(120, 16)
    assert play.current == 4
    assert play.run(60, 0)[-1] == 4, "within the delay the highest level counts"
    assert play.run(120, 0)[-1] == 1


def test_a_quiet_model_goes_to_zero_after_its_delay() -> None:
    play = Play(current=1, delay=60)
    play.run(60, 1)
    after = play.run(200, 0)
    assert after[-1] == 0
    assert after.index(0) * ROUND >= 55


def test_zero_needs_a_pod_that_was_ready() -> None:
    play = Play(current=1, delay=10)
    play.ready = 0
    assert play.run(600, 0, becomes_ready=False)[-1] == 1, "a slow start is not scaled down"
    play.ready = 1
    assert play.run(60, 0)[-1] == 0


def test_zero_waits_at_least_a_minute_however_short_the_delay() -> None:
    play = Play(current=0, delay=0)
    play.run(ROUND, 0, held=1)
    after = play.run(120, 0)
    assert after.index(0) * ROUND >= 50


def test_one_call_in_flight_keeps_the_last_pod() -> None:
    play = Play(current=1, delay=10)
    assert set(play.run(600, 1)) == {1}


def test_pods_that_are_starting_count_as_capacity() -> None:
    play = Play(current=1)
    play.run(60, 4)
    play.run(ROUND, 16, becomes_ready=False)
    asked = play.current
    assert set(play.run(60, 16, becomes_ready=False)) == {asked}


def test_silent_gateway_never_scales_down() -> None:
    play = Play(current=1, delay=30, least=1)
    play.run(120, 16)
    silent = Gateways(all_answered=False, all_fresh=False, any_fresh=True)
    assert set(play.run(600, 0, gateways=silent)) == {4}
    assert play.run(ROUND, 40, gateways=silent) == [10], "up goes on"


def test_all_gateways_silent_freezes_and_says_so() -> None:
    play = Play(current=3)
    silent = Gateways(all_answered=False, all_fresh=False, any_fresh=False)
    assert set(play.run(300, 0, gateways=silent, speaks=False)) == {3}
    assert play.last
    assert play.last.reason == "DemandUnknown"


def test_no_gateway_for_long_counts_as_no_demand() -> None:
    play = Play(current=2, delay=60)
    play.run(60, 2)
    gone = Gateways(all_answered=False, all_fresh=False, any_fresh=False, gone=True)
    assert play.run(300, 0, gateways=gone, speaks=False)[-1] == 0


def test_a_new_leader_shrinks_nothing_for_one_delay() -> None:
    play = Play(current=5, delay=120, least=1)
    assert set(play.run(115, 0)) == {5}
    assert play.run(120, 0)[-1] == 1


def test_the_floor_and_the_ceiling_hold_and_the_ceiling_is_told() -> None:
    play = Play(current=1, least=2, most=3)
    assert play.run(ROUND, 0) == [2]
    assert play.run(60, 100)[-1] == 3
    assert play.last
    assert play.last.reason == "AtMaximum"
    assert "maxReplicas is 3" in play.last.message


def test_a_full_load_on_the_only_pod_of_a_model_without_room_is_at_maximum() -> None:
    play = Play(current=1, most=1)
    play.run(60, 30)
    assert play.last
    assert play.last.reason == "AtMaximum"


class TestWindow:
    def test_the_mean_is_exact_between_two_reads(self) -> None:
        window = Window()
        window.add("g", Sample(0, "e", 0, 0, 0, 0))
        window.add("g", Sample(15, "e", 9, 0, 0, 30))
        assert window.demand(15).mean_short == 2

    def test_replicas_are_summed_and_a_gone_one_no_longer(self) -> None:
        window = Window()
        for replica in ("a", "b"):
            window.add(replica, Sample(0, "e", 2, 1, 7, 0))
        assert (window.demand(1).now, window.demand(1).held, window.demand(1).oldest_held_seconds) == (6, 2, 7)
        window.keep(["a"])
        assert window.demand(1).now == 3

    def test_a_silent_replica_counts_for_fifteen_seconds(self) -> None:
        window = Window()
        window.add("a", Sample(0, "e", 2))
        assert window.demand(15).now == 2
        assert window.demand(15.1).now == 0

    def test_a_restarted_gateway_starts_over_instead_of_going_negative(self) -> None:
        window = Window()
        window.add("a", Sample(0, "one", 0, 0, 0, 500))
        window.add("a", Sample(5, "two", 1, 0, 0, 3))
        assert window.demand(5).mean_short == 1

    def test_a_model_left_out_of_a_report_is_idle(self) -> None:
        window = Window()
        window.add("a", Sample(0, "e", 4, 0, 0, 100))
        for at in (15.0, 30.0):
            window.idle("a", "e", at)
        assert window.demand(30) == Demand()
        window.idle("a", "other", 35)
        assert window.demand(35) == Demand()

    @given(st.lists(st.tuples(st.floats(0.1, 30), st.integers(0, 50)), max_size=60))
    def test_memory_stays_bounded_and_means_stay_within_what_was_seen(self, steps: list[tuple[float, int]]) -> None:
        window, now, busy = Window(), 0.0, 0.0
        for gap, load in steps:
            now += gap
            busy += load * gap
            window.add("a", Sample(now, "e", load, 0, 0, busy))
            demand = window.demand(now)
            assert 0 <= demand.mean_short <= max(load for _, load in steps) + 1e-6
        assert all(len(samples) <= 61 / 0.1 for samples in window._samples.values())


REQUEST = {"requests.cpu": 1.0, "pods": 1.0}


def growth(key: str, want: int, waiting: float = 0.0, current: int = 0) -> Growth:
    return Growth(key, current, want, waiting, REQUEST)


def test_quota_shared_fairly() -> None:
    shared = share_quota([growth("a", 5), growth("b", 5)], {"requests.cpu": 4.0, "pods": 10.0})
    assert shared == {"a": 2, "b": 2}


def test_the_longest_held_call_is_served_first() -> None:
    shared = share_quota([growth("a", 2), growth("b", 2, waiting=9.0)], {"requests.cpu": 1.0})
    assert shared == {"a": 0, "b": 1}


def test_the_scarcest_resource_decides_and_unlimited_ones_do_not() -> None:
    assert share_quota([growth("a", 9)], {"requests.cpu": 100.0, "pods": 3.0}) == {"a": 3}
    assert share_quota([growth("a", 9)], {"limits.memory": 0.0}) == {"a": 9}


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 12), st.floats(0, 100)), max_size=6), st.floats(0, 20))
def test_no_more_than_the_rest_is_ever_given(models: list[tuple[int, int, float]], rest: float) -> None:
    growths = [growth(str(n), want, waiting, current) for n, (current, want, waiting) in enumerate(models)]
    shared = share_quota(growths, {"requests.cpu": rest})
    assert sum(shared[item.key] - item.current for item in growths) <= rest
    for item in growths:
        assert item.current <= shared[item.key] <= max(item.want, item.current)


decide: Callable[..., Any] = autoscaling.decide


@given(
    st.integers(0, 20), st.integers(0, 200), st.integers(0, 50), st.integers(0, 3), st.integers(3, 12), st.booleans()
)
def test_the_answer_is_always_within_the_bounds(
    current: int, inflight: int, held: int, least: int, most: int, fresh: bool
) -> None:
    demand = Demand(inflight + held, held, float(inflight), float(inflight))
    answer = decide(
        demand,
        Bounds(4, least, most, 60),
        History(started_at=0),
        Gateways(all_answered=fresh, all_fresh=fresh),
        current=current,
        ready=current,
        now=1000.0,
    )
    assert least <= answer.want <= most


def test_a_shrinking_ceiling_applies_at_once() -> None:
    with pytest.raises(AssertionError):
        assert Play(current=9, most=9).run(ROUND, 30)[-1] == 3
    assert Play(current=9, most=3).run(ROUND, 30)[-1] == 3


def test_calls_that_are_over_do_not_wake_a_model_that_was_put_to_sleep_by_hand() -> None:
    play = Play(current=1)
    play.run(30, load=2)
    play.current = play.ready = 0
    assert set(play.run(60, load=0)) == {0}
    assert play.run(10, load=0, held=1)[0] == 1
