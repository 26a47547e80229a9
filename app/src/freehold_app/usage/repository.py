"""The one statement that writes usage: new events and what they add to hours and days, or nothing.

A batch is copied into a temporary table, because PostgreSQL cannot copy into a table with row-level security. Events
that are there already are left out by the primary key and so never counted twice; only what came in feeds the sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError

from freehold_app.events import UsageEvent
from freehold_app.platform.errors import DataRefusedError
from freehold_app.platform.postgres import PlatformSession, copy_rows
from freehold_app.usage.errors import UsageRefusedError

COLUMNS = (
    "tenant_id", "ts", "request_id", "key_id", "user_id", "model", "served_model", "provider", "route", "status",
    "outcome", "prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens", "estimated",
    "cost_usd_micros", "price_version", "ttft_ms", "duration_ms", "held_ms", "attempts", "replica", "seq", "stream",
    "error", "overhead_us",
)  # fmt: skip

_BATCH_TABLE = text("CREATE TEMPORARY TABLE IF NOT EXISTS usage_batch (LIKE usage_events) ON COMMIT DELETE ROWS")

# ORDER BY before the upsert: two workers that take row locks in the same order cannot deadlock.
_COUNT = text(
    """
    WITH fresh AS (
        INSERT INTO usage_events SELECT * FROM usage_batch
        ON CONFLICT (tenant_id, ts, request_id) DO NOTHING RETURNING *
    ), sums AS (
        SELECT tenant_id, date_trunc('hour', ts, 'UTC') AS bucket, served_model AS model,
               coalesce(key_id, '00000000-0000-0000-0000-000000000000') AS key_id,
               coalesce(user_id, '00000000-0000-0000-0000-000000000000') AS user_id,
               status / 100 AS status_class,
               count(*) AS requests, count(*) FILTER (WHERE estimated) AS estimated_requests,
               sum(prompt_tokens) AS prompt_tokens, sum(cached_tokens) AS cached_tokens,
               sum(completion_tokens) AS completion_tokens, sum(reasoning_tokens) AS reasoning_tokens,
               sum(cost_usd_micros) AS cost_usd_micros, sum(duration_ms) AS duration_ms, sum(held_ms) AS held_ms,
               coalesce(sum(prompt_tokens + completion_tokens) FILTER (WHERE provider = ''), 0) AS own_tokens
          FROM fresh GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
    ), counted AS (
        INSERT INTO usage_hourly AS h SELECT * FROM sums
        ON CONFLICT (tenant_id, bucket, model, key_id, user_id, status_class) DO UPDATE SET
            requests = h.requests + excluded.requests,
            estimated_requests = h.estimated_requests + excluded.estimated_requests,
            prompt_tokens = h.prompt_tokens + excluded.prompt_tokens,
            cached_tokens = h.cached_tokens + excluded.cached_tokens,
            completion_tokens = h.completion_tokens + excluded.completion_tokens,
            reasoning_tokens = h.reasoning_tokens + excluded.reasoning_tokens,
            cost_usd_micros = h.cost_usd_micros + excluded.cost_usd_micros,
            duration_ms = h.duration_ms + excluded.duration_ms,
            held_ms = h.held_ms + excluded.held_ms,
            own_tokens = h.own_tokens + excluded.own_tokens
    ), counted_days AS (
        INSERT INTO usage_daily AS d
        SELECT tenant_id, (bucket AT TIME ZONE 'UTC')::date, model, key_id, user_id, status_class, sum(requests),
               sum(estimated_requests), sum(prompt_tokens), sum(cached_tokens), sum(completion_tokens),
               sum(reasoning_tokens), sum(cost_usd_micros), sum(duration_ms), sum(held_ms), sum(own_tokens)
          FROM sums GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
        ON CONFLICT (tenant_id, bucket, model, key_id, user_id, status_class) DO UPDATE SET
            requests = d.requests + excluded.requests,
            estimated_requests = d.estimated_requests + excluded.estimated_requests,
            prompt_tokens = d.prompt_tokens + excluded.prompt_tokens,
            cached_tokens = d.cached_tokens + excluded.cached_tokens,
            completion_tokens = d.completion_tokens + excluded.completion_tokens,
            reasoning_tokens = d.reasoning_tokens + excluded.reasoning_tokens,
            cost_usd_micros = d.cost_usd_micros + excluded.cost_usd_micros,
            duration_ms = d.duration_ms + excluded.duration_ms,
            held_ms = d.held_ms + excluded.held_ms,
            own_tokens = d.own_tokens + excluded.own_tokens
    ), uses AS (
        SELECT tenant_id, key_id, max(ts) AS at FROM fresh WHERE key_id IS NOT NULL GROUP BY 1, 2
    ), noted AS (
        INSERT INTO api_key_uses AS u
        SELECT tenant_id, key_id, at FROM uses AS f
         WHERE NOT EXISTS (SELECT FROM api_key_uses AS k WHERE k.tenant_id = f.tenant_id AND k.key_id = f.key_id
                              AND k.last_used_at > f.at - interval '5 minutes')
         ORDER BY 1, 2
        ON CONFLICT (tenant_id, key_id) DO UPDATE SET last_used_at = greatest(u.last_used_at, excluded.last_used_at)
    )
    SELECT count(*) FROM fresh
    """
)


async def record(session: PlatformSession, events: Sequence[UsageEvent]) -> int:
    """How many of `events` were new and are now counted; UsageRefusedError where one of them can never be stored."""
    await session.execute(_BATCH_TABLE)
    try:
        await copy_rows(session, "usage_batch", COLUMNS, [_row(event) for event in events])
        return int((await session.execute(_COUNT)).scalar_one())
    except (DataRefusedError, IntegrityError, DataError) as error:
        raise UsageRefusedError(type(error).__name__) from error


def _row(event: UsageEvent) -> tuple[Any, ...]:
    return tuple(getattr(event, column) for column in COLUMNS)
