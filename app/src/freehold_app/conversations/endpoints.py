"""/api/v1/conversations, /api/v1/messages and /api/v1/sync."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from freehold_app.auth.access import Idempotent, Pages, TenantMember, TenantSession
from freehold_app.conversations import repository, service, sync
from freehold_app.conversations.news import Telling
from freehold_app.conversations.schemas import (
    Changes,
    Conversation,
    ConversationChange,
    ConversationIn,
    Message,
    MessageChange,
    MessageIn,
    PushIn,
    PushOut,
)
from freehold_app.conversations.writing import owner_of, writing
from freehold_app.kit.errors import BadFilterError
from freehold_app.kit.etags import IfMatch, require_match, strong_etag, with_etag
from freehold_app.kit.given import RequestClock
from freehold_app.kit.pages import PAGE_PARAMETERS, Page
from freehold_app.kit.routing import RestRoute


def _only_pages(request: Request) -> None:
    """A filter that is not offered must not be ignored: the answer would be taken for a filtered one."""
    surplus = sorted(set(request.query_params) - PAGE_PARAMETERS)
    if surplus:
        raise BadFilterError(f"{surplus[0]} is no filter of this list", fix="Leave it out and filter what you get.")


router = APIRouter(prefix="/conversations", tags=["conversations"], route_class=RestRoute)
message_router = APIRouter(prefix="/messages", tags=["conversations"], route_class=RestRoute)
sync_router = APIRouter(prefix="/sync", tags=["sync"], route_class=RestRoute)


@router.get("", dependencies=[Depends(_only_pages)])
async def list_conversations(principal: TenantMember, session: TenantSession, pages: Pages) -> Page[Conversation]:
    """Your conversations, the one in which something was said last first."""
    at, last_id = pages.before(datetime, UUID)
    rows = await repository.page(session, owner_of(principal).user_id, at, last_id, pages.fetch)
    return pages.page(rows, Conversation.model_validate, key=lambda row: (row.last_message_at, str(row.id)))


@router.post("", status_code=201, responses={200: {"model": Conversation, "description": "It was there."}})
async def create_conversation(
    given: ConversationIn,
    response: Response,
    principal: TenantMember,
    session: TenantSession,
    clock: RequestClock,
    telling: Telling,
    _: Idempotent,
) -> Conversation:
    """Begin a conversation under an id of yours. Sent again, it changes what it names and answers 200."""
    owner = owner_of(principal)
    async with writing(session, owner) as head:
        row, new = await service.upsert(session, head, given.id, given.fields(), clock.now())
    response.status_code = 201 if new else 200
    telling.changed(owner, head.rev)
    with_etag(response, strong_etag(row.rev))
    return Conversation.model_validate(row)


@router.get("/{conversation_id}")
async def show_conversation(
    conversation_id: UUID, response: Response, principal: TenantMember, session: TenantSession
) -> Conversation:
    """One of your conversations, without its messages."""
    row = await service.find(session, owner_of(principal), conversation_id)
    with_etag(response, strong_etag(row.rev))
    return Conversation.model_validate(row)


@router.patch("/{conversation_id}")
async def change_conversation(
    conversation_id: UUID,
    change: ConversationChange,
    response: Response,
    principal: TenantMember,
    session: TenantSession,
    clock: RequestClock,
    telling: Telling,
    if_match: IfMatch = None,
) -> Conversation:
    """Rename, pin, archive or file it, or change what its next message is sent with. `If-Match` is optional."""
    owner = owner_of(principal)
    async with writing(session, owner) as head:
        row = await service.find_to_change(session, owner, conversation_id)
        if if_match is not None:
            require_match(if_match, strong_etag(row.rev))
        row = await service.change(session, head, row, change.fields(), clock.now())
    telling.changed(owner, head.rev)
    with_etag(response, strong_etag(row.rev))
    return Conversation.model_validate(row)


@router.delete("/{conversation_id}", status_code=204)
async def delete_conversation(
    conversation_id: UUID, principal: TenantMember, session: TenantSession, clock: RequestClock, telling: Telling
) -> None:
    """Delete it with all that was said; on every device and for good."""
    owner = owner_of(principal)
    async with writing(session, owner) as head:
        await service.delete(session, head, conversation_id, clock.now())
    telling.changed(owner, head.rev)


@router.get("/{conversation_id}/messages", dependencies=[Depends(_only_pages)])
async def list_messages(
    conversation_id: UUID, principal: TenantMember, session: TenantSession, pages: Pages
) -> Page[Message]:
    """What was said, newest first, all branches; `parent_id` says what follows what."""
    await service.find(session, owner_of(principal), conversation_id)
    (before,) = pages.before(UUID)
    rows = await repository.messages(session, conversation_id, before, pages.fetch)
    return pages.page(rows, Message.model_validate, key=lambda row: (str(row.id),))


@router.post(
    "/{conversation_id}/messages",
    status_code=201,
    responses={200: {"model": Message, "description": "It was there."}},
)
async def create_message(
    conversation_id: UUID,
    given: MessageIn,
    response: Response,
    principal: TenantMember,
    session: TenantSession,
    clock: RequestClock,
    telling: Telling,
    _: Idempotent,
) -> Message:
    """Say something without asking a Model. To edit, say the new text under the same parent: a branch."""
    owner = owner_of(principal)
    async with writing(session, owner) as head:
        conversation = await service.find_to_change(session, owner, conversation_id)
        row, new = await service.say(session, head, conversation, given, clock.now())
    response.status_code = 201 if new else 200
    telling.changed(owner, head.rev)
    return Message.model_validate(row)


@message_router.patch("/{message_id}")
async def rate_message(
    message_id: UUID,
    change: MessageChange,
    principal: TenantMember,
    session: TenantSession,
    clock: RequestClock,
    telling: Telling,
) -> Message:
    """Say what you think of an answer. What was said itself never changes."""
    owner = owner_of(principal)
    async with writing(session, owner) as head:
        row = await service.rate(session, head, message_id, change.rating, clock.now())
    telling.changed(owner, head.rev)
    return Message.model_validate(row)


@sync_router.post("/push")
async def push_changes(
    given: PushIn, principal: TenantMember, session: TenantSession, clock: RequestClock, telling: Telling
) -> PushOut:
    """What this device did, in its order. One that is refused does not stop the others, one sent twice is done once."""
    owner = owner_of(principal)
    results, rev = await sync.push(session, owner, given.mutations, clock.now())
    if rev is not None:
        telling.changed(owner, rev)
    return PushOut(results=results)


@sync_router.get("/pull")
async def pull_changes(
    principal: TenantMember,
    session: TenantSession,
    clock: RequestClock,
    cursor: Annotated[str | None, Query(max_length=64, description="`next_cursor` of the pull before.")] = None,
    limit: Annotated[int, Query(ge=1, le=sync.PULL_LIMIT)] = sync.PULL_LIMIT,
) -> Changes:
    """What changed since the cursor on any device, oldest change first; all of it without a cursor."""
    return await sync.pull(session, owner_of(principal), cursor, limit, clock.now())
