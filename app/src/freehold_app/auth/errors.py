"""Errors of authentication.

AuthError
└── AuthUnavailableError
"""

from __future__ import annotations

from freehold_app.errors import FreeholdError


class AuthError(FreeholdError):
    """Authentication failed in a way that has a name."""


class AuthUnavailableError(AuthError):
    """Whether the key is valid cannot be known just now; retryable."""

    status = 503
    code = "auth_unavailable"
    title = "Keys cannot be checked at the moment."
    retry_after_seconds = 1
