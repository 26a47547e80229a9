"""Work side by side fails as one."""

from __future__ import annotations

import threading

import pytest

from install.errors import CommandError
from install.lanes import run


def test_all_lanes_run_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=5)
    run({"a": lambda _: ignore(both.wait()), "b": lambda _: ignore(both.wait())})
    assert both.n_waiting == 0


def test_the_first_failure_stops_the_others_and_is_told_with_its_lane() -> None:
    stopped: list[bool] = []

    def fails(_: threading.Event) -> None:
        raise CommandError("go ended with 1", "less log")

    def waits(stop: threading.Event) -> None:
        stopped.append(stop.wait(5))

    with pytest.raises(CommandError, match="servers: go ended with 1") as caught:
        run({"servers": fails, "images": waits})
    assert stopped == [True]
    assert caught.value.look == "less log"


def ignore(_: object) -> None:
    return None
