"""How a turn ends, and what its readers are told then. Pure but for `give_up`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from freehold_app.conversations.turns import repository
from freehold_app.conversations.writing import Owner, writing
from freehold_app.kit.sse import Event
from freehold_app.platform.postgres import TenantSession

type EndState = Literal["done", "stopped", "interrupted", "failed"]

STATUS: Mapping[str, str] = {
    "done": "complete",
    "stopped": "stopped",
    "interrupted": "interrupted",
    "failed": "failed",
}
INTERRUPTED: Mapping[str, Any] = {
    "code": "interrupted",
    "status": 503,
    "title": "The answer was interrupted.",
    "detail": "The process that wrote it has ended. What it wrote is kept.",
    "blame": "platform",
    "retry_after": 1,
    "fix": "Ask again.",
}
INTERNAL: Mapping[str, Any] = {
    "code": "internal",
    "status": 500,
    "title": "Something failed inside Freehold.",
    "blame": "platform",
    "fix": "Ask again.",
}
UNSAVED: Mapping[str, Any] = {
    "code": "database_unavailable",
    "status": 503,
    "title": "The answer could not be saved.",
    "blame": "platform",
    "retry_after": 5,
    "fix": "Copy what you need, and ask again.",
}


@dataclass(frozen=True, slots=True)
class Ending:
    """`problem` where there is no whole answer, `reason` the Model's own word for why it stopped."""

    state: EndState
    problem: Mapping[str, Any] | None = None
    reason: str | None = None


def end_event(state: str, answer_id: UUID, problem: Mapping[str, Any] | None, reason: str | None = None) -> Event:
    """The last event of a stream."""
    if state in {"done", "stopped"}:
        return Event("done", {"status": STATUS[state], "finish_reason": reason, "answer_id": str(answer_id)})
    told = INTERRUPTED if state == "interrupted" else problem or INTERNAL
    return Event("error", {name: value for name, value in told.items() if value is not None})


async def give_up(session: TenantSession, owner: Owner, turn_id: UUID) -> bool:
    """End a turn whose process is gone, keeping what it saved; false where it lives or has ended."""
    async with writing(session, owner) as head:
        answer_id = await repository.interrupt(session, turn_id)
        if answer_id is not None:
            await repository.interrupt_message(session, answer_id, head.next())
    return answer_id is not None
