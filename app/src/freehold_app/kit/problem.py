"""Errors as RFC 9457 `application/problem+json`. Pure.

problem(404, "not_found", "There is no such key.", blame="you")
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from freehold_app.errors import FieldError, FreeholdError

MEDIA_TYPE = "application/problem+json"


def problem(
    status: int,
    code: str,
    title: str,
    *,
    detail: str = "",
    blame: str = "platform",
    retry_after: int | None = None,
    errors: tuple[FieldError, ...] = (),
    fix: str | None = None,
    instance: str | None = None,
    extra: Mapping[str, object] | None = None,
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
        "fix": fix,
        "instance": instance,
        **(extra or {}),
    }
    return {name: value for name, value in body.items() if value is not None}


def problem_of(error: FreeholdError, instance: str | None = None) -> dict[str, Any]:
    """The body for an error with a name."""
    return problem(
        error.status,
        error.code,
        error.title,
        detail=error.detail,
        blame=error.blame,
        retry_after=error.retry_after_seconds,
        errors=error.fields,
        fix=error.fix,
        instance=instance,
        extra=error.extra,
    )
