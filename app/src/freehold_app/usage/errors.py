"""Errors of usage.

UsageError
└── UsageRefusedError
"""

from __future__ import annotations

from freehold_app.errors import FreeholdError


class UsageError(FreeholdError):
    """Usage could not be written."""


class UsageRefusedError(UsageError):
    """PostgreSQL will never take one of these events; trying again is no use."""

    code = "usage_refused"
    title = "An event cannot be stored."

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
