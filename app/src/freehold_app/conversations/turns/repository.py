"""Queries on turns and on the answers they write. Row-level security adds the tenant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from freehold_app.kit.ids import plain
from freehold_app.platform.postgres import TenantSession

MAX_PATH = 1000


@dataclass(frozen=True, slots=True)
class TurnRow:
    id: UUID
    conversation_id: UUID
    owner_id: UUID
    message_id: UUID
    answer_id: UUID
    model: str
    state: str
    stale: bool
    """Running, and its process has not been heard of for half a minute."""
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Running:
    """A turn of a tenant, without whose it is."""

    tenant_id: UUID
    id: UUID
    owner_id: UUID


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it is stored."""

    parts: Sequence[Mapping[str, Any]]
    status: str
    usage: Mapping[str, Any] | None
    error: Mapping[str, Any] | None


_TURN = text(
    "SELECT id, conversation_id, owner_id, message_id, answer_id, model, state, created_at,"
    " state = 'running' AND heartbeat_at < now() - interval '30 seconds' AS stale FROM turns WHERE id = :id"
)
_INSERT = text(
    "INSERT INTO turns (tenant_id, id, conversation_id, owner_id, message_id, answer_id, model, process, created_at,"
    " updated_at) VALUES (:tenant_id, :id, :conversation_id, :owner_id, :message_id, :answer_id, :model, :process,"
    " :now, :now) ON CONFLICT (tenant_id, id) DO NOTHING RETURNING id"
)
# The path from the question up to the first message, which is what the Model is told.
_PATH = text(
    """
    WITH RECURSIVE path AS (
        SELECT m.id, m.parent_id, m.role, m.parts, 1 AS depth FROM messages m WHERE m.id = :id
        UNION ALL
        SELECT m.id, m.parent_id, m.role, m.parts, path.depth + 1
          FROM path JOIN messages m ON m.id = path.parent_id WHERE path.depth < :most
    )
    SELECT role, parts::text FROM path ORDER BY depth DESC
    """
)
_SAVE = text(
    "UPDATE messages SET parts = CAST(:parts AS jsonb), updated_at = now()"
    " WHERE id = :id AND status = 'streaming' AND deleted_at IS NULL"
)
_BEAT = text("UPDATE turns SET heartbeat_at = now() WHERE id = :id RETURNING cancel_requested")
# An answer that somebody else gave up is still its writer's to finish.
_FINISH_TURN = text(
    "UPDATE turns SET state = :state, updated_at = now() WHERE id = :id"
    " AND (state = 'running' OR (state = 'interrupted' AND process = :process)) RETURNING id"
)
_FINISH_MESSAGE = text(
    "UPDATE messages SET parts = CAST(:parts AS jsonb), status = :status, usage = CAST(:usage AS jsonb),"
    " error = CAST(:error AS jsonb), rev = :rev, updated_at = now() WHERE id = :id AND deleted_at IS NULL"
)
_INTERRUPT_TURN = text(
    "UPDATE turns SET state = 'interrupted', updated_at = now() WHERE id = :id AND state = 'running'"
    " AND heartbeat_at < now() - interval '30 seconds' RETURNING answer_id"
)
_INTERRUPT_MESSAGE = text(
    "UPDATE messages SET status = 'interrupted', rev = :rev, updated_at = now()"
    " WHERE id = :id AND status = 'streaming' AND deleted_at IS NULL"
)
_CANCEL = text("UPDATE turns SET cancel_requested = true WHERE id = :id AND state = 'running'")
_KEPT = text(
    "SELECT parts::text AS parts, status, usage::text AS usage, error::text AS error FROM messages WHERE id = :id"
)
_LOST = text(
    "SELECT tenant_id, id, owner_id FROM turns WHERE state = 'running'"
    " AND heartbeat_at < now() - interval '30 seconds' ORDER BY heartbeat_at LIMIT :limit"
)
_TIDY = (
    text(
        "DELETE FROM sync_ops WHERE (tenant_id, user_id, op_id) IN (SELECT tenant_id, user_id, op_id FROM sync_ops"
        " WHERE created_at < :before ORDER BY created_at LIMIT :limit)"
    ),
    text(
        "DELETE FROM conversations WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM conversations"
        " WHERE deleted_at < :before ORDER BY deleted_at LIMIT :limit)"
    ),
)


async def turn(session: TenantSession, turn_id: UUID) -> TurnRow | None:
    """Whoever's it is: the caller compares `owner_id`."""
    row = (await session.execute(_TURN, {"id": turn_id})).one_or_none()
    if row is None:
        return None
    return TurnRow(
        id=plain(row.id),
        conversation_id=plain(row.conversation_id),
        owner_id=plain(row.owner_id),
        message_id=plain(row.message_id),
        answer_id=plain(row.answer_id),
        model=row.model,
        state=row.state,
        stale=row.stale,
        created_at=row.created_at,
    )


async def insert(session: TenantSession, tenant_id: UUID, row: TurnRow, process: str) -> bool:
    """False where the id is taken."""
    values = {
        "tenant_id": tenant_id,
        "id": row.id,
        "conversation_id": row.conversation_id,
        "owner_id": row.owner_id,
        "message_id": row.message_id,
        "answer_id": row.answer_id,
        "model": row.model,
        "process": process,
        "now": row.created_at,
    }
    return (await session.execute(_INSERT, values)).scalar_one_or_none() is not None


async def path(session: TenantSession, message_id: UUID) -> list[tuple[str, Sequence[Mapping[str, Any]]]]:
    """(role, parts) from the first message, or the thousandth before the last, to this one."""
    rows = await session.execute(_PATH, {"id": message_id, "most": MAX_PATH})
    return [(row[0], orjson.loads(row[1])) for row in rows]


async def save(session: TenantSession, turn_id: UUID, answer_id: UUID, parts: Sequence[Mapping[str, Any]]) -> bool:
    """Keep what is there so far and say that its process lives; whether somebody wants it stopped."""
    await session.execute(_SAVE, {"id": answer_id, "parts": _json(parts)})
    return bool((await session.execute(_BEAT, {"id": turn_id})).scalar_one_or_none())


async def finish(session: TenantSession, row: TurnRow, process: str, state: str) -> bool:
    """False where it had ended before."""
    values = {"id": row.id, "state": state, "process": process}
    return (await session.execute(_FINISH_TURN, values)).scalar_one_or_none() is not None


async def finish_message(session: TenantSession, answer_id: UUID, kept: Kept, rev: int) -> None:
    values = {
        "id": answer_id,
        "parts": _json(kept.parts),
        "status": kept.status,
        "usage": _json_or_none(kept.usage),
        "error": _json_or_none(kept.error),
        "rev": rev,
    }
    await session.execute(_FINISH_MESSAGE, values)


async def interrupt(session: AsyncConnection, turn_id: UUID) -> UUID | None:
    """The answer whose process is gone; none where it lives or has ended."""
    answer: UUID | None = (await session.execute(_INTERRUPT_TURN, {"id": turn_id})).scalar_one_or_none()
    return answer


async def interrupt_message(session: AsyncConnection, answer_id: UUID, rev: int) -> None:
    await session.execute(_INTERRUPT_MESSAGE, {"id": answer_id, "rev": rev})


async def cancel(session: TenantSession, turn_id: UUID) -> None:
    await session.execute(_CANCEL, {"id": turn_id})


async def kept(session: TenantSession, answer_id: UUID) -> Kept:
    row = (await session.execute(_KEPT, {"id": answer_id})).one()
    usage, error = ((None if value is None else orjson.loads(value)) for value in (row.usage, row.error))
    return Kept(orjson.loads(row.parts), row.status, usage, error)


async def lost(session: AsyncConnection, limit: int) -> list[Running]:
    """Of every tenant, for the worker."""
    rows = await session.execute(_LOST, {"limit": limit})
    return [Running(plain(row.tenant_id), plain(row.id), plain(row.owner_id)) for row in rows]


async def tidy(session: AsyncConnection, results_before: datetime, tombstones_before: datetime, limit: int) -> None:
    """Of every tenant, for the worker: delete what no device may ask for any more, at most `limit` of each."""
    for statement, before in zip(_TIDY, (results_before, tombstones_before), strict=True):
        await session.execute(statement, {"before": before, "limit": limit})


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _json_or_none(value: Any) -> str | None:
    return None if value is None else _json(value)
