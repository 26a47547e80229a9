"""A creating POST that is sent twice is done once: `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header).

The row is written in the request's own transaction before the work and completed after it, so key and work commit
together or not at all. A second request with the key waits for the first one's lock; then it gets the stored answer,
or `idempotency_in_progress` where the first takes longer than the lock time-out.

    async def create_note(note: NoteIn, principal: TenantMember, session: TenantSession, _: Idempotent) -> NoteOut:
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import orjson
from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from freehold_app.errors import FreeholdError
from freehold_app.kit.errors import IdempotencyKeyError, IdempotencyMismatchError
from freehold_app.kit.idempotency import repository

HEADER = "idempotency-key"
REPLAYED = "idempotency-replayed"
_MAX_KEY = 128
_MASK = "(shown once)"


class ReplayError(FreeholdError):
    """Not a failure: the answer was given before and is given again."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__("replayed")
        self.response = Response(orjson.dumps(body), status, headers={REPLAYED: "true"}, media_type="application/json")


async def begin(
    request: Request, session: AsyncConnection, tenant_id: UUID, principal: str, masked: frozenset[str]
) -> None:
    """Claim the key, if one was sent; ReplayError with the stored answer if it was claimed before.

    `principal` tells callers of one tenant apart; `masked` names members of the answer that are shown only once.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return
    if not 1 <= len(key) <= _MAX_KEY or not all(33 <= ord(character) <= 126 for character in key):
        raise IdempotencyKeyError
    digest = await _fingerprint(request)
    found = await repository.claim(session, tenant_id, principal, key, digest)
    if found is not None and found.sha256 != digest:
        raise IdempotencyMismatchError
    if found is not None:
        raise ReplayError(found.status, found.response)
    request.state.finish = _finisher(session, principal, key, masked)


def _finisher(
    session: AsyncConnection, principal: str, key: str, masked: frozenset[str]
) -> Callable[[Response], Awaitable[None]]:
    async def finish(answer: Response) -> None:
        body = orjson.loads(answer.body) if answer.body else None
        await repository.complete(session, principal, key, answer.status_code, _without(body, masked))

    return finish


def _without(body: Any, masked: frozenset[str]) -> Any:
    if not isinstance(body, Mapping):
        return body
    return {name: _MASK if name in masked else value for name, value in body.items()}


async def _fingerprint(request: Request) -> bytes:
    head = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return hashlib.sha256(head + await request.body()).digest()
