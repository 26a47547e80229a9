"""Versions of what was read, so that nobody overwrites a change unseen and nothing unchanged is sent again.

    return with_etag(response, strong_etag(row.rev))
    require_match(if_match, strong_etag(row.rev))     # before a change; EtagRequiredError, StaleEtagError

GET answers without an ETag of their own get a weak one over their bytes from `kit.routing`.
"""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import Header, Response

from freehold_app.kit.errors import EtagRequiredError, StaleEtagError

IfMatch = Annotated[str | None, Header(description="The ETag of the version that you read.")]
"""For signatures: `if_match: IfMatch = None`."""


def strong_etag(version: object) -> str:
    """Of one object: its revision, or `<uid>-<resourceVersion>` of a Model."""
    return f'"{version}"'


def weak_etag(content: bytes) -> str:
    return f'W/"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'


def with_etag(response: Response, etag: str) -> None:
    """Mark an answer; `response: Response` of the endpoint's signature."""
    response.headers["etag"] = etag


def matches(header: str | None, etag: str) -> bool:
    """Whether an `If-None-Match` or `If-Match` header names this version (RFC 9110, section 8.8.3: weak comparison)."""
    if header is None:
        return False
    given = {part.strip().removeprefix("W/") for part in header.split(",")}
    return "*" in given or etag.removeprefix("W/") in given


def require_match(if_match: str | None, etag: str) -> None:
    """EtagRequiredError without the header, StaleEtagError where it names another version."""
    if if_match is None:
        raise EtagRequiredError
    if not matches(if_match, etag):
        raise StaleEtagError
