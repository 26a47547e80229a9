"""/api/v1/tenant: the caller's own tenant, whichever that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Depends

from freehold_app.auth.access import Idempotency, Pages, TenantAdmin, TenantReader, TenantSession
from freehold_app.auth.invalidation import Announce
from freehold_app.auth.principal import Role
from freehold_app.kit.given import RequestClock, given
from freehold_app.kit.pages import Page
from freehold_app.kit.routing import RestRoute
from freehold_app.tenants import repository
from freehold_app.tenants.repository import InvitationRow, MemberRow, TenantRow
from freehold_app.tenants.schemas import (
    InvitationCreated,
    InvitationOut,
    InviteIn,
    MemberChange,
    MemberOut,
    TenantChange,
    TenantOut,
    TenantSettings,
)
from freehold_app.tenants.service import Members

router = APIRouter(prefix="/tenant", tags=["tenant"], route_class=RestRoute)


@dataclass(frozen=True, slots=True)
class Announcer:
    """Tells every process, after the commit."""

    announce: Announce


Service = Annotated[Members, Depends(given(Members))]
Telling = Annotated[Announcer, Depends(given(Announcer))]


@router.get("")
async def show_tenant(principal: TenantReader, session: TenantSession) -> TenantOut:
    """The tenant in which you are."""
    return _tenant(await repository.show(session, principal.tenant_id))


@router.patch("")
async def change_tenant(change: TenantChange, principal: TenantAdmin, session: TenantSession) -> TenantOut:
    """Change its settings. Name, state and caps are changed in the Tenant resource."""
    await repository.set_settings(session, change.settings.model_dump())
    return _tenant(await repository.show(session, principal.tenant_id))


@router.get("/members")
async def list_members(principal: TenantAdmin, session: TenantSession, pages: Pages) -> Page[MemberOut]:
    """Who belongs to the tenant, newest first."""
    at, last_id = pages.before(datetime, UUID)
    rows = await repository.members(session, at, last_id, pages.fetch)
    return pages.page(rows, _member, key=lambda row: (row.since, row.user_id))


@router.patch("/members/{user_id}")
async def change_member(
    user_id: UUID,
    change: MemberChange,
    principal: TenantAdmin,
    session: TenantSession,
    members: Service,
    telling: Telling,
    later: BackgroundTasks,
) -> MemberOut:
    """Give a member another role. It holds everywhere within five seconds."""
    row = await members.change_role(session, principal, user_id, change.role)
    later.add_task(telling.announce, "member", principal.tenant_id, user_id)
    return _member(row)


@router.delete("/members/{user_id}", status_code=204)
async def remove_member(
    user_id: UUID,
    principal: TenantAdmin,
    session: TenantSession,
    members: Service,
    telling: Telling,
    later: BackgroundTasks,
) -> None:
    """Remove a member. What they made stays; their keys and tokens stop working within five seconds."""
    await members.remove(session, principal, user_id)
    later.add_task(telling.announce, "member", principal.tenant_id, user_id)


@router.get("/invitations")
async def list_invitations(
    principal: TenantAdmin, session: TenantSession, pages: Pages, clock: RequestClock
) -> Page[InvitationOut]:
    """Invitations that can still be accepted, newest first."""
    at, last_id = pages.before(datetime, UUID)
    rows = await repository.invitations(session, clock.now(), at, last_id, pages.fetch)
    return pages.page(rows, _invitation, key=lambda row: (row.created_at, row.id))


@router.post("/invitations", status_code=201)
async def invite(
    given_: InviteIn,
    principal: TenantAdmin,
    session: TenantSession,
    members: Service,
    _: Annotated[None, Depends(Idempotency("token", "url"), scope="function")],
) -> InvitationCreated:
    """Invite somebody. The link is shown once; send it to them yourself."""
    return await members.invite(session, principal, given_)


@router.delete("/invitations/{invitation_id}", status_code=204)
async def take_back_invitation(
    invitation_id: UUID, principal: TenantAdmin, session: TenantSession, members: Service
) -> None:
    """Take an invitation back; its link stops working at once."""
    await members.take_back(session, principal, invitation_id)


def _tenant(row: TenantRow) -> TenantOut:
    return TenantOut(
        id=row.id,
        name=row.name,
        display=row.display,
        state=row.state,
        namespace=row.namespace,
        caps=dict(row.caps),
        settings=TenantSettings.model_validate(row.settings),
    )


def _member(row: MemberRow) -> MemberOut:
    return MemberOut(user_id=row.user_id, email=row.email, name=row.name, role=Role(row.role), since=row.since)


def _invitation(row: InvitationRow) -> InvitationOut:
    return InvitationOut(
        id=row.id, email=row.email, role=Role(row.role), created_at=row.created_at, expires_at=row.expires_at
    )
