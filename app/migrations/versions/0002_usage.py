"""Usage: single events in daily partitions, and their hourly sums that stay."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Column names are the fields of `events.UsageEvent`. No foreign key to tenants: an event must never be refused.
USAGE_EVENTS = """
CREATE TABLE usage_events (
    tenant_id uuid NOT NULL,
    ts timestamptz NOT NULL,
    request_id uuid NOT NULL,
    key_id uuid,
    user_id uuid,
    model text NOT NULL,
    served_model text NOT NULL,
    provider text NOT NULL,
    route text NOT NULL,
    status integer NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('ok', 'error', 'cancelled', 'slow_client', 'cached', 'lost')),
    prompt_tokens bigint NOT NULL,
    cached_tokens bigint NOT NULL,
    completion_tokens bigint NOT NULL,
    reasoning_tokens bigint NOT NULL,
    estimated boolean NOT NULL,
    cost_usd_micros bigint NOT NULL,
    price_version integer NOT NULL,
    ttft_ms bigint,
    duration_ms bigint NOT NULL,
    held_ms bigint NOT NULL,
    attempts integer NOT NULL,
    replica text NOT NULL,
    seq bigint NOT NULL,
    stream boolean NOT NULL,
    error text,
    overhead_us bigint NOT NULL,
    PRIMARY KEY (tenant_id, ts, request_id)
) PARTITION BY RANGE (ts)
"""

# Where a day has no partition yet; `maintain` empties it. It belongs to no role but the owner.
USAGE_EVENTS_DEFAULT = "CREATE TABLE usage_events_default PARTITION OF usage_events DEFAULT"

# The nil uuid stands for "no key" and "no user": a primary key holds no NULL.
USAGE_HOURLY = """
CREATE TABLE usage_hourly (
    tenant_id uuid NOT NULL,
    bucket timestamptz NOT NULL,
    model text NOT NULL,
    key_id uuid NOT NULL,
    user_id uuid NOT NULL,
    status_class integer NOT NULL,
    requests bigint NOT NULL,
    estimated_requests bigint NOT NULL,
    prompt_tokens bigint NOT NULL,
    cached_tokens bigint NOT NULL,
    completion_tokens bigint NOT NULL,
    reasoning_tokens bigint NOT NULL,
    cost_usd_micros bigint NOT NULL,
    duration_ms bigint NOT NULL,
    held_ms bigint NOT NULL,
    PRIMARY KEY (tenant_id, bucket, model, key_id, user_id, status_class)
)
"""

TENANT_POLICY = """
CREATE POLICY tenant ON {table}
    USING (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
"""


def upgrade() -> None:
    op.execute(USAGE_EVENTS)
    op.execute(USAGE_EVENTS_DEFAULT)
    op.execute(USAGE_HOURLY)
    for table in ("usage_events", "usage_hourly"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(TENANT_POLICY.format(table=table))
        op.execute(f"CREATE POLICY worker ON {table} TO freehold_worker USING (true) WITH CHECK (true)")
        op.execute(f"GRANT SELECT ON {table} TO freehold_app, freehold_readonly")
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO freehold_worker")
    op.execute("ALTER TABLE usage_events_default ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.execute("DROP TABLE usage_hourly")
    op.execute("DROP TABLE usage_events")
