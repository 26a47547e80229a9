"""Every answer that refuses a caller, as one table in OpenAI's shape.

    RefusedError          raised inside `core` and by the shell, carries a `Refusal`

One place, so that official clients meet one vocabulary, and so that no message can hold a host name, a trace or a
secret: a message is a fixed sentence with named gaps, never an exception's text.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson

INVALID = "invalid_request_error"
SERVER = "server_error"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what a code means to a client."""

    status: int
    type: str
    message: str
    may_retry: bool = True
    """False sends `x-should-retry: false`: official clients would otherwise try a 429 or 5xx again."""
    closes: bool = False
    """The connection ends after the answer: the rest of the request cannot be trusted or is too large to read."""


TABLE: dict[str, Row] = {
    "invalid_json": Row(400, INVALID, "The body is not valid JSON: {why}."),
    "invalid_encoding": Row(400, INVALID, "The body is not valid UTF-8: {why}."),
    "body_too_deep": Row(400, INVALID, "The body is nested too deeply."),
    "duplicate_key": Row(400, INVALID, "The key '{param}' appears more than once."),
    "invalid_type": Row(400, INVALID, "'{param}' must be {type}."),
    "missing_parameter": Row(400, INVALID, "'{param}' is missing."),
    "unsupported_parameter": Row(400, INVALID, "Model '{m}' does not support this value of '{param}': {why}."),
    "unsupported_endpoint": Row(400, INVALID, "Model '{m}' does not serve {route}."),
    "input_too_large": Row(400, INVALID, "The input is larger than model '{m}' takes at once; send smaller pieces."),
    "bad_request": Row(400, INVALID, "The request is not valid HTTP.", closes=True),
    "no_api_key": Row(401, INVALID, "No API key given; send 'Authorization: Bearer <key>'."),
    "invalid_api_key": Row(401, INVALID, "The API key is not valid."),
    "expired_api_key": Row(401, INVALID, "The API key has expired."),
    "permission_denied": Row(403, "permission_error", "This key may not call {route}.", may_retry=False),
    "tenant_suspended": Row(403, "permission_error", "Tenant '{t}' is suspended.", may_retry=False),
    "model_suspended": Row(403, "permission_error", "Model '{m}' is suspended.", may_retry=False),
    "operation_not_permitted": Row(
        403, "permission_error", "Models are removed in Kubernetes, not here.", may_retry=False
    ),
    "model_not_found": Row(404, INVALID, "No model named '{m}' is available to this key."),
    "unknown_url": Row(404, INVALID, "Unknown URL: {method} {path}."),
    "method_not_allowed": Row(405, INVALID, "{method} is not allowed here; use {allow}."),
    "request_timeout": Row(408, INVALID, "The request did not arrive within {n} s.", closes=True),
    "request_too_large": Row(413, INVALID, "The body is larger than {n} bytes.", closes=True),
    "unsupported_media_type": Row(415, INVALID, "Send JSON: 'Content-Type: application/json'."),
    "headers_too_large": Row(431, INVALID, "The headers are larger than {n} bytes or more than {count}.", closes=True),
    "too_many_misses": Row(429, "requests", "Too many unknown keys from this address.", may_retry=False),
    "provider_rate_limited": Row(429, "requests", "The provider of model '{m}' limits its rate."),
    "internal_error": Row(500, SERVER, "The gateway failed; quote {request_id}."),
    "upstream_error": Row(502, SERVER, "Model '{m}' broke off or answered nonsense: {why}."),
    "provider_auth_failed": Row(502, SERVER, "The provider of model '{m}' refused the platform's credential."),
    "model_loading": Row(503, SERVER, "Model '{m}' is starting ({phase})."),
    "model_unavailable": Row(503, SERVER, "Model '{m}' cannot answer now: {why}."),
    "activation_failed": Row(503, SERVER, "Model '{m}' could not be started: {why}."),
    "overloaded": Row(503, SERVER, "The gateway holds too many requests at the moment."),
    "shutting_down": Row(503, SERVER, "This replica is shutting down; try again."),
    "auth_unavailable": Row(503, SERVER, "Keys cannot be checked at the moment."),
    "provider_quota_exhausted": Row(
        503, SERVER, "The platform's quota at the provider of model '{m}' is used up.", may_retry=False
    ),
    "upstream_timeout": Row(504, SERVER, "The model sent nothing for {n} s."),
}

PUBLIC_CODES = {
    "no_api_key": "invalid_api_key",
    "expired_api_key": "invalid_api_key",
    "too_many_misses": "rate_limit_exceeded",
}
"""Lines that differ only in their sentence and share one code."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer instead of the one that was asked for."""

    status: int
    type: str
    code: str
    message: str
    param: str | None = None
    retry_after_ms: int | None = None
    may_retry: bool = True
    closes: bool = False
    allow: str | None = None

    def content(self) -> bytes:
        """The JSON body, in the shape that official clients parse."""
        error = {"message": self.message, "type": self.type, "param": self.param, "code": self.code}
        return orjson.dumps({"error": error})

    def event(self) -> bytes:
        """The same inside a begun stream: one server-sent event."""
        return b"data: " + self.content() + b"\n\n"

    def headers(self) -> list[tuple[bytes, bytes]]:
        """What the status adds to an answer's head."""
        found: list[tuple[bytes, bytes]] = []
        if self.status == 401:
            found.append((b"www-authenticate", b"Bearer"))
        if self.allow is not None:
            found.append((b"allow", self.allow.encode()))
        if not self.may_retry:
            found.append((b"x-should-retry", b"false"))
        if self.retry_after_ms is not None:
            seconds = max(1, -(-self.retry_after_ms // 1000))
            found.append((b"retry-after", str(seconds).encode()))
            found.append((b"retry-after-ms", str(self.retry_after_ms).encode()))
        if self.closes:
            found.append((b"connection", b"close"))
        return found


class RefusedError(Exception):
    """A caller is refused; `refusal` says how."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def refusal(code: str, *, param: str | None = None, retry_after_ms: int | None = None, **gaps: object) -> Refusal:
    """Fill one line of the table. `retry_after_ms` in milliseconds."""
    row = TABLE[code]
    allow = gaps.get("allow")
    return Refusal(
        status=row.status,
        type=row.type,
        code=PUBLIC_CODES.get(code, code),
        message=row.message.format(param=param, **gaps),
        param=param,
        retry_after_ms=retry_after_ms,
        may_retry=row.may_retry,
        closes=row.closes,
        allow=None if allow is None else str(allow),
    )


def refused(code: str, *, param: str | None = None, retry_after_ms: int | None = None, **gaps: object) -> RefusedError:
    """The same as an exception to raise."""
    return RefusedError(refusal(code, param=param, retry_after_ms=retry_after_ms, **gaps))
