"""What may happen to conversations and messages, for single requests, devices that come back, and turns alike.

Every function that changes something is given the `Head` of its person and checks before it writes, so that a refused
mutation leaves nothing behind in a transaction that goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from freehold_app.conversations import repository
from freehold_app.conversations.content import title_of
from freehold_app.conversations.errors import DeletedError, IdTakenError, ImmutableError
from freehold_app.conversations.repository import ConversationRow, MessageRow
from freehold_app.conversations.schemas import MessageIn
from freehold_app.conversations.writing import Head, Owner
from freehold_app.kit.errors import InvalidRequestError, NotFoundError
from freehold_app.platform.postgres import TenantSession


async def find(session: TenantSession, owner: Owner, conversation_id: UUID) -> ConversationRow:
    """NotFoundError for what is deleted or not this person's."""
    row = await repository.conversation(session, conversation_id)
    if row is None or row.owner_id != owner.user_id or row.deleted_at is not None:
        raise NotFoundError("there is no such conversation", fix="Read your conversations again.")
    return row


async def find_to_change(session: TenantSession, owner: Owner, conversation_id: UUID) -> ConversationRow:
    """As `find`, but DeletedError for a tombstone: a device may not know yet."""
    row = await repository.conversation(session, conversation_id)
    if row is not None and row.owner_id == owner.user_id and row.deleted_at is not None:
        raise DeletedError
    return await find(session, owner, conversation_id)


async def find_message(session: TenantSession, owner: Owner, message_id: UUID) -> MessageRow:
    row = await repository.message(session, message_id)
    if row is None or row.owner_id != owner.user_id or row.deleted_at is not None:
        raise NotFoundError("there is no such message", fix="Read the conversation again.")
    return row


async def upsert(
    session: TenantSession, head: Head, conversation_id: UUID, fields: Mapping[str, Any], now: datetime
) -> tuple[ConversationRow, bool]:
    """The conversation, and whether it is new. IdTakenError where the id is somebody else's."""
    found = await repository.conversation(session, conversation_id)
    if found is None:
        fresh = replace(_empty(conversation_id, head.owner, now), **fields, rev=head.next())
        if not await repository.insert_conversation(session, head.owner.tenant_id, fresh):
            raise IdTakenError
        return fresh, True
    if found.owner_id != head.owner.user_id:
        raise IdTakenError
    if found.deleted_at is not None:
        raise DeletedError
    return await change(session, head, found, fields, now), False


async def change(
    session: TenantSession, head: Head, row: ConversationRow, fields: Mapping[str, Any], now: datetime
) -> ConversationRow:
    """Nothing is written where nothing differs."""
    changed = replace(row, **fields)
    if changed == row:
        return row
    changed = replace(changed, rev=head.next(), updated_at=now)
    await repository.update_conversation(session, changed)
    return changed


async def delete(session: TenantSession, head: Head, conversation_id: UUID, now: datetime) -> None:
    """A tombstone is final, and leaving it twice is no fault."""
    row = await repository.conversation(session, conversation_id)
    if row is None or row.owner_id != head.owner.user_id:
        raise NotFoundError("there is no such conversation", fix="Read your conversations again.")
    if row.deleted_at is None:
        await repository.bury(session, conversation_id, head.next(), now)


async def say(
    session: TenantSession, head: Head, conversation: ConversationRow, given: MessageIn, now: datetime
) -> tuple[MessageRow, bool]:
    """The message, and whether it is new: the same one again is no fault, another one under its id is."""
    found = await repository.message(session, given.id)
    if found is not None:
        return _same(found, head.owner, conversation, given), False
    await _check_parent(session, conversation, given.parent_id)
    row = MessageRow(
        id=given.id,
        conversation_id=conversation.id,
        owner_id=head.owner.user_id,
        parent_id=given.parent_id,
        role=given.role,
        parts=given.stored_parts(),
        status="complete",
        model=None,
        usage=None,
        error=None,
        rating=None,
        rev=head.next(),
        deleted_at=None,
        created_at=now,
    )
    if not await repository.insert_message(session, head.owner.tenant_id, row):
        raise IdTakenError
    title = conversation.title or (title_of(row.parts) if given.role == "user" else "")
    await change(session, head, conversation, {"title": title, "last_message_at": now}, now)
    return row, True


async def rate(session: TenantSession, head: Head, message_id: UUID, rating: int | None, now: datetime) -> MessageRow:
    row = await find_message(session, head.owner, message_id)
    if row.rating == rating:
        return row
    rated = replace(row, rating=rating, rev=head.next())
    await repository.rate(session, message_id, rating, rated.rev, now)
    return rated


def _empty(conversation_id: UUID, owner: Owner, now: datetime) -> ConversationRow:
    return ConversationRow(
        id=conversation_id,
        owner_id=owner.user_id,
        title="",
        folder=None,
        model=None,
        params={},
        pinned=False,
        archived=False,
        last_message_at=now,
        rev=0,
        deleted_at=None,
        created_at=now,
        updated_at=now,
    )


def _same(found: MessageRow, owner: Owner, conversation: ConversationRow, given: MessageIn) -> MessageRow:
    if found.owner_id != owner.user_id or found.conversation_id != conversation.id or found.deleted_at is not None:
        raise IdTakenError
    said = (found.role, found.parent_id, list(found.parts))
    if said != (given.role, given.parent_id, given.stored_parts()):
        raise ImmutableError
    return found


async def _check_parent(session: TenantSession, conversation: ConversationRow, parent_id: UUID | None) -> None:
    parent = None if parent_id is None else await repository.message(session, parent_id)
    if parent_id is not None and (parent is None or parent.conversation_id != conversation.id):
        raise InvalidRequestError.at(
            "/parent_id", "there is no such message in this conversation", fix="Send the parent first."
        )
