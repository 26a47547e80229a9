"""Queries on `model_transitions`, and which tenant a namespace belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from freehold_app.catalog.transitions import DELETED, PHASE, REVISION, Changed
from freehold_app.kit.clock import Clock
from freehold_app.kit.ids import new_id, plain
from freehold_app.platform.postgres import PlatformSession, TenantSession


@dataclass(frozen=True, slots=True)
class TransitionRow:
    id: UUID
    at: datetime
    type: str
    status: str
    reason: str
    message: str
    ready: int
    desired: int


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a Model's phase or revision."""

    model: str
    at: datetime
    type: str
    status: str


_PLACES = text("SELECT namespace, id FROM tenants WHERE namespace IS NOT NULL AND state <> 'removed'")
_INSERT = text(
    "INSERT INTO model_transitions (tenant_id, id, model, at, type, status, reason, message, ready, desired)"
    " VALUES (:tenant_id, :id, :model, :at, :type, :status, :reason, :message, :ready, :desired)"
)
_LAST = text(
    "SELECT DISTINCT ON (model, type) model, type, status, reason FROM model_transitions"
    " ORDER BY model, type, at DESC, id DESC"
)
_PAGE = text(
    "SELECT id, at, type, status, reason, message, ready, desired FROM model_transitions"
    " WHERE model = :model AND (at, id) < (:at, :id) ORDER BY at DESC, id DESC LIMIT :limit"
)
# For each Model what happened since, and the phase in which it was then.
_DAY = text(
    """
    SELECT model, at, type, status FROM model_transitions
     WHERE at >= :since AND type IN (:phase, :revision)
     UNION ALL
    SELECT name AS model, at, type, status FROM unnest(CAST(:models AS text[])) AS name CROSS JOIN LATERAL (
        SELECT at, type, status FROM model_transitions
         WHERE model = name AND type = :phase AND at < :since ORDER BY at DESC, id DESC LIMIT 1
    ) AS before
     ORDER BY model, at
    """
)
_PHASES = text(
    "SELECT at, status FROM (SELECT id, at, status FROM model_transitions WHERE model = :model AND type = :phase"
    " ORDER BY at DESC, id DESC LIMIT :limit) AS newest ORDER BY at, id"
)
# The newest row of each kind stays, however old: it is what the next change is compared with.
_PRUNE = text(
    "DELETE FROM model_transitions AS old WHERE at < :before AND EXISTS (SELECT FROM model_transitions AS newer"
    " WHERE newer.model = old.model AND newer.type = old.type AND (newer.at, newer.id) > (old.at, old.id))"
)
_LOCK_NAME = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


async def places(session: PlatformSession) -> dict[str, UUID]:
    """The tenant of each namespace."""
    return {row.namespace: plain(row.id) for row in await session.execute(_PLACES)}


async def lock_name(session: TenantSession, namespace: str, name: str) -> None:
    """Until the transaction's end nobody else makes a Model of this name through control."""
    await session.execute(_LOCK_NAME, {"name": f"model {namespace}/{name}"})


async def insert(session: TenantSession, tenant_id: UUID, clock: Clock, changed: Sequence[Changed]) -> None:
    rows = [{"tenant_id": tenant_id, "id": new_id(clock), **asdict(one)} for one in changed]
    await session.execute(_INSERT, rows)


async def last(session: TenantSession) -> dict[str, dict[str, tuple[str, str]]]:
    """By Model and type what was stored last; Models that are known to be gone are left out."""
    known: dict[str, dict[str, tuple[str, str]]] = {}
    for row in await session.execute(_LAST):
        known.setdefault(row.model, {})[row.type] = (row.status, row.reason)
    return {model: facts for model, facts in known.items() if facts.get(PHASE, ("", ""))[0] != DELETED}


async def page(session: TenantSession, model: str, at: datetime, last_id: UUID, limit: int) -> Sequence[TransitionRow]:
    """Newest first."""
    rows = await session.execute(_PAGE, {"model": model, "at": at, "id": last_id, "limit": limit})
    return [TransitionRow(plain(row.id), *row[1:]) for row in rows]


async def day(session: TenantSession, models: Sequence[str], since: datetime) -> Sequence[Step]:
    """Phases and revisions of every Model since then, oldest first, after the phase that was in force."""
    rows = await session.execute(_DAY, {"models": list(models), "since": since, "phase": PHASE, "revision": REVISION})
    return [Step(*row) for row in rows]


async def phases(session: TenantSession, model: str, limit: int) -> Sequence[tuple[datetime, str]]:
    """The newest changes of phase, oldest first."""
    rows = await session.execute(_PHASES, {"model": model, "phase": PHASE, "limit": limit})
    return [(row.at, row.status) for row in rows]


async def prune(session: TenantSession, before: datetime) -> None:
    await session.execute(_PRUNE, {"before": before})
