"""What a key may do beside calling Models, and whose rights bound it."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# A key without creator belongs to the tenant (`service`); the others never allow more than their creator may now.
COLUMNS = """
ALTER TABLE api_keys
    ADD COLUMN scopes text[] NOT NULL DEFAULT '{read,inference}',
    ADD COLUMN created_by uuid REFERENCES users (id),
    ADD COLUMN service boolean NOT NULL DEFAULT true
"""

AUTH_API_KEY = """
CREATE FUNCTION auth_api_key(wanted bytea)
RETURNS TABLE (tenant_id uuid, tenant text, namespace text, tenant_state text, key_id uuid, routes text[],
               models text[], expires_at timestamptz, scopes text[], created_by uuid, role text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT k.tenant_id, t.name, t.namespace, t.state, k.id, k.routes, k.models, k.expires_at, k.scopes, k.created_by,
           CASE WHEN k.service THEN NULL
                ELSE (SELECT m.role FROM public.memberships AS m
                       WHERE m.tenant_id = k.tenant_id AND m.user_id = k.created_by) END
      FROM public.api_keys AS k JOIN public.tenants AS t ON t.id = k.tenant_id
     WHERE k.digest = wanted AND k.revoked_at IS NULL
       AND (k.service OR EXISTS (SELECT FROM public.memberships AS m
                                  WHERE m.tenant_id = k.tenant_id AND m.user_id = k.created_by))
$$
"""
AUTH_API_KEY_BEFORE = """
CREATE FUNCTION auth_api_key(wanted bytea)
RETURNS TABLE (tenant_id uuid, tenant text, tenant_state text, key_id uuid,
               routes text[], models text[], expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT k.tenant_id, t.name, t.state, k.id, k.routes, k.models, k.expires_at
      FROM public.api_keys AS k JOIN public.tenants AS t ON t.id = k.tenant_id
     WHERE k.digest = wanted AND k.revoked_at IS NULL
$$
"""


def replace_look_up(definition: str) -> None:
    """A function whose columns change cannot be replaced in place. The owner of all objects may act as its owner."""
    op.execute("DROP FUNCTION auth_api_key(bytea)")
    op.execute(definition)
    op.execute("REVOKE ALL ON FUNCTION auth_api_key(bytea) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION auth_api_key(bytea) TO freehold_app, freehold_worker")
    op.execute("GRANT CREATE ON SCHEMA public TO freehold_auth")
    op.execute("ALTER FUNCTION auth_api_key(bytea) OWNER TO freehold_auth")
    op.execute("REVOKE CREATE ON SCHEMA public FROM freehold_auth")


def upgrade() -> None:
    op.execute(COLUMNS)
    replace_look_up(AUTH_API_KEY)


def downgrade() -> None:
    replace_look_up(AUTH_API_KEY_BEFORE)
    op.execute("ALTER TABLE api_keys DROP COLUMN scopes, DROP COLUMN created_by, DROP COLUMN service")
