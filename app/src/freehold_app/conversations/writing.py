"""The order of one person's changes, and so what `rev > cursor` may be trusted with.

    async with writing(session, owner) as head:
        row = replace(row, rev=head.next())          # every changed row gets a revision of its own

Whoever writes for a person holds their head's row from the first change to the commit: revisions become visible in the
order in which they were given, so that no reader passes by one that commits late.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from freehold_app.auth.principal import Principal
from freehold_app.conversations import repository
from freehold_app.platform.postgres import TenantSession


class Owner(NamedTuple):
    """A person in a tenant: conversations belong to nobody else."""

    tenant_id: UUID
    user_id: UUID


def owner_of(principal: Principal) -> Owner:
    if principal.user_id is None:
        raise AssertionError("the matrix lets people chat, not service keys")
    return Owner(principal.tenant_id, principal.user_id)


@dataclass(slots=True)
class Head:
    """One transaction's revisions."""

    owner: Owner
    began: int
    rev: int

    def next(self) -> int:
        self.rev += 1
        return self.rev


@asynccontextmanager
async def writing(session: TenantSession, owner: Owner) -> AsyncIterator[Head]:
    rev = await repository.lock_head(session, owner.tenant_id, owner.user_id)
    head = Head(owner, rev, rev)
    yield head
    if head.rev > head.began:
        await repository.save_head(session, owner.user_id, head.rev)
