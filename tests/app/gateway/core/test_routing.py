"""Endpoint choice, breakers and the retry budget, with a scripted chance and no clock."""

from __future__ import annotations

import random

from freehold_app.gateway.core.catalog import Endpoint
from freehold_app.gateway.core.routing import LeastLoad, RetryBudget

A, B, C = (Endpoint("10.0.0.1", port) for port in (1, 2, 3))


def balancer(seed: int = 1) -> LeastLoad:
    return LeastLoad(random.Random(seed).random)


def settled(load: LeastLoad, *endpoints: Endpoint) -> None:
    for endpoint in endpoints:
        load.state(endpoint, 0.0)


def test_of_two_the_one_with_less_in_flight_is_taken() -> None:
    load = balancer()
    settled(load, A, B)
    load.state(A, 0.0).started()
    assert {load.pick((A, B), 100.0, ()) for _ in range(20)} == {B}


def test_of_two_the_quicker_is_taken() -> None:
    load = balancer()
    settled(load, A, B)
    for _ in range(20):
        load.state(A, 0.0).succeeded(500.0, 1.0)
        load.state(B, 0.0).succeeded(5.0, 1.0)
    assert load.pick((A, B), 100.0, ()) == B


def test_a_new_endpoint_ramps_up() -> None:
    load = balancer()
    old, new = load.state(A, 0.0), load.state(B, 100.0)
    assert new.cost(100.0) > old.cost(100.0)
    assert new.cost(110.0) == old.cost(110.0)


def test_load_spreads_evenly_over_equal_endpoints() -> None:
    load = balancer()
    settled(load, A, B, C)
    for _ in range(300):
        endpoint = load.pick((A, B, C), 100.0, ())
        assert endpoint is not None
        load.state(endpoint, 100.0).started()
    counts = [load.state(endpoint, 100.0).in_flight for endpoint in (A, B, C)]
    assert max(counts) / (sum(counts) / 3) <= 1.25


def test_one_already_tried_is_taken_only_when_alone() -> None:
    load = balancer()
    assert {load.pick((A, B), 1.0, {A}) for _ in range(20)} == {B}
    assert load.pick((A,), 1.0, {A}) == A
    assert load.pick((), 1.0, ()) is None


def test_five_failures_open_the_breaker_and_one_probe_closes_it() -> None:
    load = balancer()
    state = load.state(A, 0.0)
    assert [state.broke(1.0, lambda: 0.5) for _ in range(5)] == [False, False, False, False, True]
    assert state.ejected(1.5)
    assert {load.pick((A, B), 1.5, ()) for _ in range(20)} == {B}
    assert not state.ejected(2.1)
    state.started()
    assert state.ejected(2.1), "one probe at a time"
    state.succeeded(5.0, 2.2)
    assert not state.ejected(2.2)


def test_a_failed_probe_doubles_the_time_out() -> None:
    state = balancer().state(A, 0.0)
    for _ in range(5):
        state.broke(1.0, lambda: 0.5)
    state.started()
    assert state.broke(3.0, lambda: 0.5)
    assert state.open_until == 3.0 + 2.0


def test_half_of_twenty_failing_in_ten_seconds_opens_too() -> None:
    state = balancer().state(A, 0.0)
    opened = []
    for _ in range(10):
        opened.append(state.broke(1.0, lambda: 0.5))
        state.succeeded(5.0, 1.0)
    assert not any(opened)
    assert state.broke(1.0, lambda: 0.5)


def test_at_most_half_are_out() -> None:
    load = balancer()
    settled(load, A, B, C)
    for endpoint, at in ((A, 1.0), (B, 1.2)):
        for _ in range(5):
            load.state(endpoint, 0.0).broke(at, lambda: 0.5)
    assert {load.pick((A, B, C), 1.5, ()) for _ in range(50)} == {A, C}


def test_retries_are_a_tenth_of_requests_and_three_a_second() -> None:
    budget = RetryBudget()
    for _ in range(100):
        budget.note(5.0)
    assert sum(budget.take(5.0) for _ in range(100)) == 40
    assert not budget.take(14.0)
    assert sum(budget.take(16.0) for _ in range(100)) == 30


def test_gone_endpoints_are_forgotten_once_idle() -> None:
    load = balancer()
    load.state(A, 0.0).started()
    load.forget({B})
    assert load.state(A, 0.0).in_flight == 1
    load.state(A, 0.0).ended()
    load.forget({B})
    assert load.state(A, 0.0).in_flight == 0
