"""Reads a turn that another process writes, or wrote: from Redis as it grows, from PostgreSQL once a second."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import orjson

from freehold_app.conversations.turns import repository
from freehold_app.conversations.turns.answer import Answer, Seen, news
from freehold_app.conversations.turns.ending import end_event, give_up
from freehold_app.conversations.turns.live import LAST
from freehold_app.conversations.turns.repository import TurnRow
from freehold_app.conversations.turns.writer import journal_key
from freehold_app.conversations.writing import Owner
from freehold_app.kit.sse import Event
from freehold_app.platform.errors import PlatformError, RedisUnavailableError
from freehold_app.platform.journal import FIRST, Journal
from freehold_app.platform.postgres import Database

LOOK_SECONDS = 1.0


class Elsewhere:
    """One reader of one turn."""

    def __init__(self, database: Database, journal: Journal | None, owner: Owner, turn: TurnRow) -> None:
        self._database = database
        self._journal = journal
        self._owner = owner
        self._turn = turn
        self._answer = Answer()
        self._after = FIRST

    async def follow(self, seen: Seen) -> AsyncIterator[Event]:
        """To the last event, or to where PostgreSQL is lost: the client comes back."""
        now = asyncio.get_running_loop().time
        look_at = now()
        while True:
            if now() >= look_at:
                look_at = now() + LOOK_SECONDS
                try:
                    await self._look()
                except PlatformError:
                    return
            events, seen = news(self._answer, seen)
            for event in events:
                yield event
            if events and events[-1].name in LAST:
                return
            await self._wait()

    async def _look(self) -> None:
        async with self._database.tenant(self._owner.tenant_id) as session:
            turn = await repository.turn(session, self._turn.id) or self._turn
            if turn.stale and await give_up(session, self._owner, turn.id):
                turn = replace(turn, state="interrupted")
            kept = await repository.kept(session, turn.answer_id)
        self._answer.extend(kept.parts)
        if turn.state != "running":
            self._answer.usage = self._answer.usage or kept.usage
            self._answer.end = self._answer.end or end_event(turn.state, turn.answer_id, kept.error)

    async def _wait(self) -> None:
        """For what the journal says next, at most LOOK_SECONDS."""
        if self._journal is None:
            await asyncio.sleep(LOOK_SECONDS)
            return
        key = journal_key(self._owner, self._turn.id)
        try:
            entries = await self._journal.read(key, self._after, int(LOOK_SECONDS * 1000))
        except RedisUnavailableError:
            await asyncio.sleep(LOOK_SECONDS)
            return
        for entry_id, data in entries:
            self._after = entry_id
            self._answer.replay(*orjson.loads(data))
