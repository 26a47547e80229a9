"""A day in 96 letters, and the time that waking takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from freehold_app.catalog.lifeline import DAY, LETTERS, SLOTS, activation_seconds, lifeline
from freehold_crds import ModelPhase

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def test_every_phase_has_a_letter() -> None:
    assert {phase.value for phase in ModelPhase} == set(LETTERS)


def test_a_day_that_nobody_saw_is_unknown() -> None:
    assert lifeline([], [], NOW) == "-" * SLOTS


def test_the_state_before_the_day_goes_on_into_it() -> None:
    assert lifeline([(NOW - 2 * DAY, "Idle")], [], NOW) == "A" * SLOTS


def test_changes_fall_into_their_slots() -> None:
    changes = [(ago(60), "Idle"), (ago(45), "Loading"), (ago(30), "Ready"), (ago(15), "Suspended")]
    assert lifeline(changes, [], NOW) == "-" * 92 + "AWRS"


def test_what_lasted_longest_names_the_slot() -> None:
    assert lifeline([(ago(15), "Loading"), (ago(14), "Ready")], [], NOW)[-1] == "R"


def test_a_failure_is_never_swallowed() -> None:
    changes = [(ago(120), "Ready"), (ago(10), "Failed"), (ago(9), "Ready")]
    assert lifeline(changes, [], NOW)[-2:] == "RF"


def test_a_deleted_model_leaves_a_gap() -> None:
    assert lifeline([(ago(45), "Ready"), (ago(30), "Deleted"), (ago(15), "Ready")], [], NOW)[-3:] == "R-R"


def test_new_revisions_are_marked_by_their_slots() -> None:
    marks = [NOW - 2 * DAY, ago(20), ago(18), ago(1)]
    assert lifeline([(ago(30), "Ready")], marks, NOW).partition("|")[2] == "94,95"


moments = st.integers(0, 60 * 24 * 3).map(ago)


@given(st.lists(st.tuples(moments, st.sampled_from([*LETTERS, "Deleted", "New"])), max_size=30))
def test_it_is_always_96_letters_of_the_alphabet(changes: list[tuple[datetime, str]]) -> None:
    line = lifeline(sorted(changes), [at for at, _ in changes], NOW)
    letters, _, marks = line.partition("|")
    assert len(letters) == SLOTS
    assert set(letters) <= {*LETTERS.values(), "-"}
    assert all(0 <= int(mark) < SLOTS for mark in marks.split(",") if mark)


def seconds(*steps: tuple[int, str]) -> float | None:
    return activation_seconds([(NOW + timedelta(seconds=at), phase) for at, phase in steps])


def test_waking_is_from_asleep_to_ready() -> None:
    assert seconds((0, "Idle"), (10, "Pending"), (12, "Loading"), (35, "Ready")) == 25


def test_the_usual_time_is_the_median_of_the_last_ten() -> None:
    steps = [(0, "Idle")]
    for number, lasts in enumerate([1000] * 5 + list(range(10))):
        begin = (number + 1) * 10_000
        steps += [(begin, "Loading"), (begin + lasts, "Ready"), (begin + lasts + 1, "Idle")]
    assert seconds(*steps) == 4.5


def test_a_first_start_or_a_failed_one_tells_nothing() -> None:
    assert seconds((0, "Pending"), (5, "Loading"), (300, "Ready")) is None
    assert seconds((0, "Idle"), (5, "Loading"), (9, "Failed"), (300, "Ready")) is None
    assert seconds((0, "Ready"), (5, "Loading"), (9, "Ready")) is None
    assert activation_seconds([]) is None
