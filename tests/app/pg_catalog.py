"""What PostgreSQL's catalogue says about isolation, as findings; none means that rules I2 to I7 hold.

The rules stand in the security design: row-level security on and forced on every table of a tenant, both halves of its
policy, keys that begin with the tenant, no grants on partitions, and no function that runs with another's rights but
the listed ones.
"""

from __future__ import annotations

import asyncpg

# Who the tenants are is no tenant's own data, and a person may belong to several; the last belongs to the migrations.
EXEMPT = {"tenants", "users", "user_credentials", "sessions", "alembic_version"}
DEFINERS = {"auth_api_key": "freehold_auth", "auth_memberships": "freehold_auth"}
# A digest is random to everybody without the pepper: its uniqueness across tenants tells nobody what exists.
GLOBAL_UNIQUES = {"api_keys_digest_key", "invitations_token_hmac_key"}
TENANT_CHECK = "(tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)"

_TABLES = """
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, c.relispartition,
       EXISTS (SELECT FROM pg_attribute a
                WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnotnull) AS scoped
  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
"""
_POLICIES = "SELECT tablename, qual, with_check FROM pg_policies WHERE schemaname = 'public' AND roles = '{public}'"
_UNIQUES = """
SELECT c.relname, i.relname AS index,
       (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = x.indkey[0]) AS first
  FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
 WHERE c.relnamespace = 'public'::regnamespace AND x.indisunique AND NOT c.relispartition
"""
_DEFINERS = """
SELECT p.proname, r.rolname, p.proconfig, p.proacl::text AS acl
  FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner
 WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
"""
_GRANTS = """
SELECT c.relname, g.grantee::regrole::text AS grantee, g.privilege_type
  FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) g
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND g.grantee <> c.relowner
"""
_BYPASSING = "SELECT rolname FROM pg_roles WHERE rolname LIKE 'freehold%' AND (rolbypassrls OR rolsuper)"


async def findings(connection: asyncpg.Connection) -> list[str]:
    found = await _tables(connection)
    found += await _keys(connection)
    found += await _functions(connection)
    found += [f"{row['rolname']} passes by row-level security" for row in await connection.fetch(_BYPASSING)]
    partitions = {row["relname"] for row in await connection.fetch(_TABLES) if row["relispartition"]}
    grants = await connection.fetch(_GRANTS)
    return found + [
        f"{g['grantee']} has rights on partition {g['relname']}" for g in grants if g["relname"] in partitions
    ]


async def grants(connection: asyncpg.Connection) -> dict[tuple[str, str], str]:
    """(table, role) to its rights, sorted."""
    rights: dict[tuple[str, str], list[str]] = {}
    for row in await connection.fetch(_GRANTS):
        rights.setdefault((row["relname"], row["grantee"]), []).append(row["privilege_type"])
    return {key: " ".join(sorted(value)) for key, value in rights.items()}


async def _tables(connection: asyncpg.Connection) -> list[str]:
    found = []
    policies = {row["tablename"]: row for row in await connection.fetch(_POLICIES)}
    for row in await connection.fetch(_TABLES):
        name = row["relname"]
        if name in EXEMPT:
            continue
        if not row["scoped"]:
            found.append(f"{name} has no tenant_id")
        if not (row["relrowsecurity"] and row["relforcerowsecurity"]):
            found.append(f"{name} does not force row-level security")
        policy = policies.get(name)
        if not row["relispartition"] and (
            policy is None or policy["qual"] != TENANT_CHECK or policy["with_check"] != TENANT_CHECK
        ):
            found.append(f"{name} has not both halves of the tenant's policy")
    return found


async def _keys(connection: asyncpg.Connection) -> list[str]:
    return [
        f"{row['index']} does not begin with tenant_id"
        for row in await connection.fetch(_UNIQUES)
        if row["relname"] not in EXEMPT and row["first"] != "tenant_id" and row["index"] not in GLOBAL_UNIQUES
    ]


async def _functions(connection: asyncpg.Connection) -> list[str]:
    found = []
    for row in await connection.fetch(_DEFINERS):
        if DEFINERS.get(row["proname"]) != row["rolname"]:
            found.append(f"{row['proname']} runs with the rights of {row['rolname']}")
        if row["proconfig"] != ['search_path=""']:
            found.append(f"{row['proname']} has no fixed search_path")
        if row["acl"] is None or "{=X" in row["acl"] or ",=X" in row["acl"]:
            found.append(f"{row['proname']} may be executed by everybody")
    return found
