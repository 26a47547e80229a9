"""When the probes turn red."""

from freehold_operator.health import Health


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_before_work_begins_nothing_is_wrong() -> None:
    clock = Clock()
    health = Health(clock)
    clock.now = 1e6
    assert health.problems() == []
    assert health.loop_is_fresh()


def test_a_loop_that_stops_turning_is_told_after_twenty_seconds() -> None:
    clock = Clock()
    health = Health(clock)
    health.beat()
    clock.now = 20
    assert health.problems() == []
    clock.now = 21
    assert health.problems() == ["the working loop does not turn"]
    health.beat()
    assert health.problems() == []


def test_each_silent_watch_is_named_after_two_minutes() -> None:
    clock = Clock()
    health = Health(clock)
    for resource in ("pods", "models"):
        health.expect(resource)
    clock.now = 100
    health.heard("models")
    health.heard("a list of something else")
    clock.now = 121
    assert health.problems() == ["no word from the watch on pods"]
    assert set(health.watch_ages()) == {"pods", "models"}
