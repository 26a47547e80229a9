"""Who may change whom. Pure: the service asks, these answer with the error or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from freehold_app.auth.principal import Role
from freehold_app.tenants.errors import LastOwnerError, OwnersOnlyError, TenantError


def refuse_role_change(
    actor: UUID | None, target: UUID, before: Role, after: Role | None, owners: Sequence[UUID]
) -> TenantError | None:
    """`after` none: the member is removed. `owners`: all of the tenant, locked, so the actor's own role of a moment ago
    does not count.
    """
    if Role.OWNER in {before, after} and actor not in owners:
        return OwnersOnlyError()
    if before is Role.OWNER and after is not Role.OWNER and list(owners) == [target]:
        return LastOwnerError()
    return None


def refuse_invitation(actor: Role | None, role: Role) -> TenantError | None:
    return OwnersOnlyError() if role is Role.OWNER and actor is not Role.OWNER else None
