"""Errors that every endpoint may answer with, whatever its subject.

RequestError
├── BadCursorError
├── BadFilterError
├── TooDeepError
├── TooLargeError
├── UnsupportedTypeError
├── InvalidRequestError
├── NotFoundError
├── WrongStateError
├── ConflictError
├── EtagRequiredError
├── StaleEtagError
├── IdempotencyKeyError
├── IdempotencyMismatchError
├── IdempotencyInProgressError
├── RateLimitedError
└── ShuttingDownError
"""

from __future__ import annotations

from freehold_app.errors import FieldError, FreeholdError


class RequestError(FreeholdError):
    """The request cannot be done as it is."""

    status = 400
    code = "invalid_request"
    title = "The request cannot be done as it is."
    blame = "you"


class BadCursorError(RequestError):
    """The cursor was not made by this route for this caller and these filters."""

    code = "bad_cursor"
    title = "The cursor belongs to another list."
    fix = "Start again without `cursor`; keep filters and sort order the same from page to page."


class BadFilterError(RequestError):
    """A filter or sort field that the route does not offer."""

    code = "bad_filter"
    title = "There is no such filter."


class TooDeepError(RequestError):
    """JSON nested deeper than 64."""

    title = "The JSON is nested too deeply."
    fix = "Nest objects and arrays at most 64 deep."


class TooLargeError(RequestError):
    """The body is larger than the route takes."""

    status = 413
    code = "too_large"
    title = "The body is too large."


class UnsupportedTypeError(RequestError):
    """The body is not JSON."""

    status = 415
    code = "unsupported_type"
    title = "The body must be JSON."
    fix = "Send `Content-Type: application/json`."


class InvalidRequestError(RequestError):
    """A field is wrong in a way that its type does not show."""

    status = 422
    title = "The request is not valid."

    @classmethod
    def at(cls, pointer: str, message: str, *, code: str = "invalid", fix: str | None = None) -> InvalidRequestError:
        """One field at fault, such as `at("/spec/replicas/max", "must not be below min")`."""
        return cls(f"{pointer}: {message}", fields=(FieldError(pointer, code, message),), fix=fix)


class NotFoundError(RequestError):
    """No such thing, or none of this caller's."""

    status = 404
    code = "not_found"
    title = "There is no such thing."


class WrongStateError(RequestError):
    """It could be done in another state."""

    status = 409
    code = "wrong_state"
    title = "That is not possible in the present state."


class ConflictError(RequestError):
    """Somebody else was first."""

    status = 409
    code = "conflict"
    title = "That collides with something that exists."


class EtagRequiredError(RequestError):
    """A change without `If-Match`."""

    status = 428
    code = "etag_required"
    title = "Say which version you are changing."
    fix = "Send `If-Match` with the ETag of what you read."


class StaleEtagError(RequestError):
    """Changed since it was read."""

    status = 412
    code = "stale_etag"
    title = "It has changed since you read it."
    fix = "Read it again and repeat the change."


class IdempotencyKeyError(RequestError):
    """The `Idempotency-Key` header cannot be one."""

    title = "The Idempotency-Key must be 1 to 128 visible ASCII characters."


class IdempotencyMismatchError(RequestError):
    """The same key with another request."""

    status = 422
    code = "idempotency_mismatch"
    title = "This Idempotency-Key was used for another request."
    fix = "Use a new key for a new request."


class IdempotencyInProgressError(RequestError):
    """The first request with this key has not ended; retryable."""

    status = 409
    code = "idempotency_in_progress"
    title = "The first request with this Idempotency-Key is still running."
    retry_after_seconds = 1


class RateLimitedError(RequestError):
    """Too many; `retry_after_seconds` says when again."""

    status = 429
    code = "rate_limited"
    title = "Too many requests."


class ShuttingDownError(RequestError):
    """The replica is going down; another one will answer."""

    status = 503
    code = "shutting_down"
    title = "This replica is shutting down; try again."
    blame = "platform"
    retry_after_seconds = 1
