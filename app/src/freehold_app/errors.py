"""The root of every error that a caller may see.

FreeholdError
├── auth.errors.AuthError
│   └── AuthUnavailableError           503 auth_unavailable
├── tenants.errors.TenantError
│   └── TenantNameError                422 invalid_request
├── keys.errors.ApiKeyError
│   ├── ApiKeyNotFoundError            404 not_found
│   └── ApiKeyRequestError             422 invalid_request
├── usage.errors.UsageError
│   └── UsageRefusedError              (never leaves the worker)
└── platform.errors.PlatformError
    ├── DatabaseUnavailableError       503 database_unavailable
    ├── DatabaseBusyError              503 database_busy
    ├── DataRefusedError               500 internal
    ├── MigrationError                 (of a command, never of a request)
    └── RedisUnavailableError          503 redis_unavailable
"""

from __future__ import annotations

from typing import ClassVar


class FreeholdError(Exception):
    """Something went wrong in a way that has a name."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something failed inside Freehold."
    blame: ClassVar[str] = "platform"
    retry_after_seconds: ClassVar[int | None] = None

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.title)
        self.detail = detail
