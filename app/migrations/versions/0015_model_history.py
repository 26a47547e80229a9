"""What became of Models: their changes of phase, revision and condition, which Kubernetes forgets after an hour."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0011"
branch_labels = None
depends_on = None

TENANT_POLICY = """
CREATE POLICY tenant ON {table}
    USING (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
"""

MODEL_TRANSITIONS = """
CREATE TABLE model_transitions (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    model text NOT NULL,
    at timestamptz NOT NULL,
    type text NOT NULL CHECK (length(type) BETWEEN 1 AND 64),
    status text NOT NULL,
    reason text NOT NULL,
    message text NOT NULL,
    ready integer NOT NULL,
    desired integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
)
"""


def upgrade() -> None:
    op.execute(MODEL_TRANSITIONS)
    op.execute("CREATE INDEX model_transitions_page ON model_transitions (tenant_id, model, at DESC, id DESC)")
    op.execute("CREATE INDEX model_transitions_day ON model_transitions (tenant_id, at)")
    op.execute("CREATE INDEX model_transitions_last ON model_transitions (tenant_id, model, type, at DESC, id DESC)")
    op.execute("ALTER TABLE model_transitions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(TENANT_POLICY.format(table="model_transitions"))
    op.execute("GRANT SELECT, INSERT, DELETE ON model_transitions TO freehold_app")
    op.execute("GRANT SELECT ON model_transitions TO freehold_readonly, freehold_worker")


def downgrade() -> None:
    op.execute("DROP TABLE model_transitions")
