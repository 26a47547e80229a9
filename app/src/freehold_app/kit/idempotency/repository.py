"""Queries on `idempotency_keys`, inside the request's own session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from freehold_app.kit.errors import IdempotencyInProgressError

LOCK_TIMEOUT_STATE = "55P03"

_CLAIM = text(
    "INSERT INTO idempotency_keys (tenant_id, principal, key, sha256) VALUES (:tenant_id, :principal, :key, :sha256)"
    " ON CONFLICT (tenant_id, principal, key) DO NOTHING RETURNING 1"
)
_FIND = text(
    "SELECT sha256, status, response::text AS response FROM idempotency_keys"
    " WHERE principal = :principal AND key = :key"
)
_COMPLETE = text(
    "UPDATE idempotency_keys SET status = :status, response = CAST(:response AS jsonb)"
    " WHERE principal = :principal AND key = :key"
)


@dataclass(frozen=True, slots=True)
class Stored:
    sha256: bytes
    status: int
    response: Any


async def claim(session: AsyncConnection, tenant_id: UUID, principal: str, key: str, sha256: bytes) -> Stored | None:
    """None: the key is ours. IdempotencyInProgressError where another request holds it for too long."""
    values = {"tenant_id": tenant_id, "principal": principal, "key": key, "sha256": sha256}
    try:
        claimed = (await session.execute(_CLAIM, values)).scalar_one_or_none()
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == LOCK_TIMEOUT_STATE:
            raise IdempotencyInProgressError from error
        raise
    if claimed is not None:
        return None
    row = (await session.execute(_FIND, {"principal": principal, "key": key})).one()
    return Stored(bytes(row.sha256), row.status, orjson.loads(row.response))


async def complete(session: AsyncConnection, principal: str, key: str, status: int, response: Any) -> None:
    stored = orjson.dumps(response).decode()
    await session.execute(_COMPLETE, {"principal": principal, "key": key, "status": status, "response": stored})
