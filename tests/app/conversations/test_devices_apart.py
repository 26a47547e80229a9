"""Two devices do anything offline, in any order, over connections that break: nothing lost or doubled, one order."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.app.conversations.devices import Device, begin, fresh, mutation, push, said
from tests.app.people import Control, Person

pytestmark = [pytest.mark.stores, pytest.mark.timeout(180)]

type Deed = Literal["begin", "say", "rename", "pin", "delete", "send", "lose", "double", "pull"]
DEEDS: Sequence[Deed] = ("begin", "say", "say", "say", "rename", "pin", "delete", "send", "lose", "double", "pull")
EXAMPLES = 15
MOST_DEEDS = 25


@dataclass(frozen=True, slots=True)
class Step:
    """`which` of the two devices does something; `choice` picks a conversation, or how much of the outbox goes out."""

    which: int
    deed: Deed
    choice: int


STEPS = st.lists(st.builds(Step, st.integers(0, 1), st.sampled_from(DEEDS), st.integers(0, 9)), max_size=MOST_DEEDS)


class Offline(Device):
    """A device with an outbox: what was not acknowledged is sent again, in its order."""

    def __init__(self, person: Person, name: str) -> None:
        super().__init__(person)
        self.name = name
        self.outbox: list[dict[str, Any]] = []
        self.begun: list[str] = []
        self.deleted: set[str] = set()
        self.spoken: dict[str, str] = {}
        """Text -> conversation."""
        self._last: dict[str, str] = {}

    async def do(self, step: Step) -> None:
        if step.deed == "pull":
            await self.pull(limit=1 + step.choice)
        elif step.deed in {"send", "lose", "double"}:
            await self.send(1 + step.choice, step.deed)
        elif step.deed == "begin":
            self.begun.append(fresh())
            self.outbox.append(mutation("create", self.begun[-1], title=self.name))
        elif self.known():
            self._edit(step.deed, self.known()[step.choice % len(self.known())])

    def known(self) -> list[str]:
        """Conversations that this device shows."""
        pulled = [key for key, row in self.rows.items() if "conversation_id" not in row]
        return [key for key in dict.fromkeys([*pulled, *self.begun]) if key not in self.deleted]

    def _edit(self, deed: Deed, conversation: str) -> None:
        if deed == "say":
            message, text = fresh(), f"{self.name} {len(self.spoken)}"
            self.spoken[text] = conversation
            fields: dict[str, Any] = {
                "conversation_id": conversation,
                "parent_id": self._last.get(conversation),
                "parts": said(text),
            }
            self._last[conversation] = message
            self.outbox.append(mutation("message", message, **fields))
        elif deed == "delete":
            self.deleted.add(conversation)
            self.outbox.append(mutation("delete", conversation))
        else:
            fields = {"title": f"{self.name} {fresh()}"} if deed == "rename" else {"pinned": True}
            self.outbox.append(mutation(deed, conversation, self.rows.get(conversation, {}).get("rev"), **fields))

    async def send(self, count: int, how: Deed = "send") -> None:
        """`lose`: it arrives and its answer does not. `double`: it arrives twice at the same moment."""
        part = self.outbox[:count]
        if not part:
            return
        answers = await asyncio.gather(*(push(self.person, *part) for _ in range(2 if how == "double" else 1)))
        assert answers[0] == answers[-1]
        if how != "lose":
            del self.outbox[:count]


@given(steps=STEPS)
@example(steps=[Step(0, "say", 0), Step(1, "say", 0), Step(1, "lose", 9), Step(0, "delete", 0), Step(0, "send", 9)])
@example(steps=[Step(0, "begin", 0), Step(0, "say", 1), Step(0, "lose", 0), Step(1, "pull", 0), Step(1, "say", 1)])
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_two_devices_that_were_apart_end_with_the_same(control: Control, steps: list[Step]) -> None:
    control.clock.advance(60)  # what one person may ask in a minute is never used up
    ada = await control.person(f"{fresh()}@example.org")
    first = await begin(ada)
    phone, desk = Offline(ada, "phone"), Offline(ada, "desk")
    for device in (phone, desk):
        await device.pull()
    for step in steps:
        await (phone, desk)[step.which].do(step)
    await asyncio.gather(*(device.send(len(device.outbox)) for device in (phone, desk)))
    newcomer = Offline(ada, "newcomer")
    for device in (phone, desk, newcomer):
        await device.pull(limit=3)
    assert phone.rows == desk.rows == newcomer.rows
    gone = phone.deleted | desk.deleted
    spoken = phone.spoken | desk.spoken
    for conversation in {first, *phone.begun, *desk.begun}:
        kept = [] if conversation in gone else [text for text, where in spoken.items() if where == conversation]
        shown = [device.texts(conversation) for device in (phone, desk, newcomer)]
        assert Counter(shown[0]) == Counter(kept), conversation
        assert shown[0] == shown[1] == shown[2]
        for device in (phone, desk):  # everybody's own words stay in their own order
            own = [text for text in shown[0] if text.startswith(device.name)]
            assert own == sorted(own, key=lambda text: int(text.split()[1]))
