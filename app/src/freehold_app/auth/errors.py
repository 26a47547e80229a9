"""Errors of authentication.

AuthError
├── AuthUnavailableError
├── UnauthenticatedError
├── TokenExpiredError
├── ForbiddenRoleError
├── TenantSuspendedError
├── TenantNotProvisionedError
├── SignInRefusedError
├── WrongTokenError
├── ForeignOriginError
├── PasswordWeakError
├── PasswordsBusyError
└── SetupDoneError
"""

from __future__ import annotations

from freehold_app.errors import FreeholdError


class AuthError(FreeholdError):
    """Authentication failed in a way that has a name."""

    blame = "you"


class AuthUnavailableError(AuthError):
    """Whether the key is valid cannot be known just now; retryable."""

    status = 503
    code = "auth_unavailable"
    title = "Keys cannot be checked at the moment."
    blame = "platform"
    retry_after_seconds = 1


class UnauthenticatedError(AuthError):
    """No credential, or one that nobody knows (any more)."""

    status = 401
    code = "unauthenticated"
    title = "Sign in first."
    fix = "Send `Authorization: Bearer` with an access token or an API key."


class TokenExpiredError(AuthError):
    """The access token was good and its time is over; a refresh gives another."""

    status = 401
    code = "token_expired"
    title = "The access token has expired."
    fix = "Get a new one from /auth/refresh."


class ForbiddenRoleError(AuthError):
    """The caller is known and the matrix says no."""

    status = 403
    code = "forbidden"
    title = "Your role does not allow this."
    fix = "Ask an administrator of your tenant."


class TenantSuspendedError(AuthError):
    """The Tenant is suspended; people may look, nothing may change or run."""

    status = 403
    code = "tenant_suspended"
    title = "This tenant is suspended."
    fix = "Ask whoever runs the platform."


class TenantNotProvisionedError(AuthError):
    """There is no Tenant resource for it yet (or any more)."""

    status = 403
    code = "tenant_not_provisioned"
    title = "This tenant has no place in the cluster yet."
    fix = "Apply a Tenant of this name, or wait until the operator has made its namespace."


class SignInRefusedError(AuthError):
    """Wrong address or password: never said which."""

    status = 401
    code = "unauthenticated"
    title = "E-mail or password is wrong."
    fix = "Check both; ask an administrator for a new invitation if you forgot the password."


class WrongTokenError(AuthError):
    """A refresh cookie, bootstrap token or invitation that is unknown, used or over."""

    status = 401
    code = "unauthenticated"
    title = "This link or session is not valid any more."
    fix = "Sign in again, or ask for a new invitation."


class ForeignOriginError(AuthError):
    """A page of another origin tries to use the sign-in cookie."""

    status = 403
    code = "forbidden"
    title = "This address does not belong to Freehold."
    fix = "Open Freehold at its own address."


class PasswordWeakError(AuthError):
    """Too short, too long, or one of the first that anybody tries."""

    status = 422
    code = "invalid_request"
    title = "Choose another password."


class PasswordsBusyError(AuthError):
    """More sign-ins at once than can be checked; retryable."""

    status = 503
    code = "overloaded"
    title = "Too many sign-ins at the moment."
    blame = "platform"
    retry_after_seconds = 2


class SetupDoneError(AuthError):
    """The first owner exists."""

    status = 409
    code = "wrong_state"
    title = "Freehold is set up already."
    fix = "Sign in, or ask an administrator for an invitation."
