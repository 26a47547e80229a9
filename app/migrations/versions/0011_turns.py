"""Turns: a question on its way to an answer, and which process writes it."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TENANT_POLICY = """
CREATE POLICY tenant ON turns
    USING (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
"""
TURNS = """
CREATE TABLE turns (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    owner_id uuid NOT NULL REFERENCES users (id),
    message_id uuid NOT NULL,
    answer_id uuid NOT NULL,
    model text NOT NULL CHECK (length(model) BETWEEN 1 AND 253),
    state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'stopped', 'interrupted', 'failed')),
    process text NOT NULL,
    heartbeat_at timestamptz NOT NULL DEFAULT now(),
    cancel_requested boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE
)
"""


def upgrade() -> None:
    op.execute(TURNS)
    op.execute("CREATE INDEX turns_running ON turns (heartbeat_at) WHERE state = 'running'")
    op.execute("CREATE INDEX turns_of_conversation ON turns (tenant_id, conversation_id)")
    op.execute("ALTER TABLE turns ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(TENANT_POLICY)
    # The worker looks for turns whose process is gone, in all tenants; it ends each in a session of its tenant.
    op.execute("CREATE POLICY worker ON turns TO freehold_worker USING (true) WITH CHECK (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE ON turns TO freehold_app, freehold_worker")
    op.execute("GRANT SELECT ON turns TO freehold_readonly")


def downgrade() -> None:
    op.execute("DROP TABLE turns")
