"""What a person may see and change of themselves. Every query names the caller's own id, taken from the token."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from freehold_app.auth.errors import UnauthenticatedError
from freehold_app.auth.invalidation import Announce
from freehold_app.auth.permissions import permissions
from freehold_app.auth.principal import Principal, Role
from freehold_app.auth.profile import repository
from freehold_app.auth.profile.repository import OwnSession
from freehold_app.auth.profile.schemas import Me, MeChange, SessionInfo, TenantBrief, UserOut
from freehold_app.auth.repository import Membership, membership, memberships
from freehold_app.auth.tokens import Tokens
from freehold_app.kit.clock import Clock
from freehold_app.kit.errors import NotFoundError
from freehold_app.platform.postgres import Database


class Profiles:
    def __init__(self, database: Database, tokens: Tokens, announce: Announce, clock: Clock) -> None:
        self._database = database
        self._tokens = tokens
        self._announce = announce
        self._clock = clock

    async def show(self, principal: Principal) -> Me:
        user_id, session_id = person_of(principal)
        # tenancy: users is exempt, the principal's own row and memberships only
        async with self._database.platform() as session:
            user = await repository.user(session, user_id)
            tenants = await memberships(session, user_id)
        here = next((tenant for tenant in tenants if tenant.tenant_id == principal.tenant_id), None)
        if user is None or here is None:
            raise UnauthenticatedError
        return Me(
            user=UserOut(id=user.id, email=user.email, name=user.name, tz=user.tz),
            tenant=_brief(here),
            session_id=session_id,
            permissions=permissions(Role(here.role)),
            tenants=[_brief(tenant) for tenant in tenants],
        )

    async def change(self, principal: Principal, wanted: MeChange) -> Me:
        user_id, _ = person_of(principal)
        # tenancy: users is exempt, the principal's own row and memberships only
        async with self._database.platform() as session:
            await repository.change_user(session, user_id, wanted.name, wanted.tz)
        return await self.show(principal)

    async def sessions(self, principal: Principal, at: datetime, last_id: UUID, limit: int) -> Sequence[OwnSession]:
        user_id, _ = person_of(principal)
        # tenancy: sessions is exempt, the principal's own only
        async with self._database.platform() as session:
            return await repository.sessions(session, user_id, self._clock.now(), at, last_id, limit)

    async def end_session(self, principal: Principal, session_id: UUID) -> None:
        """NotFoundError for another person's session as for none."""
        user_id, _ = person_of(principal)
        # tenancy: sessions is exempt, the principal's own only
        async with self._database.platform() as session:
            ended = await repository.end_session(session, user_id, session_id, self._clock.now())
        if not ended:
            raise NotFoundError("you have no such session")
        await self._announce("session", principal.tenant_id, session_id)

    async def switch(self, principal: Principal, tenant_id: UUID) -> tuple[str, datetime]:
        """An access token for another of the person's tenants; NotFoundError for one that is not theirs."""
        user_id, session_id = person_of(principal)
        # tenancy: sessions is exempt, and only auth_memberships() says which tenants
        async with self._database.platform() as session:
            if await membership(session, user_id, tenant_id) is None:
                raise NotFoundError("you belong to no such tenant")
            await repository.switch_tenant(session, user_id, session_id, tenant_id)
        return self._tokens.access(user_id, session_id, tenant_id)


def session_info(row: OwnSession, current: UUID | None) -> SessionInfo:
    return SessionInfo(
        id=row.id,
        device=row.device,
        address=row.address,
        created_at=row.created_at,
        used_at=row.rotated_at,
        expires_at=row.expires_at,
        current=row.id == current,
    )


def person_of(principal: Principal) -> tuple[UUID, UUID]:
    """Person and session; UnauthenticatedError for what is no person, which the matrix has refused before."""
    if principal.user_id is None or principal.session_id is None:
        raise UnauthenticatedError
    return principal.user_id, principal.session_id


def _brief(row: Membership) -> TenantBrief:
    return TenantBrief(
        id=row.tenant_id,
        name=row.tenant,
        display=row.display,
        state=row.state,
        provisioned=row.namespace is not None,
        role=Role(row.role),
    )
