"""Work after a commit (`jobs`, which is the outbox), and answers to requests that are sent twice."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TENANT_POLICY = """
CREATE POLICY tenant ON {table}
    USING (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
"""

JOBS = """
CREATE TABLE jobs (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    queue text NOT NULL DEFAULT 'default',
    kind text NOT NULL,
    payload jsonb NOT NULL DEFAULT '{}',
    dedupe_key text,
    run_at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    lease_until timestamptz,
    state text NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'running', 'done', 'dead')),
    progress real NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 1),
    checkpoint jsonb NOT NULL DEFAULT '{}',
    error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
)
"""
# status is null only while the request's own transaction runs, which nobody else sees.
IDEMPOTENCY_KEYS = """
CREATE TABLE idempotency_keys (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    principal text NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 128),
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    status integer,
    response jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, principal, key)
)
"""


def upgrade() -> None:
    op.execute(JOBS)
    op.execute("CREATE INDEX jobs_to_run ON jobs (queue, run_at, id) WHERE state = 'ready'")
    op.execute("CREATE INDEX jobs_leased ON jobs (lease_until) WHERE state = 'running'")
    op.execute(
        "CREATE UNIQUE INDEX jobs_open ON jobs (tenant_id, kind, dedupe_key) WHERE state IN ('ready', 'running')"
    )
    op.execute(IDEMPOTENCY_KEYS)
    op.execute("CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at)")
    for table in ("jobs", "idempotency_keys"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(TENANT_POLICY.format(table=table))
        op.execute(f"CREATE POLICY worker ON {table} TO freehold_worker USING (true) WITH CHECK (true)")
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO freehold_app")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO freehold_worker")
    op.execute("GRANT SELECT ON jobs TO freehold_readonly")


def downgrade() -> None:
    op.execute("DROP TABLE idempotency_keys")
    op.execute("DROP TABLE jobs")
