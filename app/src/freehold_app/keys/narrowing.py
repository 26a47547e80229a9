"""A key only narrows: what somebody may put into a key that they make. Pure."""

from __future__ import annotations

from datetime import datetime

from freehold_app.auth.permissions import MATRIX, Action, allows
from freehold_app.auth.principal import Principal, Role
from freehold_app.errors import FreeholdError
from freehold_app.keys.errors import ServiceKeyForbiddenError
from freehold_app.keys.schemas import KeyIn
from freehold_app.kit.errors import InvalidRequestError


def scopes_of(role: Role) -> frozenset[str]:
    """The scopes with which a key of such a person can do anything at all."""
    return frozenset(rule.scope for rule in MATRIX.values() if rule.scope is not None and role in rule.roles)


def refuse_key(principal: Principal, given: KeyIn, now: datetime) -> FreeholdError | None:
    """What stands against this key; none: it may be made."""
    if given.service and not allows(principal, Action.TENANT_ADMIN):
        return ServiceKeyForbiddenError()
    allowed = frozenset() if principal.role is None else scopes_of(principal.role)
    for place, scope in enumerate(given.scopes):
        if scope not in allowed:
            message = f"Your role cannot do what `{scope}` allows, so a key of yours cannot either."
            return InvalidRequestError.at(f"/scopes/{place}", message, fix=f"Leave `{scope}` out.")
    if given.expires_at is not None and given.expires_at <= now:
        return InvalidRequestError.at("/expires_at", "It must lie in the future.", fix="Choose a later time, or none.")
    return None
