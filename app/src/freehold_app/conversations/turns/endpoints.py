"""/api/v1/conversations/{id}/turns and /api/v1/turns."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query

from freehold_app.auth.access import TenantMember
from freehold_app.conversations.turns.answer import Seen, read_place
from freehold_app.conversations.turns.schemas import Turn, TurnIn
from freehold_app.conversations.turns.service import Turns
from freehold_app.conversations.writing import owner_of
from freehold_app.kit.errors import InvalidRequestError
from freehold_app.kit.given import given
from freehold_app.kit.routing import RestRoute
from freehold_app.kit.sse import EventStream

Service = Annotated[Turns, Depends(given(Turns))]

begin_router = APIRouter(prefix="/conversations/{conversation_id}/turns", tags=["turns"], route_class=RestRoute)
router = APIRouter(prefix="/turns", tags=["turns"], route_class=RestRoute)


@begin_router.post("", response_class=EventStream)
async def begin_turn(conversation_id: UUID, asked: TurnIn, principal: TenantMember, turns: Service) -> EventStream:
    """Ask a Model and watch its answer come, as server-sent events.

    `activation` `{phase, progress, eta_s}` while the Model wakes; `delta` `{kind, text}` with `kind` `text` or
    `reasoning`; `usage`; at last `done` `{status, finish_reason, answer_id}` or `error`, a problem document's members.
    The answer goes on without you: come back by `GET /turns/{id}/events?after=<the last event's id>`, or send this
    again.
    """
    events = await turns.ask(owner_of(principal), conversation_id, asked)
    return turns.streams.open(principal.user_id, events, until=principal.expires_at)


@router.get("/{turn_id}")
async def show_turn(turn_id: UUID, principal: TenantMember, turns: Service) -> Turn:
    """How a turn stands."""
    return Turn.model_validate(await turns.find(owner_of(principal), turn_id))


@router.get("/{turn_id}/events", response_class=EventStream)
async def follow_turn(
    turn_id: UUID,
    principal: TenantMember,
    turns: Service,
    after: Annotated[str, Query(max_length=64, description="The last event's id; empty: from the beginning.")] = "",
    last_event_id: Annotated[str | None, Header(max_length=64)] = None,
) -> EventStream:
    """Read on where the connection broke, on any replica, to the same end."""
    events = await turns.follow(owner_of(principal), turn_id, _seen(after or last_event_id or ""))
    return turns.streams.open(principal.user_id, events, until=principal.expires_at)


@router.post("/{turn_id}/cancel")
async def cancel_turn(turn_id: UUID, principal: TenantMember, turns: Service) -> Turn:
    """Stop an answer; what was written stays. One that has ended stays as it is."""
    return Turn.model_validate(await turns.stop(owner_of(principal), turn_id))


def _seen(place: str) -> Seen:
    found = read_place(place)
    if found is None:
        raise InvalidRequestError.at("/query/after", "is no event's id", fix="Send the id of the last event, or none.")
    return found
