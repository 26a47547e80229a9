"""Errors of the gateway's edge; what a caller sees is `core.errors`.

GatewayError
├── RoutesFileError      the routes file cannot be used; names the place and the remedy
└── CredentialError      an upstream credential cannot be read; retryable
"""

from __future__ import annotations

from freehold_app.errors import FreeholdError


class GatewayError(FreeholdError):
    """The gateway cannot do its part."""


class RoutesFileError(GatewayError):
    """The routes file cannot be used."""

    code = "routes_file"
    title = "The routes file cannot be used."


class CredentialError(GatewayError):
    """The credential for an upstream cannot be read."""

    code = "credential_unreadable"
    title = "The credential for a model's upstream cannot be read."
