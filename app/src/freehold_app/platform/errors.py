"""Errors of what the app depends on.

PlatformError
├── DatabaseUnavailableError
├── DatabaseBusyError
├── DataRefusedError
├── MigrationError
└── RedisUnavailableError
"""

from __future__ import annotations

from freehold_app.errors import FreeholdError


class PlatformError(FreeholdError):
    """Something that the app depends on failed."""

    status = 503
    retry_after_seconds: int | None = 1


class DatabaseUnavailableError(PlatformError):
    """PostgreSQL cannot be reached or is shutting down; retryable."""

    code = "database_unavailable"
    title = "The database cannot be reached."


class DatabaseBusyError(PlatformError):
    """No connection of the pool became free in time; retryable."""

    code = "database_busy"
    title = "The database is busy."


class DataRefusedError(PlatformError):
    """PostgreSQL does not take these values; never retryable."""

    status = 500
    code = "internal"
    title = "A value cannot be stored."
    retry_after_seconds = None


class MigrationError(PlatformError):
    """The schema could not be brought up to date; the message says why."""

    status = 500
    code = "internal"
    title = "The database's schema could not be brought up to date."
    retry_after_seconds = None


class RedisUnavailableError(PlatformError):
    """Redis did not answer within its deadline; retryable."""

    code = "redis_unavailable"
    title = "Redis does not answer."
