"""Conversations, their messages, and what devices need to bring each other up to date."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0005"
branch_labels = None
depends_on = None

TENANT_POLICY = """
CREATE POLICY tenant ON {table}
    USING (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
"""
PARTITIONS = 16

# One row per person: whoever writes holds it until the commit, so that revisions become visible in their order.
SYNC_HEADS = """
CREATE TABLE sync_heads (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    user_id uuid NOT NULL REFERENCES users (id),
    rev bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, user_id)
)
"""
SYNC_OPS = """
CREATE TABLE sync_ops (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    user_id uuid NOT NULL REFERENCES users (id),
    op_id uuid NOT NULL,
    result jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, user_id, op_id)
)
"""
CONVERSATIONS = """
CREATE TABLE conversations (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    owner_id uuid NOT NULL REFERENCES users (id),
    title text NOT NULL DEFAULT '' CHECK (length(title) <= 200),
    folder text CHECK (length(folder) BETWEEN 1 AND 100),
    model text CHECK (length(model) BETWEEN 1 AND 253),
    params jsonb NOT NULL DEFAULT '{}',
    pinned boolean NOT NULL DEFAULT false,
    archived boolean NOT NULL DEFAULT false,
    last_message_at timestamptz NOT NULL,
    rev bigint NOT NULL,
    deleted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
)
"""
# parent_id has no foreign key: it is checked where it is written, and whole conversations are deleted at once.
MESSAGES = """
CREATE TABLE messages (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    owner_id uuid NOT NULL REFERENCES users (id),
    parent_id uuid,
    role text NOT NULL CHECK (role IN ('user', 'assistant', 'system')),
    parts jsonb NOT NULL DEFAULT '[]',
    status text NOT NULL CHECK (status IN ('complete', 'streaming', 'stopped', 'interrupted', 'failed')),
    model text,
    usage jsonb,
    error jsonb,
    rating smallint CHECK (rating IN (-1, 1)),
    rev bigint NOT NULL,
    deleted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE
) PARTITION BY HASH (tenant_id)
"""
INDEXES = (
    "CREATE INDEX sync_ops_age ON sync_ops (created_at)",
    """CREATE INDEX conversations_page ON conversations (tenant_id, owner_id, last_message_at DESC, id DESC)
        WHERE deleted_at IS NULL""",
    "CREATE INDEX conversations_changes ON conversations (tenant_id, owner_id, rev)",
    "CREATE INDEX conversations_tombstones ON conversations (deleted_at) WHERE deleted_at IS NOT NULL",
    "CREATE INDEX messages_page ON messages (tenant_id, conversation_id, id)",
    "CREATE INDEX messages_changes ON messages (tenant_id, owner_id, rev)",
)
TABLES = ("sync_heads", "sync_ops", "conversations", "messages")


def upgrade() -> None:
    for statement in (SYNC_HEADS, SYNC_OPS, CONVERSATIONS, MESSAGES):
        op.execute(statement)
    for part in range(PARTITIONS):
        name = f"messages_{part:02}"
        op.execute(
            f"CREATE TABLE {name} PARTITION OF messages FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {part})"
        )
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    for statement in INDEXES:
        op.execute(statement)
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(TENANT_POLICY.format(table=table))
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO freehold_app, freehold_worker")
        op.execute(f"GRANT SELECT ON {table} TO freehold_readonly")
    # What is over is deleted for all tenants at once; messages go with their conversation.
    for table in ("sync_ops", "conversations"):
        op.execute(f"CREATE POLICY worker ON {table} TO freehold_worker USING (true) WITH CHECK (true)")
        op.execute(f"GRANT DELETE ON {table} TO freehold_worker")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
