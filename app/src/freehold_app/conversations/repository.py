"""Queries on conversations, messages and the heads of their revisions. Row-level security adds the tenant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.exc import DBAPIError

from freehold_app.kit.ids import plain
from freehold_app.platform.errors import DatabaseBusyError
from freehold_app.platform.postgres import TenantRead, TenantSession

LOCK_TIMEOUT_STATE = "55P03"


@dataclass(frozen=True, slots=True)
class ConversationRow:
    id: UUID
    owner_id: UUID
    title: str
    folder: str | None
    model: str | None
    params: Mapping[str, Any]
    pinned: bool
    archived: bool
    last_message_at: datetime
    rev: int
    deleted_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class MessageRow:
    id: UUID
    conversation_id: UUID
    owner_id: UUID
    parent_id: UUID | None
    role: str
    parts: Sequence[Mapping[str, Any]]
    status: str
    model: str | None
    usage: Mapping[str, Any] | None
    error: Mapping[str, Any] | None
    rating: int | None
    rev: int
    deleted_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """One of both, by revision."""

    rev: int
    conversation: ConversationRow | None
    message: MessageRow | None


# The insert or the empty update takes the row's lock, which is held until the commit.
_LOCK_HEAD = text(
    "INSERT INTO sync_heads (tenant_id, user_id) VALUES (:tenant_id, :user_id)"
    " ON CONFLICT (tenant_id, user_id) DO UPDATE SET rev = sync_heads.rev RETURNING rev"
)
_SAVE_HEAD = text("UPDATE sync_heads SET rev = :rev WHERE user_id = :user_id")
_HEAD = text("SELECT rev FROM sync_heads WHERE user_id = :user_id")

_CONVERSATION = text(
    "SELECT id, owner_id, title, folder, model, params::text AS params, pinned, archived, last_message_at, rev,"
    " deleted_at, created_at, updated_at FROM conversations WHERE id = :id"
)
PAGE = TenantRead(
    """
    SELECT c.* FROM door CROSS JOIN LATERAL (
        SELECT id::text AS id, title, folder, model, params::text AS params, pinned, archived, last_message_at,
               created_at, updated_at, rev
          FROM conversations
         WHERE tenant_id = door.tenant_id AND owner_id = :owner AND deleted_at IS NULL
           AND (last_message_at, id) < (:at, :id)
         ORDER BY conversations.last_message_at DESC, conversations.id DESC LIMIT :limit) AS c
    """
)
_INSERT_CONVERSATION = text(
    "INSERT INTO conversations (tenant_id, id, owner_id, title, folder, model, params, pinned, archived,"
    " last_message_at, rev, created_at, updated_at) VALUES (:tenant_id, :id, :owner_id, :title, :folder, :model,"
    " CAST(:params AS jsonb), :pinned, :archived, :last_message_at, :rev, :last_message_at, :last_message_at)"
    " ON CONFLICT (tenant_id, id) DO NOTHING RETURNING id"
)
_UPDATE_CONVERSATION = text(
    "UPDATE conversations SET title = :title, folder = :folder, model = :model, params = CAST(:params AS jsonb),"
    " pinned = :pinned, archived = :archived, last_message_at = :last_message_at, rev = :rev,"
    " updated_at = :updated_at WHERE id = :id"
)
# Nothing of what was said stays behind: the tombstone only says that there was something.
_BURY_CONVERSATION = text(
    "UPDATE conversations SET title = '', folder = NULL, model = NULL, params = '{}', deleted_at = :now,"
    " updated_at = :now, rev = :rev WHERE id = :id"
)
_BURY_MESSAGES = text(
    "UPDATE messages SET parts = '[]', usage = NULL, error = NULL, deleted_at = :now, updated_at = :now"
    " WHERE conversation_id = :id AND deleted_at IS NULL"
)
_STOP_TURNS = text("UPDATE turns SET cancel_requested = true WHERE conversation_id = :id AND state = 'running'")
_MESSAGE = text(
    "SELECT id, conversation_id, owner_id, parent_id, role, parts::text AS parts, status, model, usage::text AS usage,"
    " error::text AS error, rating, rev, deleted_at, created_at FROM messages WHERE id = :id"
)
_MESSAGES = text(
    "SELECT id, conversation_id, owner_id, parent_id, role, parts::text AS parts, status, model, usage::text AS usage,"
    " error::text AS error, rating, rev, deleted_at, created_at FROM messages"
    " WHERE conversation_id = :conversation AND id < :id ORDER BY id DESC LIMIT :limit"
)
_INSERT_MESSAGE = text(
    "INSERT INTO messages (tenant_id, id, conversation_id, owner_id, parent_id, role, parts, status, model, rev,"
    " created_at, updated_at) VALUES (:tenant_id, :id, :conversation_id, :owner_id, :parent_id, :role,"
    " CAST(:parts AS jsonb), :status, :model, :rev, :now, :now)"
    " ON CONFLICT (tenant_id, id) DO NOTHING RETURNING id"
)
_RATE = text("UPDATE messages SET rating = :rating, rev = :rev, updated_at = :now WHERE id = :id")

# One statement and so one snapshot: with two, a change between them could be passed by for ever.
_CHANGES = text(
    """
    SELECT * FROM (
        (SELECT rev, 'conversation' AS kind, id, owner_id, created_at, updated_at, deleted_at, model,
                title, folder, params::text AS params, pinned, archived, last_message_at,
                NULL::uuid AS conversation_id, NULL::uuid AS parent_id, NULL::text AS role, NULL::text AS parts,
                NULL::text AS status, NULL::text AS usage, NULL::text AS error, NULL::smallint AS rating
           FROM conversations WHERE owner_id = :owner AND rev > :rev ORDER BY rev LIMIT :limit)
        UNION ALL
        (SELECT rev, 'message', id, owner_id, created_at, updated_at, deleted_at, model,
                NULL, NULL, NULL, NULL, NULL, NULL,
                conversation_id, parent_id, role, parts::text, status, usage::text, error::text, rating
           FROM messages WHERE owner_id = :owner AND rev > :rev AND deleted_at IS NULL ORDER BY rev LIMIT :limit)
    ) AS changed ORDER BY rev LIMIT :limit
    """
)
_OPS = text("SELECT op_id, result::text FROM sync_ops WHERE user_id = :user_id AND op_id = ANY(:ids)")
_KEEP_OP = text(
    "INSERT INTO sync_ops (tenant_id, user_id, op_id, result) VALUES (:tenant_id, :user_id, :op_id,"
    " CAST(:result AS jsonb))"
)


async def lock_head(session: TenantSession, tenant_id: UUID, user_id: UUID) -> int:
    """The person's newest revision; nobody else writes for them until this transaction ends.

    DatabaseBusyError where another device's writing takes too long.
    """
    try:
        found = await session.execute(_LOCK_HEAD, {"tenant_id": tenant_id, "user_id": user_id})
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == LOCK_TIMEOUT_STATE:
            raise DatabaseBusyError("another of your devices is writing") from error
        raise
    return int(found.scalar_one())


async def save_head(session: TenantSession, user_id: UUID, rev: int) -> None:
    await session.execute(_SAVE_HEAD, {"user_id": user_id, "rev": rev})


async def head(session: TenantSession, user_id: UUID) -> int:
    return int((await session.execute(_HEAD, {"user_id": user_id})).scalar_one_or_none() or 0)


async def conversation(session: TenantSession, conversation_id: UUID) -> ConversationRow | None:
    """Whoever's it is: the caller compares `owner_id`."""
    row = (await session.execute(_CONVERSATION, {"id": conversation_id})).one_or_none()
    return None if row is None else _conversation(row)


async def page(session: TenantSession, owner: UUID, at: datetime, last_id: UUID, limit: int) -> list[ConversationRow]:
    rows = await session.execute(PAGE.inside, {"owner": owner, "at": at, "id": last_id, "limit": limit})
    return [_listed(owner, row) for row in rows]


async def insert_conversation(session: TenantSession, tenant_id: UUID, row: ConversationRow) -> bool:
    """False where the id is taken."""
    values = {"tenant_id": tenant_id, "owner_id": row.owner_id} | _settable(row)
    return (await session.execute(_INSERT_CONVERSATION, values)).scalar_one_or_none() is not None


async def update_conversation(session: TenantSession, row: ConversationRow) -> None:
    await session.execute(_UPDATE_CONVERSATION, {"updated_at": row.updated_at} | _settable(row))


async def bury(session: TenantSession, conversation_id: UUID, rev: int, now: datetime) -> None:
    """Leave a tombstone; running answers are told to stop."""
    at = {"id": conversation_id, "now": now}
    await session.execute(_BURY_CONVERSATION, at | {"rev": rev})
    await session.execute(_BURY_MESSAGES, at)
    await session.execute(_STOP_TURNS, {"id": conversation_id})


async def message(session: TenantSession, message_id: UUID) -> MessageRow | None:
    row = (await session.execute(_MESSAGE, {"id": message_id})).one_or_none()
    return None if row is None else _message(row)


async def messages(session: TenantSession, conversation_id: UUID, before: UUID, limit: int) -> list[MessageRow]:
    """Newest first."""
    values = {"conversation": conversation_id, "id": before, "limit": limit}
    return [_message(row) for row in await session.execute(_MESSAGES, values)]


async def insert_message(session: TenantSession, tenant_id: UUID, row: MessageRow) -> bool:
    """False where the id is taken."""
    values = {
        "tenant_id": tenant_id,
        "id": row.id,
        "conversation_id": row.conversation_id,
        "owner_id": row.owner_id,
        "parent_id": row.parent_id,
        "role": row.role,
        "parts": _json(row.parts),
        "status": row.status,
        "model": row.model,
        "rev": row.rev,
        "now": row.created_at,
    }
    return (await session.execute(_INSERT_MESSAGE, values)).scalar_one_or_none() is not None


async def rate(session: TenantSession, message_id: UUID, rating: int | None, rev: int, now: datetime) -> None:
    await session.execute(_RATE, {"id": message_id, "rating": rating, "rev": rev, "now": now})


async def changes(session: TenantSession, owner: UUID, rev: int, limit: int) -> list[ChangedRow]:
    """What changed after `rev`, oldest change first."""
    rows = await session.execute(_CHANGES, {"owner": owner, "rev": rev, "limit": limit})
    return [_changed(row) for row in rows]


async def results(session: TenantSession, user_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Any]:
    """What was answered to these operations before."""
    rows = await session.execute(_OPS, {"user_id": user_id, "ids": list(ids)})
    return {plain(row[0]): orjson.loads(row[1]) for row in rows}


async def keep_results(session: TenantSession, tenant_id: UUID, user_id: UUID, kept: Mapping[UUID, Any]) -> None:
    owner = {"tenant_id": tenant_id, "user_id": user_id}
    if kept:
        await session.execute(_KEEP_OP, [owner | {"op_id": op, "result": _json(found)} for op, found in kept.items()])


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _settable(row: ConversationRow) -> dict[str, Any]:
    names = ("id", "title", "folder", "model", "pinned", "archived", "last_message_at", "rev")
    return {name: getattr(row, name) for name in names} | {"params": _json(row.params)}


def _conversation(row: Row[Any]) -> ConversationRow:
    return ConversationRow(
        id=plain(row.id),
        owner_id=plain(row.owner_id),
        title=row.title,
        folder=row.folder,
        model=row.model,
        params=orjson.loads(row.params),
        pinned=row.pinned,
        archived=row.archived,
        last_message_at=row.last_message_at,
        rev=row.rev,
        deleted_at=row.deleted_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _listed(owner: UUID, row: Row[Any]) -> ConversationRow:
    """Of a page, which has its owner's only, and none that is deleted."""
    read = {"id": UUID(row.id), "params": orjson.loads(row.params)}
    return ConversationRow(owner_id=owner, deleted_at=None, **(dict(row._mapping) | read))


def _message(row: Row[Any]) -> MessageRow:
    return MessageRow(
        id=plain(row.id),
        conversation_id=plain(row.conversation_id),
        owner_id=plain(row.owner_id),
        parent_id=None if row.parent_id is None else plain(row.parent_id),
        role=row.role,
        parts=orjson.loads(row.parts),
        status=row.status,
        model=row.model,
        usage=None if row.usage is None else orjson.loads(row.usage),
        error=None if row.error is None else orjson.loads(row.error),
        rating=row.rating,
        rev=row.rev,
        deleted_at=row.deleted_at,
        created_at=row.created_at,
    )


def _changed(row: Row[Any]) -> ChangedRow:
    if row.kind == "conversation":
        return ChangedRow(row.rev, _conversation(row), None)
    return ChangedRow(row.rev, None, _message(row))
