"""What a key allows, as the gateway caches it.

grant = await principals.lookup("fhk_...")
if grant is None: refuse as unknown (a revoked key is unknown too)
if grant.expired(clock.now()): refuse as expired
if GrantFlag.TENANT_SUSPENDED in grant.flags: refuse with 403
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol
from uuid import UUID


class GrantFlag(StrEnum):
    TENANT_SUSPENDED = "tenant_suspended"


@dataclass(frozen=True, slots=True)
class Grant:
    """One caller of one tenant. `routes` and `models` only narrow: none means every one that the tenant has.

    An entry of `models` is a Model's name or `prefix*`; an entry of `routes` is a path such as `/v1/embeddings`.
    """

    kind: Literal["key", "user", "internal"]
    tenant_id: UUID
    tenant: str
    key_id: UUID | None = None
    user_id: UUID | None = None
    routes: frozenset[str] | None = None
    models: tuple[str, ...] | None = None
    expires_at: datetime | None = None
    session_id: UUID | None = None
    flags: frozenset[GrantFlag] = frozenset()

    def expired(self, now: datetime) -> bool:
        return self.expires_at is not None and now >= self.expires_at


class PrincipalSource(Protocol):
    """Where grants come from: PostgreSQL, or the routes file of a gateway that runs alone."""

    async def lookup(self, key: str) -> Grant | None:
        """The grant of a key; none if it is malformed, unknown or revoked. AuthUnavailableError if nobody can say."""
