"""Queries on `jobs`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from freehold_app.kit.clock import Clock
from freehold_app.kit.ids import new_id, plain


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work. `checkpoint` is what the handler saved with `save`."""

    tenant_id: UUID
    id: UUID
    kind: str
    payload: Mapping[str, Any]
    checkpoint: Mapping[str, Any]
    attempts: int


_INSERT = text(
    "INSERT INTO jobs (tenant_id, id, kind, payload, dedupe_key, run_at)"
    " VALUES (:tenant_id, :id, :kind, CAST(:payload AS jsonb), :dedupe_key, :run_at)"
    " ON CONFLICT (tenant_id, kind, dedupe_key) WHERE state IN ('ready', 'running') DO NOTHING RETURNING id"
)

# Each tenant's first jobs before any tenant's second: one that queues thousands does not keep the others waiting.
# A lease that ran out belonged to a process that died; such a job is due as if it were ready.
_CLAIM = text(
    """
    WITH due AS (
        SELECT tenant_id, id, run_at FROM jobs
         WHERE state = 'ready' AND queue = 'default' AND run_at <= :now AND kind = ANY(:kinds)
         ORDER BY run_at, id LIMIT 512
    ), orphaned AS (
        SELECT tenant_id, id, run_at FROM jobs WHERE state = 'running' AND lease_until < :now AND kind = ANY(:kinds)
    ), fair AS (
        SELECT tenant_id, id, row_number() OVER (PARTITION BY tenant_id ORDER BY run_at, id) AS turn, run_at
          FROM (SELECT * FROM due UNION ALL SELECT * FROM orphaned) AS candidates
    ), taken AS (
        SELECT j.tenant_id, j.id FROM jobs AS j JOIN fair USING (tenant_id, id)
         WHERE j.state = 'ready' OR (j.state = 'running' AND j.lease_until < :now)
         ORDER BY fair.turn, fair.run_at LIMIT :limit FOR UPDATE OF j SKIP LOCKED
    )
    UPDATE jobs AS j SET state = 'running', attempts = j.attempts + 1, lease_until = :lease_until, updated_at = :now
      FROM taken WHERE j.tenant_id = taken.tenant_id AND j.id = taken.id
    RETURNING j.tenant_id, j.id, j.kind, j.payload::text, j.checkpoint::text, j.attempts
    """
)
# Only while the lease is this attempt's: a job that somebody else took over is theirs.
_RENEW = text(
    "UPDATE jobs SET lease_until = :lease_until WHERE id = :id AND state = 'running' AND attempts = :attempts"
)
_SAVE = text(
    "UPDATE jobs SET checkpoint = CAST(:checkpoint AS jsonb), progress = :progress, updated_at = now()"
    " WHERE id = :id AND attempts = :attempts"
)
_FINISH = text(
    "UPDATE jobs SET state = 'done', progress = 1, lease_until = NULL, error = NULL, updated_at = now()"
    " WHERE id = :id AND state = 'running' AND attempts = :attempts"
)
_FAIL = text(
    "UPDATE jobs SET state = :state, run_at = coalesce(:again, run_at), lease_until = NULL, error = :error,"
    " updated_at = now() WHERE id = :id AND state = 'running' AND attempts = :attempts"
)


async def claim(
    session: AsyncConnection, kinds: Sequence[str], now: datetime, lease_until: datetime, limit: int
) -> list[Job]:
    """Jobs of these kinds that are due, now leased until `lease_until`, fairly among tenants."""
    values = {"now": now, "lease_until": lease_until, "kinds": list(kinds), "limit": limit}
    found = await session.execute(_CLAIM, values)
    return [
        Job(plain(row[0]), plain(row[1]), row[2], orjson.loads(row[3]), orjson.loads(row[4]), row[5]) for row in found
    ]


async def renew(session: AsyncConnection, job: Job, lease_until: datetime) -> None:
    await session.execute(_RENEW, {"id": job.id, "attempts": job.attempts, "lease_until": lease_until})


async def save(session: AsyncConnection, job: Job, checkpoint: Mapping[str, Any], progress: float) -> None:
    stored = orjson.dumps(checkpoint).decode()
    await session.execute(_SAVE, {"id": job.id, "attempts": job.attempts, "checkpoint": stored, "progress": progress})


async def finish(session: AsyncConnection, job: Job) -> None:
    await session.execute(_FINISH, {"id": job.id, "attempts": job.attempts})


async def fail(session: AsyncConnection, job: Job, error: str, again: datetime | None) -> None:
    """`again` none: put aside for people to look at."""
    state = "dead" if again is None else "ready"
    values = {"id": job.id, "attempts": job.attempts, "state": state, "again": again, "error": error}
    await session.execute(_FAIL, values)


async def enqueue(
    session: AsyncConnection,
    clock: Clock,
    tenant_id: UUID,
    kind: str,
    payload: Mapping[str, Any],
    *,
    dedupe_key: str | None = None,
    run_at: datetime | None = None,
) -> UUID | None:
    """The job's id; none where an open one has the same `dedupe_key`."""
    values = {
        "tenant_id": tenant_id,
        "id": new_id(clock),
        "kind": kind,
        "payload": orjson.dumps(payload).decode(),
        "dedupe_key": dedupe_key,
        "run_at": run_at or clock.now(),
    }
    made: UUID | None = (await session.execute(_INSERT, values)).scalar_one_or_none()
    return made


_SWEEPS = (
    text("DELETE FROM idempotency_keys WHERE created_at < :repeats"),
    text("DELETE FROM jobs WHERE state = 'done' AND updated_at < :done"),
    text("DELETE FROM sessions WHERE expires_at < :sessions OR revoked_at < :sessions"),
)


async def sweep(session: AsyncConnection, repeats: datetime, done: datetime, sessions: datetime) -> None:
    """Delete what ended before these times."""
    for statement, values in zip(_SWEEPS, ({"repeats": repeats}, {"done": done}, {"sessions": sessions}), strict=True):
        await session.execute(statement, values)
