"""Errors of keys.

ApiKeyError
├── ApiKeyNotFoundError
└── ApiKeyRequestError
"""

from __future__ import annotations

from freehold_app.errors import FreeholdError


class ApiKeyError(FreeholdError):
    """Something about an API key is wrong."""


class ApiKeyNotFoundError(ApiKeyError):
    """The tenant has no such key that is still valid."""

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
