"""Queries on `usage_daily` for people, inside the tenant's session.

Whose usage is chosen by three arms of one UNION ALL: a constant condition in each of them switches off all but one
before it is read, so that each has its own index whatever plan PostgreSQL keeps.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import text

from freehold_app.kit.ids import plain
from freehold_app.platform.postgres import TenantSession

NOBODY = UUID(int=0)  # in a sum's key: none

type Part = Literal["model", "key", "user"]
type Metric = Literal["tokens", "requests", "cost_usd_micros", "errors"]


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose usage: of the whole tenant, of a person with all of their keys, or of a service key."""

    kind: Literal["tenant", "user", "key"]
    id: UUID | None


@dataclass(frozen=True, slots=True)
class Cell:
    """Sums of one day (none: of all days) and one part (none: of all, or of those beyond the largest)."""

    bucket: date | None
    place: int
    part: str | None
    requests: int
    errors: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    cost_usd_micros: int
    own_tokens: int

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class Name:
    """What people call a key or a person, and what tells two of a name apart."""

    label: str
    detail: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the export, and where it stands."""

    bucket: date
    model: str
    key_id: UUID
    key_name: str | None
    user_id: UUID
    email: str | None
    status_class: int
    requests: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    reasoning_tokens: int
    cost_usd_micros: int
    own_tokens: int


_SUMS = text(
    """
    WITH used AS (
        SELECT * FROM usage_daily
         WHERE CAST(:whose AS text) = 'tenant' AND bucket BETWEEN :first AND :last
        UNION ALL
        SELECT * FROM usage_daily
         WHERE CAST(:whose AS text) = 'user' AND user_id = CAST(:id AS uuid) AND bucket BETWEEN :first AND :last
        UNION ALL
        SELECT * FROM usage_daily
         WHERE CAST(:whose AS text) = 'key' AND key_id = CAST(:id AS uuid) AND bucket BETWEEN :first AND :last
    ), cells AS (
        SELECT CASE WHEN CAST(:by_day AS boolean) THEN bucket END AS bucket,
               CASE CAST(:part AS text) WHEN 'model' THEN model WHEN 'key' THEN key_id::text
                                        WHEN 'user' THEN user_id::text ELSE '' END AS part,
               sum(requests) AS requests, coalesce(sum(requests) FILTER (WHERE status_class >= 4), 0) AS errors,
               sum(prompt_tokens) AS prompt_tokens, sum(cached_tokens) AS cached_tokens,
               sum(completion_tokens) AS completion_tokens, sum(reasoning_tokens) AS reasoning_tokens,
               sum(cost_usd_micros) AS cost_usd_micros, sum(own_tokens) AS own_tokens
          FROM used GROUP BY 1, 2
    ), ranked AS (
        SELECT part, row_number() OVER (ORDER BY sum(CASE CAST(:metric AS text)
                   WHEN 'requests' THEN requests WHEN 'errors' THEN errors WHEN 'cost_usd_micros' THEN cost_usd_micros
                   ELSE prompt_tokens + completion_tokens END) DESC, part) AS place
          FROM cells GROUP BY part
    ), placed AS (
        SELECT c.*, least(r.place, CAST(:parts AS bigint) + 1) AS place FROM cells AS c JOIN ranked AS r USING (part)
    )
    SELECT bucket, place, CASE WHEN place <= CAST(:parts AS bigint) THEN min(part) END AS part,
           sum(requests)::bigint, sum(errors)::bigint, sum(prompt_tokens)::bigint, sum(cached_tokens)::bigint,
           sum(completion_tokens)::bigint, sum(reasoning_tokens)::bigint, sum(cost_usd_micros)::bigint,
           sum(own_tokens)::bigint
      FROM placed GROUP BY bucket, place ORDER BY bucket, place
    """
)
_KEY_NAMES = text("SELECT id, name, prefix || '…' || last4 AS detail FROM api_keys WHERE id = ANY(:ids)")
# Of everybody who belongs or belonged to the tenant: the ids come out of its own rows.
_USER_NAMES = text("SELECT id, name, email AS detail FROM users WHERE id = ANY(:ids)")
_LINES_COUNTED = text(
    """
    SELECT count(*) FROM (
        SELECT 1 FROM usage_daily
         WHERE CAST(:whose AS text) = 'tenant' AND bucket BETWEEN :first AND :last
        UNION ALL
        SELECT 1 FROM usage_daily
         WHERE CAST(:whose AS text) = 'user' AND user_id = CAST(:id AS uuid) AND bucket BETWEEN :first AND :last
        UNION ALL
        SELECT 1 FROM usage_daily
         WHERE CAST(:whose AS text) = 'key' AND key_id = CAST(:id AS uuid) AND bucket BETWEEN :first AND :last
        LIMIT :most
    ) AS lines
    """
)
# A day at a time, so that what is sorted stays small wherever the export has arrived.
_LINES = text(
    """
    WITH lines AS (
        SELECT * FROM usage_daily
         WHERE CAST(:whose AS text) = 'tenant' AND bucket = :day
        UNION ALL
        SELECT * FROM usage_daily
         WHERE CAST(:whose AS text) = 'user' AND user_id = CAST(:id AS uuid) AND bucket = :day
        UNION ALL
        SELECT * FROM usage_daily
         WHERE CAST(:whose AS text) = 'key' AND key_id = CAST(:id AS uuid) AND bucket = :day
    ), part AS (
        SELECT * FROM lines WHERE (key_id, user_id, status_class, model) > (:key_id, :user_id, :status_class, :model)
         ORDER BY key_id, user_id, status_class, model LIMIT :limit
    )
    SELECT p.bucket, p.model, p.key_id, k.name AS key_name, p.user_id, u.email, p.status_class, p.requests,
           p.prompt_tokens, p.cached_tokens, p.completion_tokens, p.reasoning_tokens, p.cost_usd_micros, p.own_tokens
      FROM part AS p
      LEFT JOIN api_keys AS k ON k.tenant_id = p.tenant_id AND k.id = p.key_id
      LEFT JOIN users AS u ON u.id = p.user_id
     ORDER BY p.key_id, p.user_id, p.status_class, p.model
    """
)


async def sums(
    session: TenantSession,
    whose: Whose,
    first: date,
    last: date,
    *,
    by_day: bool = False,
    part: Part | None = None,
    parts: int = 1,
    metric: Metric = "tokens",
) -> list[Cell]:
    """By day, then the largest by `metric` first; what lies beyond the `parts` largest is one cell without a part."""
    values = {**_of(whose), "first": first, "last": last, "by_day": by_day, "part": part or ""}
    found = await session.execute(_SUMS, values | {"parts": parts, "metric": metric})
    return [Cell(*row) for row in found]


async def names(session: TenantSession, part: Part | None, ids: list[UUID]) -> dict[str, Name]:
    """What people call these keys or persons, by their ids."""
    if part not in ("key", "user") or not ids:
        return {}
    found = await session.execute(_KEY_NAMES if part == "key" else _USER_NAMES, {"ids": ids})
    return {str(row.id): Name(row.name, row.detail) for row in found}


async def count_lines(session: TenantSession, whose: Whose, first: date, last: date, most: int) -> int:
    """How many lines an export has; it counts to `most` and no further."""
    values = {**_of(whose), "first": first, "last": last, "most": most}
    return int((await session.execute(_LINES_COUNTED, values)).scalar_one())


async def lines(session: TenantSession, whose: Whose, day: date, after: Line | None, limit: int) -> list[Line]:
    """The next lines of one day."""
    values: dict[str, Any] = {**_of(whose), "day": day, "limit": limit}
    values |= {
        "key_id": after.key_id if after else NOBODY,
        "user_id": after.user_id if after else NOBODY,
        "status_class": after.status_class if after else -1,
        "model": after.model if after else "",
    }
    return [_line(row) for row in await session.execute(_LINES, values)]


def _of(whose: Whose) -> dict[str, Any]:
    return {"whose": whose.kind, "id": whose.id}


def _line(row: Any) -> Line:
    values = dict(row._mapping)
    return Line(**values | {"key_id": plain(row.key_id), "user_id": plain(row.user_id)})
