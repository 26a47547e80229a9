"""/api/v1/me."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from freehold_app.auth.access import Pages, ProfileOwner
from freehold_app.auth.local.schemas import SessionOut
from freehold_app.auth.profile.schemas import Me, MeChange, SessionInfo, SwitchIn
from freehold_app.auth.profile.service import Profiles, person_of, session_info
from freehold_app.kit.given import given
from freehold_app.kit.pages import Page
from freehold_app.kit.routing import RestRoute

Service = Annotated[Profiles, Depends(given(Profiles))]
router = APIRouter(prefix="/me", tags=["me"], route_class=RestRoute)


@router.get("")
async def show_me(principal: ProfileOwner, profiles: Service) -> Me:
    """Who you are, where, and what you may do here."""
    return await profiles.show(principal)


@router.patch("")
async def change_me(change: MeChange, principal: ProfileOwner, profiles: Service) -> Me:
    """Change your name or time zone."""
    return await profiles.change(principal, change)


@router.get("/sessions")
async def list_sessions(principal: ProfileOwner, profiles: Service, pages: Pages) -> Page[SessionInfo]:
    """Where you are signed in, newest first."""
    at, last_id = pages.before(datetime, UUID)
    rows = await profiles.sessions(principal, at, last_id, pages.fetch)
    show = partial(session_info, current=principal.session_id)
    return pages.page(rows, show, key=lambda row: (row.created_at, str(row.id)))


@router.delete("/sessions/{session_id}", status_code=204)
async def end_session(session_id: UUID, principal: ProfileOwner, profiles: Service) -> None:
    """Sign out there. Its access token stops working within five seconds."""
    await profiles.end_session(principal, session_id)


@router.post("/tenant")
async def switch_tenant(target: SwitchIn, principal: ProfileOwner, profiles: Service) -> SessionOut:
    """Go on in another of your tenants, with a new access token; the cookie stays."""
    access, expires_at = await profiles.switch(principal, target.tenant_id)
    user_id, session_id = person_of(principal)
    return SessionOut(
        access_token=access,
        expires_at=expires_at,
        session_id=session_id,
        user_id=user_id,
        tenant_id=target.tenant_id,
    )
