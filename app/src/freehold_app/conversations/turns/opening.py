"""The beginning of a turn, in one transaction: question and empty answer are there before the Model is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from freehold_app.conversations import repository as conversations
from freehold_app.conversations import service
from freehold_app.conversations.errors import IdTakenError
from freehold_app.conversations.repository import ConversationRow, MessageRow
from freehold_app.conversations.turns import repository
from freehold_app.conversations.turns.chat import request
from freehold_app.conversations.turns.repository import TurnRow
from freehold_app.conversations.turns.schemas import TurnIn
from freehold_app.conversations.writing import Head
from freehold_app.kit.errors import InvalidRequestError
from freehold_app.platform.postgres import TenantSession

MILLISECONDS = 80  # bits below the time in a UUID version 7


@dataclass(frozen=True, slots=True)
class Opened:
    """`body` is what the gateway is sent; none where the turn was there before."""

    turn: TurnRow
    body: bytes | None


async def open_turn(
    session: TenantSession,
    head: Head,
    conversation_id: UUID,
    given: TurnIn,
    fresh_id: UUID,
    process: str,
    now: datetime,
) -> Opened:
    """The turn, or the one that is there under its id; IdTakenError where that is another's.

    `fresh_id` is for the answer where the client made none.
    """
    found = await repository.turn(session, given.id)
    if found is not None:
        if found.owner_id != head.owner.user_id or found.conversation_id != conversation_id:
            raise IdTakenError
        return Opened(found, None)
    conversation = await service.find_to_change(session, head.owner, conversation_id)
    question = await _question(session, head, conversation, given, now)
    turn = TurnRow(
        id=given.id,
        conversation_id=conversation_id,
        owner_id=head.owner.user_id,
        message_id=question.id,
        answer_id=given.answer_id or after(question.id, fresh_id),
        model=given.model,
        state="running",
        stale=False,
        created_at=now,
    )
    await _write(session, head, turn, process)
    path = await repository.path(session, question.id)
    params = dict(conversation.params) | (given.params.model_dump(exclude_none=True) if given.params else {})
    return Opened(turn, request(given.model, path, params))


def after(earlier: UUID, fresh: UUID) -> UUID:
    """`fresh`, moved behind `earlier`, which a client with a fast clock may have made: ids tell what was said first."""
    milliseconds = max(fresh.int >> MILLISECONDS, (earlier.int >> MILLISECONDS) + 1)
    return UUID(int=milliseconds << MILLISECONDS | fresh.int & ((1 << MILLISECONDS) - 1))


async def _question(
    session: TenantSession, head: Head, conversation: ConversationRow, given: TurnIn, now: datetime
) -> MessageRow:
    if given.message is not None:
        if given.parent_id is not None:
            raise InvalidRequestError.at("/parent_id", "belongs to a turn without message", fix="Leave it out.")
        if given.message.role != "user":
            raise InvalidRequestError.at("/message/role", "must be user", fix="Ask as user.")
        row, _ = await service.say(session, head, conversation, given.message, now)
        return row
    if given.parent_id is None:
        raise InvalidRequestError.at("/message", "is missing", fix="Send a message, or the question's id as parent_id.")
    asked = await conversations.message(session, given.parent_id)
    if asked is None or asked.conversation_id != conversation.id or asked.role != "user":
        raise InvalidRequestError.at(
            "/parent_id", "is no question of this conversation", fix="Name a message of yours that is there."
        )
    return asked


async def _write(session: TenantSession, head: Head, turn: TurnRow, process: str) -> None:
    answer = MessageRow(
        id=turn.answer_id,
        conversation_id=turn.conversation_id,
        owner_id=turn.owner_id,
        parent_id=turn.message_id,
        role="assistant",
        parts=(),
        status="streaming",
        model=turn.model,
        usage=None,
        error=None,
        rating=None,
        rev=head.next(),
        deleted_at=None,
        created_at=turn.created_at,
    )
    tenant_id = head.owner.tenant_id
    if not await conversations.insert_message(session, tenant_id, answer):
        raise IdTakenError
    if not await repository.insert(session, tenant_id, turn, process):
        raise IdTakenError
    conversation = await service.find(session, head.owner, turn.conversation_id)
    fields = {"model": turn.model, "last_message_at": turn.created_at}
    await service.change(session, head, conversation, fields, turn.created_at)
