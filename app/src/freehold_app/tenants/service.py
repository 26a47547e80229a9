"""Tenants get their row when they are first seen; people join and leave them. Nothing here talks to Kubernetes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from freehold_app.auth.digests import Peppers
from freehold_app.auth.local.repository import subject_of
from freehold_app.auth.local.secrets import INVITATION_PREFIX, OpaqueToken
from freehold_app.auth.principal import Principal, Role
from freehold_app.kit.clock import Clock
from freehold_app.kit.errors import NotFoundError
from freehold_app.kit.ids import new_id
from freehold_app.kit.jobs import enqueue
from freehold_app.platform.postgres import Database, TenantSession
from freehold_app.tenants import repository
from freehold_app.tenants.errors import AlreadyMemberError, TenantNameError
from freehold_app.tenants.membership import refuse_invitation, refuse_role_change
from freehold_app.tenants.repository import MemberRow, id_by_name, insert_if_absent
from freehold_app.tenants.schemas import InvitationCreated, InviteIn

MEMBER_REMOVED = "member.removed"
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


async def enter_tenant(database: Database, name: str, clock: Clock) -> UUID:
    """The id of the tenant of this name, which is made on the first call; TenantNameError for an impossible name."""
    if not _NAME.fullmatch(name):
        raise TenantNameError(f"{name!r} cannot be a tenant's name")
    async with database.platform() as session:  # tenancy: tenants is exempt, it holds no tenant's own data
        await insert_if_absent(session, new_id(clock), name)
    # A new transaction, which sees the row that somebody else may just have won with.
    async with database.platform() as session:  # tenancy: tenants is exempt, it holds no tenant's own data
        tenant_id = await id_by_name(session, name)
    if tenant_id is None:
        raise AssertionError(f"tenant {name} was deleted while it was entered")
    return tenant_id


async def find_tenant(database: Database, name: str) -> UUID | None:
    async with database.platform() as session:  # tenancy: tenants is exempt, it holds no tenant's own data
        return await id_by_name(session, name)


@dataclass(frozen=True, slots=True)
class Members:
    """Joining, changing, leaving. Sessions are the request's own."""

    peppers: Peppers
    clock: Clock
    invitation_days: float
    public_url: str

    async def change_role(self, session: TenantSession, principal: Principal, user_id: UUID, role: Role) -> MemberRow:
        """The member afterwards; NotFoundError, OwnersOnlyError, LastOwnerError."""
        await self._allowed(session, principal, user_id, role)
        await repository.set_role(session, user_id, role)
        return await self._member(session, user_id)

    async def remove(self, session: TenantSession, principal: Principal, user_id: UUID) -> None:
        """The member's keys are revoked by a job of the same transaction."""
        await self._allowed(session, principal, user_id, None)
        await repository.remove_member(session, user_id)
        await enqueue(session, self.clock, principal.tenant_id, MEMBER_REMOVED, {"user_id": str(user_id)})

    async def invite(self, session: TenantSession, principal: Principal, given: InviteIn) -> InvitationCreated:
        """An open invitation for the same address is replaced; OwnersOnlyError, AlreadyMemberError."""
        refused = refuse_invitation(principal.role, given.role)
        if refused is not None:
            raise refused
        if await repository.is_member(session, subject_of(given.email)):
            raise AlreadyMemberError
        token, now = OpaqueToken.new(INVITATION_PREFIX, principal.tenant_id), self.clock.now()
        made = InvitationCreated(
            id=new_id(self.clock),
            email=given.email,
            role=given.role,
            created_at=now,
            expires_at=now + timedelta(days=self.invitation_days),
            token=token.text,
            url=f"{self.public_url}/invite#{token.text}",  # behind the #, so that no server's log has it
        )
        await repository.insert_invitation(
            session,
            subject_of(given.email),
            tenant_id=principal.tenant_id,
            token_hmac=self.peppers.sign(token.text)[1],
            invited_by=principal.user_id,
            **made.model_dump(include={"id", "email", "role", "created_at", "expires_at"}),
        )
        return made

    async def take_back(self, session: TenantSession, principal: Principal, invitation_id: UUID) -> None:
        role = await repository.lock_invitation(session, invitation_id)
        if role is None:
            raise NotFoundError("there is no such open invitation")
        refused = refuse_invitation(principal.role, Role(role))
        if refused is not None:
            raise refused
        await repository.take_back(session, invitation_id)

    async def _allowed(self, session: TenantSession, principal: Principal, user_id: UUID, after: Role | None) -> None:
        owners = await repository.lock_owners(session)
        before = await self._member(session, user_id)
        refused = refuse_role_change(principal.user_id, user_id, Role(before.role), after, owners)
        if refused is not None:
            raise refused

    async def _member(self, session: TenantSession, user_id: UUID) -> MemberRow:
        found = await repository.member(session, user_id)
        if found is None:
            raise NotFoundError("there is no such member")
        return found
