"""Tenants, API keys, and the look-up by which a key is found before its tenant is known."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Exempt from row-level security: who the tenants are is no tenant's own data.
TENANTS = """
CREATE TABLE tenants (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$'),
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended')),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
)
"""

# digest is unique across tenants: it is random to everybody without the pepper, so it tells nobody what exists.
API_KEYS = """
CREATE TABLE api_keys (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    id uuid NOT NULL,
    public_id text NOT NULL CHECK (length(public_id) = 10),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    digest bytea NOT NULL UNIQUE CHECK (length(digest) = 32),
    pepper_version integer NOT NULL,
    prefix text NOT NULL,
    last4 text NOT NULL CHECK (length(last4) = 4),
    routes text[],
    models text[],
    expires_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, public_id)
)
"""

API_KEYS_PAGE = "CREATE INDEX api_keys_page ON api_keys (tenant_id, created_at DESC, id DESC)"

# NULLIF, because on a reused connection the unset value is '' and would raise instead of hiding every row.
TENANT_POLICY = """
CREATE POLICY tenant ON {table}
    USING (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
    WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant', true), '')::uuid)
"""

AUTH_API_KEY = """
CREATE FUNCTION auth_api_key(wanted bytea)
RETURNS TABLE (tenant_id uuid, tenant text, tenant_state text, key_id uuid,
               routes text[], models text[], expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT k.tenant_id, t.name, t.state, k.id, k.routes, k.models, k.expires_at
      FROM public.api_keys AS k JOIN public.tenants AS t ON t.id = k.tenant_id
     WHERE k.digest = wanted AND k.revoked_at IS NULL
$$
"""


def upgrade() -> None:
    op.execute(TENANTS)
    op.execute("GRANT SELECT, INSERT ON tenants TO freehold_app, freehold_worker")
    op.execute("GRANT SELECT ON tenants TO freehold_readonly, freehold_auth")
    op.execute(API_KEYS)
    op.execute(API_KEYS_PAGE)
    op.execute("ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(TENANT_POLICY.format(table="api_keys"))
    op.execute("CREATE POLICY lookup ON api_keys FOR SELECT TO freehold_auth USING (true)")
    op.execute("GRANT SELECT, INSERT, UPDATE ON api_keys TO freehold_app, freehold_worker")
    op.execute("GRANT SELECT ON api_keys TO freehold_readonly, freehold_auth")
    op.execute(AUTH_API_KEY)
    op.execute("REVOKE ALL ON FUNCTION auth_api_key(bytea) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION auth_api_key(bytea) TO freehold_app, freehold_worker")
    # Its new owner must be able to create in the schema, for this one statement.
    op.execute("GRANT CREATE ON SCHEMA public TO freehold_auth")
    op.execute("ALTER FUNCTION auth_api_key(bytea) OWNER TO freehold_auth")
    op.execute("REVOKE CREATE ON SCHEMA public FROM freehold_auth")
    op.execute("GRANT SELECT ON alembic_version TO freehold_app, freehold_worker")


def downgrade() -> None:
    op.execute("DROP FUNCTION auth_api_key(bytea)")
    op.execute("DROP TABLE api_keys")
    op.execute("DROP TABLE tenants")
    op.execute("REVOKE SELECT ON alembic_version FROM freehold_app, freehold_worker")
