"""Errors of tenants.

TenantError
├── TenantNameError
├── LastOwnerError
├── OwnersOnlyError
└── AlreadyMemberError
"""

from __future__ import annotations

from freehold_app.errors import FreeholdError


class TenantError(FreeholdError):
    """Something about a tenant is wrong."""

    blame = "you"


class TenantNameError(TenantError):
    """The name cannot be a Tenant's."""

    status = 422
    code = "invalid_request"
    title = "A tenant's name is 1 to 63 lower-case letters and digits, with hyphens inside only."


class LastOwnerError(TenantError):
    """Without an owner nobody could ever make another."""

    status = 409
    code = "wrong_state"
    title = "A tenant keeps at least one owner."
    fix = "Make somebody else an owner first."


class OwnersOnlyError(TenantError):
    """An administrator tries to make, change or remove an owner."""

    status = 403
    code = "forbidden"
    title = "Only owners make, change and remove owners."
    fix = "Ask an owner of the tenant."


class AlreadyMemberError(TenantError):
    """The invited person is here already."""

    status = 409
    code = "conflict"
    title = "This person is a member already."
    fix = "Change their role in the list of members."
