"""An answer reads the same from every place, whichever copy of it a reader meets."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freehold_app.conversations.turns.answer import Activation, Answer, Delta, Grown, Seen, Usage, news, read_place
from freehold_app.kit.sse import Event

DELTAS = st.lists(st.builds(Delta, st.sampled_from(["text", "reasoning"]), st.text(min_size=1)))


def told(events: list[Event], kind: str = "text") -> str:
    return "".join(event.data["text"] for event in events if event.name == "delta" and event.data["kind"] == kind)


@given(st.lists(st.text()), st.integers(0, 50))
def test_text_is_read_from_any_place(pieces: list[str], place: int) -> None:
    grown, whole = Grown(), "".join(pieces)
    for piece in pieces:
        grown.add(piece)
    assert (grown.length, str(grown), grown.since(place)) == (len(whole), whole, whole[place:])


@given(DELTAS, st.data())
def test_a_reader_who_comes_and_goes_reads_all_once(deltas: list[Delta], data: st.DataObject) -> None:
    answer, seen, events = Answer(), Seen(), list[Event]()
    for delta in deltas:
        answer.take(delta)
        if data.draw(st.booleans()):
            new, seen = news(answer, seen)
            events += new
        if data.draw(st.booleans()) and events:  # a broken connection: only the last event's id is left
            seen = read_place(events[-1].id or "") or Seen()
    new, _ = news(answer, seen)
    for kind, grown in (("text", answer.text), ("reasoning", answer.reasoning)):
        assert told(events + new, kind) == str(grown)


@given(DELTAS, st.data())
def test_a_copy_made_of_repeated_news_and_saved_text_is_the_same(deltas: list[Delta], data: st.DataObject) -> None:
    answer, copy, seen, journal = Answer(), Answer(), Seen(), list[Event]()
    for delta in deltas:
        answer.take(delta)
        new, seen = news(answer, seen)
        journal += new
        if data.draw(st.booleans()):
            copy.extend(answer.parts())
        for event in journal[data.draw(st.integers(0, len(journal))) :]:
            copy.replay(event.name, event.data, event.id)
    for event in journal:
        copy.replay(event.name, event.data, event.id)
    assert copy.parts() == answer.parts()


def test_an_entry_after_a_gap_is_passed_over() -> None:
    copy = Answer()
    copy.replay("delta", {"kind": "text", "text": "later"}, "100.0")
    assert copy.parts() == []


def test_the_last_activation_is_told_until_the_model_speaks() -> None:
    answer = Answer()
    answer.take(Activation("Pulling", 0.1, 40))
    answer.take(Activation("Loading", 0.5, 12))
    events, seen = news(answer, Seen())
    assert [(event.name, event.data) for event in events] == [
        ("activation", {"phase": "Loading", "progress": 0.5, "eta_s": 12})
    ]
    assert news(answer, seen)[0] == []
    answer.take(Delta("text", "Hi"))
    assert [event.name for event in news(answer, Seen())[0]] == ["delta"]


def test_usage_and_end_come_last_and_again_for_those_who_come_back() -> None:
    answer = Answer()
    answer.take(Delta("text", "Hi"))
    answer.take(Usage({"completion_tokens": 1}))
    answer.end = Event("done", {"status": "complete"})
    for seen, names in ((Seen(), ["delta", "usage", "done"]), (Seen(text=2), ["usage", "done"])):
        events, _ = news(answer, seen)
        assert [event.name for event in events] == names
        assert {event.id for event in events[-2:]} == {"2.0"}


@pytest.mark.parametrize(
    ("place", "seen"), [("", Seen()), ("12.3", Seen(12, 3)), ("x", None), ("1", None), ("-1.0", None), ("1.0.0", None)]
)
def test_a_place_is_two_numbers(place: str, seen: Any) -> None:
    assert read_place(place) == seen
