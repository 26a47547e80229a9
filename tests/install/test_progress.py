"""A person who watches `make up` sees life; a log is not flooded."""

from __future__ import annotations

import threading

import pytest

from install.progress import Console, Step, clipped, line, spell


class Clock:
    """Seconds that only the test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Screen:
    """What was written."""

    def __init__(self) -> None:
        self.text = ""

    def __call__(self, text: str) -> None:
        self.text += text

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (119, "119 s"), (125.2, "2 min 05 s")]
)
def test_durations_read_as_a_person_says_them(seconds: float, said: str) -> None:
    assert spell(seconds) == said


def test_a_line_holds_number_name_result_and_seconds() -> None:
    assert line(1, 7, "cluster", "localkube", 3.0) == "1/7 cluster    localkube  3.0 s"


def test_a_long_or_dirty_line_becomes_one_printable_line() -> None:
    assert clipped("a\x1b[31m\n b", 50) == "a [31m b"
    assert clipped("x" * 20, 10) == "x" * 9 + "…"


def test_the_closed_line_of_a_step_tells_its_result_and_is_remembered() -> None:
    clock, screen = Clock(), Screen()
    console = Console(screen, terminal=False, steps=2, clock=clock)
    with console.step("images") as step:
        clock.now += 12
        step.result("3 images")
    assert screen.lines[-1] == "1/2 images     3 images  12 s"
    assert console.seconds == {"images": 12}


def test_a_failing_step_says_failed_and_the_error_goes_on() -> None:
    screen = Screen()
    console = Console(screen, terminal=False, steps=1, clock=Clock())
    with pytest.raises(ValueError, match="boom"), console.step("load"):
        raise ValueError("boom")
    assert screen.lines[-1].startswith("1/1 load       failed")


def test_a_plain_log_is_never_silent_for_ten_seconds_and_not_flooded_by_notes() -> None:
    clock, screen = Clock(), Screen()
    console = Console(screen, terminal=False, steps=1, clock=clock)
    step = Step(1, "build", clock.now, None, said=clock.now)
    for second in range(60):
        clock.now += 1
        step.note(f"layer {second // 20}")
        console.tick(step)
    assert 6 <= len(screen.lines) <= 9


def test_a_terminal_line_is_rewritten_in_place() -> None:
    clock, screen = Clock(), Screen()
    console = Console(screen, terminal=True, steps=1, clock=clock)
    step = Step(1, "build", clock.now, 320.0, said=clock.now)
    step.note("compiling")
    console.tick(step)
    assert screen.text.startswith("\r\x1b[2K1/1 build")
    assert "(last time 5 min 20 s)" in screen.text
    assert "\n" not in screen.text


def test_work_side_by_side_is_shown_side_by_side() -> None:
    step = Step(1, "build", 0, None)
    step.note("compiling", "servers")
    step.note("app: layer 3", "images")
    assert step.text == "compiling · app: layer 3"
    step.note("", "servers")
    assert step.text == "app: layer 3"


def test_a_running_step_is_kept_alive_by_itself() -> None:
    seen = threading.Event()

    def write(text: str) -> None:
        if "…" in text:
            seen.set()

    with Console(write, terminal=True, steps=1).step("wait"):
        assert seen.wait(5)
