"""The root of every error that a caller may see.

FreeholdError
├── auth.errors.AuthError
│   └── AuthUnavailableError           503 auth_unavailable
├── tenants.errors.TenantError
│   └── TenantNameError                422 invalid_request
├── keys.errors.ApiKeyError
│   ├── ApiKeyNotFoundError            404 not_found
│   ├── ApiKeyRequestError             422 invalid_request
│   ├── ServiceKeyForbiddenError       403 forbidden
│   └── TooManyKeysError               429 quota_exceeded
├── catalog.errors.CatalogError
│   ├── ModelNotFoundError             404 not_found
│   ├── ModelExistsError               409 model_exists
│   ├── ManagedElsewhereError          409 managed_elsewhere
│   ├── ModelRejectedError             422 model_rejected
│   ├── ModelsQuotaError               429 quota_exceeded
│   └── RightMissingError, NotWatchedYetError, NoClusterError    503 kubernetes_unavailable
├── usage.errors.UsageError
│   └── UsageRefusedError              (never leaves the worker)
├── conversations.errors.ConversationError
│   ├── IdTakenError                   409 id_taken
│   ├── DeletedError                   409 wrong_state
│   ├── ImmutableError                 409 conflict
│   └── TooManyTurnsError              429 rate_limited
└── platform.errors.PlatformError
    ├── DatabaseUnavailableError       503 database_unavailable
    ├── DatabaseBusyError              503 database_busy
    ├── DataRefusedError               500 internal
    ├── MigrationError                 (of a command, never of a request)
    └── RedisUnavailableError          503 redis_unavailable
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field of the input that is wrong; `pointer` is a JSON pointer (RFC 6901)."""

    pointer: str
    code: str
    message: str


class FreeholdError(Exception):
    """Something went wrong in a way that has a name.

    `detail` says what, `fix` what the caller can do about it, `fields` which parts of the input are at fault,
    `extra` further members of the answer, such as `managers` of `managed_elsewhere`.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something failed inside Freehold."
    blame: ClassVar[str] = "platform"
    fix: str | None = None
    retry_after_seconds: int | None = None
    """Seconds until another try may help."""
    fields: tuple[FieldError, ...] = ()

    def __init__(
        self,
        detail: str = "",
        *,
        fix: str | None = None,
        fields: tuple[FieldError, ...] = (),
        retry_after_seconds: int | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.fix = fix or self.fix
        self.fields = fields or self.fields
        self.retry_after_seconds = retry_after_seconds or self.retry_after_seconds
        self.extra = dict(extra or {})
