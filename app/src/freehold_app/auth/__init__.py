"""Who is calling: keys, what they grant, and how their revocation spreads."""

from freehold_app.auth.errors import AuthError, AuthUnavailableError
from freehold_app.auth.grant import Grant, GrantFlag, PrincipalSource
from freehold_app.auth.invalidation import INVALIDATION_CHANNEL, Invalidation

__all__ = [
    "INVALIDATION_CHANNEL",
    "AuthError",
    "AuthUnavailableError",
    "Grant",
    "GrantFlag",
    "Invalidation",
    "PrincipalSource",
]
