"""The turns of one process: begun, followed, stopped, and let finish when the process goes.

    events = await turns.ask(owner, conversation_id, given)        # AsyncIterator[Event]
    events = await turns.follow(owner, turn_id, seen)
    await turns.stop(owner, turn_id)
    await turns.drain(seconds)

The task that writes an answer belongs to the process: whoever asked may leave and come back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

from freehold_app.conversations.errors import TooManyTurnsError
from freehold_app.conversations.turns import repository
from freehold_app.conversations.turns.answer import Seen
from freehold_app.conversations.turns.elsewhere import Elsewhere
from freehold_app.conversations.turns.ending import give_up
from freehold_app.conversations.turns.live import LiveTurn
from freehold_app.conversations.turns.opening import open_turn
from freehold_app.conversations.turns.repository import TurnRow
from freehold_app.conversations.turns.schemas import TurnIn
from freehold_app.conversations.turns.writer import WriterDeps, write
from freehold_app.conversations.writing import Owner, writing
from freehold_app.kit.errors import NotFoundError
from freehold_app.kit.ids import new_id
from freehold_app.kit.sse import Event, Streams
from freehold_app.live.hub import News

MAX_PER_PERSON = 6
STOP_SECONDS = 2.0
SETTLE_SECONDS = 5.0

type Key = tuple[UUID, UUID]


class Turns:
    def __init__(self, deps: WriterDeps) -> None:
        self._deps = deps
        self._live: dict[Key, LiveTurn] = {}
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        # Apart from the process's other streams: these go on while it drains.
        self.streams = Streams(deps.clock)

    async def ask(self, owner: Owner, conversation_id: UUID, given: TurnIn) -> AsyncIterator[Event]:
        """The answer's events from its beginning, also where the turn was begun before."""
        if (owner.tenant_id, given.id) not in self._live and self._count(owner) >= MAX_PER_PERSON:
            raise TooManyTurnsError
        deps = self._deps
        fresh_id = new_id(deps.clock)
        async with deps.database.tenant(owner.tenant_id) as session, writing(session, owner) as head:
            opened = await open_turn(session, head, conversation_id, given, fresh_id, deps.process, deps.clock.now())
        if opened.body is not None:
            self._begin(owner, opened.turn, opened.body)
            await deps.hub.publish(News("sync", {"rev": head.rev}, tenant_id=owner.tenant_id, user_id=owner.user_id))
        return self._events(owner, opened.turn, Seen())

    async def follow(self, owner: Owner, turn_id: UUID, seen: Seen) -> AsyncIterator[Event]:
        """From where a reader stands; NotFoundError for a turn that is not this person's."""
        return self._events(owner, await self.find(owner, turn_id), seen)

    async def find(self, owner: Owner, turn_id: UUID) -> TurnRow:
        async with self._deps.database.tenant(owner.tenant_id) as session:
            row = await repository.turn(session, turn_id)
            if row is None or row.owner_id != owner.user_id:
                raise NotFoundError("there is no such turn", fix="Read the conversation again.")
            if row.stale and await give_up(session, owner, turn_id):
                return replace(row, state="interrupted", stale=False)
        return row

    async def stop(self, owner: Owner, turn_id: UUID) -> TurnRow:
        """The turn, stopped where this process writes it, else about to be. One that has ended stays as it is."""
        row = await self.find(owner, turn_id)
        if row.state != "running":
            return row
        async with self._deps.database.tenant(owner.tenant_id) as session:
            await repository.cancel(session, turn_id)
        key = (owner.tenant_id, turn_id)
        if key in self._live:
            self._live[key].stop("stopped")
            await asyncio.wait({self._tasks[key]}, timeout=STOP_SECONDS)
        return await self.find(owner, turn_id)

    async def drain(self, seconds: float) -> None:
        """Let answers finish; interrupt what takes longer, keeping what was written."""
        if self._tasks:
            await asyncio.wait(set(self._tasks.values()), timeout=seconds)
        for live in self._live.values():
            live.stop("interrupted")
        if self._tasks:
            await asyncio.wait(set(self._tasks.values()), timeout=SETTLE_SECONDS)

    def _begin(self, owner: Owner, turn: TurnRow, body: bytes) -> None:
        key = (owner.tenant_id, turn.id)
        live = self._live[key] = LiveTurn(turn, owner)
        task = self._tasks[key] = asyncio.create_task(write(self._deps, live, body))
        task.add_done_callback(lambda _: self._forget(key))

    def _forget(self, key: Key) -> None:
        del self._live[key], self._tasks[key]

    def _count(self, owner: Owner) -> int:
        return sum(live.owner == owner for live in self._live.values())

    def _events(self, owner: Owner, turn: TurnRow, seen: Seen) -> AsyncIterator[Event]:
        live = self._live.get((owner.tenant_id, turn.id))
        if live is not None:
            return live.follow(seen)
        return Elsewhere(self._deps.database, self._deps.journal, owner, turn).follow(seen)
