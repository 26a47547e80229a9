"""When a key was last used, lists of live keys, and usage by day."""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0015"
branch_labels = None
depends_on = None

TENANT_POLICY = """
CREATE POLICY tenant ON {table}
    USING (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
"""

# A table of its own: the worker, which notes uses of many tenants at once, shall not see the keys. No foreign key to
# them either: an event must never be refused.
API_KEY_USES = """
CREATE TABLE api_key_uses (
    tenant_id uuid NOT NULL,
    key_id uuid NOT NULL,
    last_used_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, key_id)
)
"""

# The sums of usage_hourly by days in UTC. Only sums change: with room in its page an update touches no index.
USAGE_DAILY = """
CREATE TABLE usage_daily (
    tenant_id uuid NOT NULL,
    bucket date NOT NULL,
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
    own_tokens bigint NOT NULL,
    PRIMARY KEY (tenant_id, bucket, model, key_id, user_id, status_class)
) WITH (fillfactor = 80)
"""

# Prompt and completion tokens that a Model of this cluster answered, not a provider. What was summed up before is told
# apart by the single events.
OWN_TOKENS = """
UPDATE usage_hourly AS h
   SET own_tokens = h.prompt_tokens + h.completion_tokens - coalesce((
       SELECT sum(e.prompt_tokens + e.completion_tokens) FROM usage_events AS e
        WHERE e.provider <> '' AND e.tenant_id = h.tenant_id AND e.served_model = h.model
          AND e.ts >= h.bucket AND e.ts < h.bucket + interval '1 hour' AND e.status / 100 = h.status_class
          AND coalesce(e.key_id, '00000000-0000-0000-0000-000000000000') = h.key_id
          AND coalesce(e.user_id, '00000000-0000-0000-0000-000000000000') = h.user_id), 0)
"""
FILL_DAYS = """
INSERT INTO usage_daily
SELECT tenant_id, (bucket AT TIME ZONE 'UTC')::date, model, key_id, user_id, status_class, sum(requests),
       sum(estimated_requests), sum(prompt_tokens), sum(cached_tokens), sum(completion_tokens), sum(reasoning_tokens),
       sum(cost_usd_micros), sum(duration_ms), sum(held_ms), sum(own_tokens)
  FROM usage_hourly GROUP BY 1, 2, 3, 4, 5, 6
"""
SUMMED = ("usage_hourly", "usage_events")


def upgrade() -> None:
    op.execute("DROP INDEX api_keys_page")
    op.execute("CREATE INDEX api_keys_live ON api_keys (tenant_id, created_at DESC, id DESC) WHERE revoked_at IS NULL")
    op.execute(
        "CREATE INDEX api_keys_of_person ON api_keys (tenant_id, created_by, created_at DESC, id DESC)"
        " WHERE revoked_at IS NULL AND NOT service"
    )
    op.execute(API_KEY_USES)
    op.execute(USAGE_DAILY)
    op.execute("CREATE INDEX usage_daily_of_user ON usage_daily (tenant_id, user_id, bucket)")
    op.execute("CREATE INDEX usage_daily_of_key ON usage_daily (tenant_id, key_id, bucket)")
    op.execute("ALTER TABLE usage_hourly ADD COLUMN own_tokens bigint NOT NULL DEFAULT 0")
    for table in SUMMED:  # or its owner would see no row of it
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(OWN_TOKENS)
    op.execute(FILL_DAYS)
    for table in SUMMED:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for table in ("api_key_uses", "usage_daily"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(TENANT_POLICY.format(table=table))
        op.execute(f"CREATE POLICY worker ON {table} TO freehold_worker USING (true) WITH CHECK (true)")
        op.execute(f"GRANT SELECT ON {table} TO freehold_app, freehold_readonly")
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO freehold_worker")
    op.execute("GRANT INSERT, UPDATE ON api_key_uses TO freehold_app")


def downgrade() -> None:
    op.execute("DROP TABLE usage_daily")
    op.execute("DROP TABLE api_key_uses")
    op.execute("ALTER TABLE usage_hourly DROP COLUMN own_tokens")
    op.execute("DROP INDEX api_keys_of_person")
    op.execute("DROP INDEX api_keys_live")
    op.execute("CREATE INDEX api_keys_page ON api_keys (tenant_id, created_at DESC, id DESC)")
