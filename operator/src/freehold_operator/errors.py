"""The operator's errors, so that a caller sees from the class what to do next.

OperatorError
├── RetryLater              the run ends here; run this object again after a while
├── GiveUp                  no retry helps until a person changes something
├── LeaseLostError          another replica may lead: stop writing at once
└── ApiError                the API server refused or could not be reached
    ├── NotFoundError       404
    ├── ConflictError       409: exists already, or another resourceVersion
    ├── ForbiddenError      403: missing right, exceeded quota, admission
    ├── InvalidError        400, 422: the object breaks a rule of its schema
    ├── ThrottledError      429, with the server's Retry-After
    ├── UndeclaredFieldError  500 "field not declared in schema": the CRD is older than this operator
    └── UnreachableError    no answer at all: refused, timed out, cut
"""

from typing import Any


class OperatorError(Exception):
    """Anything this operator raises on purpose."""


class RetryLater(OperatorError):  # noqa: N818 - a verdict on the run, and the design's name for it
    """The run cannot finish now; try this object again after `after_seconds`."""

    def __init__(self, message: str, *, after_seconds: float) -> None:
        super().__init__(message)
        self.after_seconds = after_seconds


class GiveUp(OperatorError):  # noqa: N818 - a verdict on the run, and the design's name for it
    """Nothing but a person's change helps; `reason` is the CamelCase word of a condition."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.message = message


class LeaseLostError(OperatorError):
    """The Lease could not be renewed in time, so another replica may lead now."""


class ApiError(OperatorError):
    """The API server refused a call; `status` is the HTTP status, 0 when there was none."""

    def __init__(self, message: str, *, status: int = 0, reason: str = "", retry_after_seconds: float = 0) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds


class NotFoundError(ApiError):
    """404: the object, or its namespace, or its kind does not exist."""


class ConflictError(ApiError):
    """409: it exists already, or changed since it was read."""


class ForbiddenError(ApiError):
    """403: a missing right, an exceeded quota or an admission policy."""


class InvalidError(ApiError):
    """400 or 422: the object breaks its schema."""


class ThrottledError(ApiError):
    """429: the server asks for a pause of `retry_after_seconds`."""


class UndeclaredFieldError(ApiError):
    """The installed CRD does not know a field that this operator writes."""


class UnreachableError(ApiError):
    """No answer from the API server."""


BY_STATUS: dict[int, type[ApiError]] = {
    400: InvalidError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    422: InvalidError,
    429: ThrottledError,
}


def api_error(status: int, body: dict[str, Any], retry_after: str = "") -> ApiError:
    """The error class for one refused call; `body` is the server's Status object."""
    message = str(body.get("message") or body.get("reason") or f"HTTP {status}")
    kind = BY_STATUS.get(status, ApiError)
    if status == 500 and "field not declared in schema" in message:
        kind = UndeclaredFieldError
    return kind(
        message,
        status=status,
        reason=str(body.get("reason") or ""),
        retry_after_seconds=float(retry_after) if retry_after.isdigit() else 0.0,
    )
