"""Errors as RFC 9457 `application/problem+json`. Pure.

problem(404, "not_found", "There is no such key.", blame="you")
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field of the input that is wrong; `pointer` is a JSON pointer (RFC 6901)."""

    pointer: str
    code: str
    message: str


def problem(
    status: int,
    code: str,
    title: str,
    *,
    detail: str = "",
    blame: str = "platform",
    retry_after: int | None = None,
    errors: tuple[FieldError, ...] = (),
) -> dict[str, Any]:
    """The body; absent parts are left out."""
    body: dict[str, Any] = {
        "type": f"urn:freehold:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        "blame": blame,
        "detail": detail or None,
        "retry_after": retry_after,
        "errors": [asdict(error) for error in errors] or None,
    }
    return {name: value for name, value in body.items() if value is not None}
