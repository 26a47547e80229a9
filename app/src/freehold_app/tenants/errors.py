"""Errors of tenants.

TenantError
└── TenantNameError
"""

from __future__ import annotations

from freehold_app.errors import FreeholdError


class TenantError(FreeholdError):
    """Something about a tenant is wrong."""


class TenantNameError(TenantError):
    """The name cannot be a Tenant's."""

    status = 422
    code = "invalid_request"
    title = "A tenant's name is 1 to 63 lower-case letters and digits, with hyphens inside only."
    blame = "you"
