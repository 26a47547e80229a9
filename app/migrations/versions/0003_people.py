"""People: who they are, how they prove it, where they are signed in, and which tenants they belong to."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TENANT_POLICY = """
CREATE POLICY tenant ON {table}
    USING (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
"""

# Mirrored from the Tenant resource; a tenant without namespace was named by a command and not provisioned yet.
TENANT_COLUMNS = """
ALTER TABLE tenants
    ADD COLUMN namespace text,
    ADD COLUMN display text,
    ADD COLUMN organization_id text UNIQUE,
    ADD COLUMN caps jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN settings jsonb NOT NULL DEFAULT '{}',
    DROP CONSTRAINT tenants_state_check,
    ADD CONSTRAINT tenants_state_check CHECK (state IN ('active', 'suspended', 'removed'))
"""
MIRRORED = "namespace, display, state, caps, settings, updated_at"

# These three are exempt from row-level security: a person may belong to several tenants, and signs in before any.
USERS = """
CREATE TABLE users (
    id uuid PRIMARY KEY,
    provider text NOT NULL,
    subject text NOT NULL,
    email text NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    tz text NOT NULL DEFAULT 'UTC',
    erased_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (provider, subject)
)
"""
CREDENTIALS = """
CREATE TABLE user_credentials (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    kind text NOT NULL CHECK (kind IN ('password')),
    secret_hash text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (user_id, kind)
)
"""
# A session's id is its family: its token is replaced in place, and the one before is kept to notice that it comes back.
SESSIONS = """
CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id),
    tenant_id uuid REFERENCES tenants (id),
    token_hmac bytea NOT NULL UNIQUE CHECK (length(token_hmac) = 32),
    prev_hmac bytea CHECK (length(prev_hmac) = 32),
    rotated_at timestamptz NOT NULL,
    device text NOT NULL,
    address text NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
)
"""
MEMBERSHIPS = """
CREATE TABLE memberships (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    user_id uuid NOT NULL REFERENCES users (id),
    role text NOT NULL CHECK (role IN ('viewer', 'member', 'engineer', 'admin', 'owner')),
    source text NOT NULL DEFAULT 'local' CHECK (source IN ('local', 'provider')),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, user_id)
)
"""
# token_hmac is unique across tenants: it is random to everybody without the pepper, so it tells nobody what exists.
INVITATIONS = """
CREATE TABLE invitations (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    email text NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
    role text NOT NULL CHECK (role IN ('viewer', 'member', 'engineer', 'admin', 'owner')),
    token_hmac bytea NOT NULL UNIQUE CHECK (length(token_hmac) = 32),
    invited_by uuid REFERENCES users (id),
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
)
"""
# The tenants of one person, before one of them is chosen.
AUTH_MEMBERSHIPS = """
CREATE FUNCTION auth_memberships(wanted uuid)
RETURNS TABLE (tenant_id uuid, tenant text, display text, namespace text, state text, role text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT m.tenant_id, t.name, coalesce(t.display, t.name), t.namespace, t.state, m.role
      FROM public.memberships AS m JOIN public.tenants AS t ON t.id = m.tenant_id
     WHERE m.user_id = wanted
$$
"""


def upgrade() -> None:
    op.execute(TENANT_COLUMNS)
    op.execute(f"GRANT UPDATE ({MIRRORED}) ON tenants TO freehold_app")
    for statement in (USERS, CREDENTIALS, SESSIONS, MEMBERSHIPS, INVITATIONS):
        op.execute(statement)
    op.execute("CREATE INDEX sessions_of_user ON sessions (user_id, created_at DESC, id DESC)")
    op.execute("CREATE INDEX memberships_of_user ON memberships (user_id)")
    op.execute("CREATE INDEX memberships_page ON memberships (tenant_id, created_at DESC, user_id DESC)")
    op.execute("CREATE INDEX invitations_page ON invitations (tenant_id, created_at DESC, id DESC)")
    op.execute("GRANT SELECT, INSERT, UPDATE ON users, user_credentials TO freehold_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO freehold_app")
    op.execute("GRANT SELECT ON users TO freehold_worker, freehold_readonly")
    op.execute("GRANT SELECT, DELETE ON sessions TO freehold_worker")
    for table in ("memberships", "invitations"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(TENANT_POLICY.format(table=table))
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO freehold_app")
        op.execute(f"GRANT SELECT ON {table} TO freehold_worker, freehold_readonly")
    op.execute("CREATE POLICY lookup ON memberships FOR SELECT TO freehold_auth USING (true)")
    op.execute("GRANT SELECT ON memberships TO freehold_auth")
    op.execute(AUTH_MEMBERSHIPS)
    op.execute("REVOKE ALL ON FUNCTION auth_memberships(uuid) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION auth_memberships(uuid) TO freehold_app, freehold_worker")
    op.execute("GRANT CREATE ON SCHEMA public TO freehold_auth")
    op.execute("ALTER FUNCTION auth_memberships(uuid) OWNER TO freehold_auth")
    op.execute("REVOKE CREATE ON SCHEMA public FROM freehold_auth")


def downgrade() -> None:
    op.execute("DROP FUNCTION auth_memberships(uuid)")
    for table in ("invitations", "memberships", "sessions", "user_credentials", "users"):
        op.execute(f"DROP TABLE {table}")
    op.execute(f"REVOKE UPDATE ({MIRRORED}) ON tenants FROM freehold_app")
    op.execute("UPDATE tenants SET state = 'suspended' WHERE state = 'removed'")
    op.execute(
        "ALTER TABLE tenants DROP COLUMN namespace, DROP COLUMN display, DROP COLUMN organization_id,"
        " DROP COLUMN caps, DROP COLUMN settings, DROP CONSTRAINT tenants_state_check,"
        " ADD CONSTRAINT tenants_state_check CHECK (state IN ('active', 'suspended'))"
    )
