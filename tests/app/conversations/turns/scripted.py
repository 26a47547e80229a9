"""A gateway in the test's hand, and a person who chats through one process or several.

Real: PostgreSQL with row-level security, Valkey where a test asks for it. Faked: the gateway.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from freehold_app.control import API
from freehold_app.conversations.schemas import MessageIn
from freehold_app.conversations.turns.answer import Seen, read_place
from freehold_app.conversations.turns.chat import Heard
from freehold_app.conversations.turns.schemas import TurnIn
from freehold_app.conversations.turns.service import Turns
from freehold_app.conversations.turns.writer import WriterDeps
from freehold_app.conversations.writing import Owner
from freehold_app.kit.sse import Event
from freehold_app.platform.journal import Journal
from tests.app.conversations.devices import fresh
from tests.app.people import Control, Person


@dataclass
class ScriptedGateway:
    """Says what a test puts into `says`, an exception is raised, and nothing more comes until it is."""

    says: asyncio.Queue[Heard | Exception] = field(default_factory=asyncio.Queue)
    asked: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    left: int = 0

    def say(self, *heard: Heard | Exception) -> None:
        for each in heard:
            self.says.put_nowait(each)

    async def answer(self, token: str, body: bytes) -> AsyncGenerator[Heard]:
        self.asked.append(orjson.loads(body))
        self.tokens.append(token)
        try:
            while True:
                heard = await self.says.get()
                if isinstance(heard, Exception):
                    raise heard
                yield heard
        finally:
            self.left += 1


def process(control: Control, gateway: ScriptedGateway, journal: Journal | None = None, name: str = "one") -> Turns:
    """The turns of one process."""
    deps = control.deps
    return Turns(
        WriterDeps(
            database=deps.database,
            gateway=gateway,
            token=deps.tokens.internal,
            journal=journal,
            hub=deps.live,
            clock=deps.clock,
            process=name,
            save_seconds=0.02,
        )
    )


def owner_of(person: Person) -> Owner:
    return Owner(person.tenant_id, person.user_id)


def question(text: str = "Why?", **changes: Any) -> TurnIn:
    message = MessageIn.model_validate({"id": fresh(), "parts": [{"type": "text", "text": text}]})
    return TurnIn.model_validate({"id": fresh(), "model": "m", "message": message.model_dump(), **changes})


class Reading:
    """Somebody who reads along."""

    def __init__(self, events: AsyncIterator[Event]) -> None:
        self.events: list[Event] = []
        self.grew = asyncio.Event()
        self.task = asyncio.create_task(self._read(events))

    async def _read(self, events: AsyncIterator[Event]) -> None:
        async for event in events:
            self.events.append(event)
            self.grew.set()

    async def end(self) -> list[Event]:
        async with asyncio.timeout(20):
            await self.task
        return self.events

    async def until(self, text: str) -> None:
        async with asyncio.timeout(20):
            while self.text != text:
                assert self.text == text[: len(self.text)], self.text
                self.grew.clear()
                await self.grew.wait()

    async def leave(self) -> Seen:
        """The connection breaks; where the reader stood."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        return read_place((self.events[-1].id if self.events else None) or "") or Seen()

    @property
    def text(self) -> str:
        return "".join(event.data["text"] for event in self.events if event.name == "delta")

    @property
    def names(self) -> list[str]:
        return [event.name for event in self.events]


async def stored(person: Person, conversation: UUID | str) -> list[dict[str, Any]]:
    """What the conversation holds, oldest first."""
    found = (await person.get(f"{API}/conversations/{conversation}/messages")).json()["items"]
    return list(reversed(found))
