"""Errors of keys.

ApiKeyError
├── ApiKeyNotFoundError
├── ApiKeyRequestError
├── ServiceKeyForbiddenError
└── TooManyKeysError
"""

from __future__ import annotations

from freehold_app.errors import FieldError, FreeholdError


class ApiKeyError(FreeholdError):
    """Something about an API key is wrong."""


class ApiKeyNotFoundError(ApiKeyError):
    """The tenant has no such key that is still valid, or it is not the caller's."""

    status = 404
    code = "not_found"
    title = "There is no such key."
    blame = "you"


class ApiKeyRequestError(ApiKeyError):
    """A key cannot be made as asked."""

    status = 422
    code = "invalid_request"
    title = "A key cannot be made like that."
    blame = "you"


class ServiceKeyForbiddenError(ApiKeyError):
    """A key of the tenant, asked for by somebody who does not administer it."""

    status = 403
    code = "forbidden"
    title = "Service keys belong to the tenant; only administrators make them."
    blame = "you"
    fix = "Leave `service` out, or ask an administrator."
    fields = (FieldError("/service", "forbidden", title),)


class TooManyKeysError(ApiKeyError):
    """The person has as many valid keys as one person may have."""

    status = 429
    code = "quota_exceeded"
    title = "You have as many keys as one person may have."
    blame = "quota"
    fix = "Revoke a key that nothing uses any more."
