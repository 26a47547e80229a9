"""Errors of what the app depends on.

    PlatformError
    ├── DatabaseUnavailableError
    └── DatabaseBusyError
"""

from __future__ import annotations

from freehold_app.errors import FreeholdError


class PlatformError(FreeholdError):
    """Something that the app depends on failed."""

    status = 503
    retry_after_seconds = 1


class DatabaseUnavailableError(PlatformError):
    """PostgreSQL cannot be reached or is shutting down; retryable."""

    code = "database_unavailable"
    title = "The database cannot be reached."


class DatabaseBusyError(PlatformError):
    """No connection of the pool became free in time; retryable."""

    code = "database_busy"
    title = "The database is busy."
