"""Who may change whom, as a table."""

from __future__ import annotations

from uuid import UUID

import pytest

from freehold_app.auth.principal import Role
from freehold_app.tenants.errors import LastOwnerError, OwnersOnlyError, TenantError
from freehold_app.tenants.membership import refuse_invitation, refuse_role_change

ADA, ADAM, BOB = UUID(int=1), UUID(int=2), UUID(int=3)


@pytest.mark.parametrize(
    ("actor", "target", "before", "after", "owners", "refused"),
    [
        (ADAM, BOB, Role.MEMBER, Role.ADMIN, [ADA], None),
        (ADAM, BOB, Role.MEMBER, None, [ADA], None),
        (ADAM, BOB, Role.MEMBER, Role.OWNER, [ADA], OwnersOnlyError),
        (ADAM, ADA, Role.OWNER, Role.MEMBER, [ADA, BOB], OwnersOnlyError),
        (ADAM, ADA, Role.OWNER, None, [ADA, BOB], OwnersOnlyError),
        (ADA, BOB, Role.MEMBER, Role.OWNER, [ADA], None),
        (ADA, ADA, Role.OWNER, Role.MEMBER, [ADA], LastOwnerError),
        (ADA, ADA, Role.OWNER, None, [ADA], LastOwnerError),
        (ADA, ADA, Role.OWNER, Role.OWNER, [ADA], None),
        (ADA, ADA, Role.OWNER, None, [ADA, BOB], None),
        (ADA, BOB, Role.OWNER, Role.MEMBER, [ADA, BOB], None),
    ],
)
def test_roles_change_by_the_rules(
    actor: UUID, target: UUID, before: Role, after: Role | None, owners: list[UUID], refused: type[TenantError] | None
) -> None:
    found = refuse_role_change(actor, target, before, after, owners)
    assert (None if found is None else type(found)) is refused


@pytest.mark.parametrize("actor", list(Role))
def test_owners_are_invited_by_owners(actor: Role) -> None:
    assert (refuse_invitation(actor, Role.OWNER) is None) == (actor is Role.OWNER)
    assert refuse_invitation(actor, Role.ADMIN) is None
