"""A turn that this process writes, and those who read along."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from freehold_app.conversations.turns.answer import Activation, Answer, Delta, Seen, Usage, news
from freehold_app.conversations.turns.ending import EndState
from freehold_app.conversations.turns.repository import TurnRow
from freehold_app.conversations.writing import Owner
from freehold_app.kit.sse import Event

JOIN_SECONDS = 0.04  # one event per 40 ms is smooth to the eye and spares everything behind it
LAST = frozenset({"done", "error"})


class LiveTurn:
    """Readers wait for what they have not seen; however many and slow, they hold nobody up."""

    def __init__(self, turn: TurnRow, owner: Owner) -> None:
        self.turn = turn
        self.owner = owner
        self.answer = Answer()
        self.stopping: EndState | None = None
        self.relayed = Seen()
        self.hearing: asyncio.Task[str | None] | None = None
        self._changed = asyncio.Event()

    @property
    def size(self) -> int:
        return self.answer.text.length + self.answer.reasoning.length

    def take(self, heard: Delta | Activation | Usage) -> None:
        self.answer.take(heard)
        self._tell()

    def end(self, event: Event) -> None:
        self.answer.end = event
        self._tell()

    def stop(self, state: EndState) -> None:
        """Leave off; the first to say why is right."""
        self.stopping = self.stopping or state
        if self.hearing is not None:
            self.hearing.cancel()

    async def beyond(self, seen: Seen) -> tuple[list[Event], Seen]:
        """What a reader lacks, as soon as there is some."""
        while True:
            changed = self._changed
            events, further = news(self.answer, seen)
            if events:
                return events, further
            seen = further
            await changed.wait()

    async def follow(self, seen: Seen) -> AsyncIterator[Event]:
        """To the last event, what comes within JOIN_SECONDS joined."""
        while True:
            events, seen = await self.beyond(seen)
            for event in events:
                yield event
            if events[-1].name in LAST:
                return
            await asyncio.sleep(JOIN_SECONDS)

    def _tell(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
