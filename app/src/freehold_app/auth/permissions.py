"""Who may do what: one table. Signatures, the route x role test, and the frontend's `can.ts` come from it.

    async def create_note(principal: TenantMember, session: TenantSession) -> NoteOut: ...

A role sees what its row says; a key needs its scope and never more than its creator's role. A row without scope is
closed to keys altogether.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from freehold_app.auth.principal import Principal, Role


class Action(StrEnum):
    """What a signature names. The wording is the API reference's."""

    PROFILE = "profile"
    CATALOG_READ = "catalog.read"
    INFERENCE = "inference"
    CHAT = "chat"
    KEYS_OWN = "keys.own"
    MODELS_WRITE = "models.write"
    MODELS_INSPECT = "models.inspect"
    USAGE_OWN = "usage.own"
    USAGE_TENANT = "usage.tenant"
    TENANT_READ = "tenant.read"
    TENANT_ADMIN = "tenant.admin"
    TENANT_OWN = "tenant.own"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: the roles that may, and the scope by which a key may."""

    roles: frozenset[Role]
    scope: str | None
    meaning: str


def _from(lowest: Role) -> frozenset[Role]:
    return frozenset(role for role in Role if role.rank >= lowest.rank)


MATRIX: Mapping[Action, Rule] = {
    Action.PROFILE: Rule(_from(Role.VIEWER), None, "see and change your own profile and sessions"),
    Action.CATALOG_READ: Rule(_from(Role.VIEWER), "read", "see Models and their states"),
    Action.INFERENCE: Rule(_from(Role.MEMBER), "inference", "call Models"),
    Action.CHAT: Rule(_from(Role.MEMBER), None, "keep conversations and have Models answer in them"),
    Action.KEYS_OWN: Rule(_from(Role.MEMBER), None, "make and revoke your own API keys"),
    Action.MODELS_WRITE: Rule(_from(Role.ENGINEER), "models:write", "create, change, scale, suspend and delete Models"),
    Action.MODELS_INSPECT: Rule(_from(Role.ENGINEER), None, "see pods, logs and events of Models"),
    Action.USAGE_OWN: Rule(_from(Role.VIEWER), "usage:read", "see your own usage"),
    Action.USAGE_TENANT: Rule(
        frozenset(Role) - {Role.MEMBER}, "usage:read", "see the usage of everybody in the tenant"
    ),
    Action.TENANT_READ: Rule(_from(Role.VIEWER), None, "see the tenant's name, state and caps"),
    Action.TENANT_ADMIN: Rule(_from(Role.ADMIN), None, "manage members, invitations, settings and everybody's keys"),
    Action.TENANT_OWN: Rule(_from(Role.OWNER), None, "make and unmake owners, export or erase the tenant"),
}

KEY_SCOPES = frozenset(rule.scope for rule in MATRIX.values() if rule.scope is not None)


def allows(principal: Principal, action: Action) -> bool:
    """Whether the table lets this caller do it."""
    rule = MATRIX[action]
    if principal.kind == "key":
        by_scope = rule.scope is not None and rule.scope in principal.scopes
        return by_scope and (principal.role is None or principal.role in rule.roles)
    return principal.role in rule.roles


def permissions(role: Role) -> list[str]:
    """What a role may do, for the frontend to hide the rest."""
    return [action.value for action, rule in MATRIX.items() if role in rule.roles]
