"""Ids and bodies as a client makes them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from freehold_app.control import API
from freehold_app.kit.clock import SystemClock
from freehold_app.kit.ids import new_id
from tests.app.people import Person

CLOCK = SystemClock()
CONVERSATIONS = f"{API}/conversations"
PUSH, PULL = f"{API}/sync/push", f"{API}/sync/pull"
_last = [0]


def fresh() -> str:
    """A UUID version 7 above all before it: a test's own order must not hang on two ids of one millisecond."""
    made = new_id(CLOCK)
    _last[0] = max(_last[0] + 1, made.int >> 80)
    return str(UUID(int=_last[0] << 80 | made.int & ((1 << 80) - 1)))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def said(text: str) -> list[dict[str, str]]:
    return [{"type": "text", "text": text}]


async def begin(person: Person, **fields: Any) -> str:
    """A new conversation's id."""
    conversation = fresh()
    answer = await person.post(CONVERSATIONS, {"id": conversation, **fields})
    assert answer.status_code == 201, answer.text
    return conversation


async def say(person: Person, conversation: str, text: str, parent: str | None = None) -> str:
    message = fresh()
    body = {"id": message, "parent_id": parent, "parts": said(text)}
    answer = await person.post(f"{CONVERSATIONS}/{conversation}/messages", body)
    assert answer.status_code == 201, answer.text
    return message


def mutation(kind: str, target: str, base: int | None = None, **fields: Any) -> dict[str, Any]:
    return {"op_id": fresh(), "kind": kind, "id": target, "base_rev": base, "fields": fields}


async def push(person: Person, *mutations: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await person.post(PUSH, {"mutations": list(mutations)})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


async def pull(person: Person, cursor: str = "0", **parameters: Any) -> dict[str, Any]:
    answer = await person.get(PULL, params={"cursor": cursor, **parameters})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


class Device:
    """A browser's store, kept up to date as `frontend/src/lib/offline/sync.ts` does."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.cursor = "0"
        self.rows: dict[str, dict[str, Any]] = {}

    async def pull(self, limit: int = 500) -> None:
        more = True
        while more:
            page = await self.page(limit)
            for item in page["items"]:
                self.rows[item["row"]["id"]] = item["row"]
            for grave in page["tombstones"]:
                gone = [key for key, row in self.rows.items() if row.get("conversation_id", key) == grave["id"]]
                for key in gone:
                    del self.rows[key]
            self.cursor, more = page["next_cursor"], page["more"]

    async def page(self, limit: int) -> dict[str, Any]:
        return await pull(self.person, self.cursor, limit=limit)

    def texts(self, conversation: str) -> list[str]:
        """What was said, in the order in which it is shown."""
        found = [row for row in self.rows.values() if row.get("conversation_id") == conversation]
        return ["".join(part["text"] for part in row["parts"]) for row in sorted(found, key=lambda row: row["id"])]
