"""/api/v1/keys: a person's own API keys; administrators see all of the tenant's. No key may call these routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Depends, Query

from freehold_app.auth.access import Idempotency, KeyOwner, Pages, TenantSession
from freehold_app.keys import repository, service
from freehold_app.keys.repository import ShownKey
from freehold_app.keys.schemas import KeyChange, KeyCreated, KeyIn, KeyOut
from freehold_app.keys.service import Keys
from freehold_app.kit.given import given
from freehold_app.kit.pages import Page
from freehold_app.kit.routing import RestRoute

router = APIRouter(prefix="/keys", tags=["keys"], route_class=RestRoute)

Service = Annotated[Keys, Depends(given(Keys))]
Mine = Annotated[bool, Query(description="For administrators: only their own keys, not everybody's.")]


@router.get("")
async def list_keys(principal: KeyOwner, session: TenantSession, pages: Pages, mine: Mine = False) -> Page[KeyOut]:
    """Your keys, newest first; administrators see every key of the tenant. Revoked keys are gone from here."""
    at, last_id = pages.before(datetime, UUID)
    rows = await repository.page(session, service.reach_of(principal, mine=mine), at, last_id, pages.fetch)
    return pages.page(rows, _out, key=lambda row: (row.created_at, row.id))


@router.post("", status_code=201)
async def create_key(
    key: KeyIn,
    principal: KeyOwner,
    session: TenantSession,
    keys: Service,
    _: Annotated[None, Depends(Idempotency("key"), scope="function")],
) -> KeyCreated:
    """Make a key. This answer shows it once; nobody can read it again."""
    made, shown = await keys.create(session, principal, key)
    return KeyCreated(key=made.text, row=_out(shown))


@router.get("/{key_id}")
async def show_key(key_id: UUID, principal: KeyOwner, session: TenantSession) -> KeyOut:
    """One key of yours, or for administrators any key of the tenant."""
    return _out(await service.find(session, principal, key_id))


@router.patch("/{key_id}")
async def rename_key(key_id: UUID, change: KeyChange, principal: KeyOwner, session: TenantSession) -> KeyOut:
    """Give a key another name."""
    return _out(await service.rename(session, principal, key_id, change.name))


@router.delete("/{key_id}", status_code=204)
async def revoke_key(
    key_id: UUID, principal: KeyOwner, session: TenantSession, keys: Service, later: BackgroundTasks
) -> None:
    """Revoke a key. It stops working everywhere within five seconds, and for good."""
    await service.end(session, principal, key_id)
    later.add_task(keys.announce, "key", principal.tenant_id, key_id)


def _out(row: ShownKey) -> KeyOut:
    return KeyOut.model_validate(row)
