"""An answer as it grows, and what a reader has not seen of it yet. Pure.

    answer.take(Delta("text", "Hello"))
    events, seen = news(answer, seen)          # everything that is new, deltas joined; nothing twice
    answer.replay(entry)                       # the same in another process, from what `news` said there

Places are counted in characters of text and of reasoning, so that any copy of an answer (memory, Redis, PostgreSQL) can
go on from where a reader stands. An event's id is such a place: clients give it back without reading it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from freehold_app.kit.sse import Event

type Kind = Literal["text", "reasoning"]
_PLACE = re.compile(r"(\d{1,12})\.(\d{1,12})")


@dataclass(frozen=True, slots=True)
class Delta:
    """What the Model wrote next."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Activation:
    """How far the Model is that must wake first. `progress` 0 to 1, `eta_seconds` until it is ready."""

    phase: str
    progress: float | None = None
    eta_seconds: int | None = None

    def data(self) -> dict[str, Any]:
        return {"phase": self.phase, "progress": self.progress, "eta_s": self.eta_seconds}


@dataclass(frozen=True, slots=True)
class Usage:
    """What it took; the members of `messages.usage`."""

    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """How far a reader is."""

    text: int = 0
    reasoning: int = 0
    activations: int = 0
    usage: bool = False

    @property
    def place(self) -> str:
        return f"{self.text}.{self.reasoning}"


def read_place(place: str) -> Seen | None:
    """Where a client stands; none where the text is no place."""
    if not place:
        return Seen()
    found = _PLACE.fullmatch(place)
    return Seen(int(found[1]), int(found[2])) if found else None


class Grown:
    """Text that grows at its end and is read from any place, without copying what came before."""

    __slots__ = ("_pieces", "_starts", "length")

    def __init__(self, text: str = "") -> None:
        self._pieces: list[str] = []
        self._starts: list[int] = []
        self.length = 0
        self.add(text)

    def add(self, text: str) -> None:
        if text:
            self._starts.append(self.length)
            self._pieces.append(text)
            self.length += len(text)

    def since(self, place: int) -> str:
        if place >= self.length:
            return ""
        first = bisect_right(self._starts, place) - 1
        return "".join([self._pieces[first][place - self._starts[first] :], *self._pieces[first + 1 :]])

    def __str__(self) -> str:
        return "".join(self._pieces)


@dataclass(slots=True)
class Answer:
    """Everything that readers are told. `end` is the last event; nothing follows it."""

    text: Grown = field(default_factory=Grown)
    reasoning: Grown = field(default_factory=Grown)
    activation: Activation | None = None
    activations: int = 0
    usage: Mapping[str, Any] | None = None
    end: Event | None = None

    def take(self, heard: Delta | Activation | Usage) -> None:
        if isinstance(heard, Delta):
            (self.text if heard.kind == "text" else self.reasoning).add(heard.text)
        elif isinstance(heard, Activation):
            self.activation = heard
            self.activations += 1
        else:
            self.usage = heard.data

    def parts(self) -> list[dict[str, Any]]:
        """As a message keeps it."""
        both: Sequence[tuple[Kind, Grown]] = (("reasoning", self.reasoning), ("text", self.text))
        return [{"type": kind, "text": str(grown)} for kind, grown in both if grown.length]

    def extend(self, parts: Sequence[Mapping[str, Any]]) -> None:
        """What a message has kept so far, where that is more than is known."""
        for part in parts:
            grown = self.text if part["type"] == "text" else self.reasoning
            grown.add(part["text"][grown.length :])

    def replay(self, name: str, data: Any, place: str | None) -> None:
        """What another process's `news` said. What is known already, or would leave a gap, is passed over."""
        if name == "delta":
            self._replay_delta(data["kind"], data["text"], read_place(place or "") or Seen())
        elif name == "activation":
            self.take(Activation(data["phase"], data["progress"], data["eta_s"]))
        elif name == "usage":
            self.usage = data
        else:
            self.end = Event(name, data, place)

    def _replay_delta(self, kind: Kind, text: str, after: Seen) -> None:
        grown, end = (self.text, after.text) if kind == "text" else (self.reasoning, after.reasoning)
        known = grown.length - (end - len(text))
        if 0 <= known < len(text):
            grown.add(text[known:])


def news(answer: Answer, seen: Seen) -> tuple[list[Event], Seen]:
    """What `seen` lacks, oldest first, and how far its reader is then."""
    events: list[Event] = []
    if answer.activation is not None and answer.activations > seen.activations and not answer.text.length:
        events.append(Event("activation", answer.activation.data(), seen.place))
    seen = replace(seen, activations=answer.activations)
    reasoning, text = answer.reasoning.since(seen.reasoning), answer.text.since(seen.text)
    if reasoning:
        seen = replace(seen, reasoning=answer.reasoning.length)
        events.append(Event("delta", {"kind": "reasoning", "text": reasoning}, seen.place))
    if text:
        seen = replace(seen, text=answer.text.length)
        events.append(Event("delta", {"kind": "text", "text": text}, seen.place))
    if answer.usage is not None and not seen.usage:
        seen = replace(seen, usage=True)
        events.append(Event("usage", dict(answer.usage), seen.place))
    if answer.end is not None:
        events.append(replace(answer.end, id=seen.place))
    return events, seen
