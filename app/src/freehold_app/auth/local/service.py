"""Signing in, the first owner, and invitations that are accepted.

Every secret that somebody shows is counted before it is looked at, and compared in constant time.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from uuid import UUID

from freehold_app.auth.digests import Peppers
from freehold_app.auth.errors import SetupDoneError, SignInRefusedError, WrongTokenError
from freehold_app.auth.invalidation import Announce
from freehold_app.auth.local import repository
from freehold_app.auth.local.repository import Account, InvitationRow
from freehold_app.auth.local.schemas import BootstrapIn, InviteAcceptIn, LoginIn
from freehold_app.auth.local.secrets import INVITATION_PREFIX, OpaqueToken
from freehold_app.auth.local.sessions import Device, Opened, Sessions, chosen
from freehold_app.auth.local.throttle import Throttle
from freehold_app.auth.passwords import Passwords, check_strength
from freehold_app.auth.principal import Role
from freehold_app.auth.repository import memberships
from freehold_app.kit.clock import Clock
from freehold_app.kit.ids import new_id
from freehold_app.platform.postgres import Connection, Database

type EnterTenant = Callable[[str], Awaitable[UUID]]
"""The id of the tenant of a name, which is made at first sight (`tenants.service.enter_tenant`)."""


class LocalAccounts:
    def __init__(
        self,
        database: Database,
        sessions: Sessions,
        passwords: Passwords,
        peppers: Peppers,
        throttle: Throttle,
        announce: Announce,
        clock: Clock,
        *,
        bootstrap_token: str,
        enter_tenant: EnterTenant,
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._passwords = passwords
        self._peppers = peppers
        self._throttle = throttle
        self._announce = announce
        self._clock = clock
        self._bootstrap_token = bootstrap_token
        self._enter_tenant = enter_tenant

    async def login(self, given: LoginIn, device: Device) -> Opened:
        """SignInRefusedError for an unknown account as for a wrong password; RateLimitedError after too many."""
        await self._throttle.sign_in(given.email, device.address)
        user_id = await self._prove(given.email, given.password.get_secret_value())
        # tenancy: users and sessions are exempt, the password tells the person
        async with self._database.platform() as session:
            tenant = chosen(await memberships(session, user_id), None)
            if tenant is None:
                raise SignInRefusedError("this account belongs to no tenant", fix="Ask for an invitation.")
            return await self._sessions.open(session, user_id, tenant.tenant_id, device)

    async def setup_needed(self) -> bool:
        # tenancy: users is exempt, only whether there is anybody is asked
        async with self._database.platform() as session:
            return bool(self._bootstrap_token) and not await repository.anybody(session)

    async def bootstrap(self, given: BootstrapIn, device: Device) -> Opened:
        """The first owner; WrongTokenError, and SetupDoneError once there is anybody."""
        await self._throttle.token("bootstrap", device.address)
        shown = given.token.get_secret_value().encode()
        if not self._bootstrap_token or not hmac.compare_digest(shown, self._bootstrap_token.encode()):
            raise WrongTokenError("the bootstrap token is wrong", fix="Read it again from the installation's Secret.")
        if not await self.setup_needed():
            raise SetupDoneError
        password = given.password.get_secret_value()
        check_strength(password, given.email)
        secret_hash = await self._passwords.digest(password)
        tenant_id = await self._enter_tenant(given.tenant)
        async with self._database.tenant(tenant_id) as session:
            await repository.lock_setup(session)
            if await repository.anybody(session):
                raise SetupDoneError
            user_id = await self._insert(session, given.email, given.name, secret_hash)
            await repository.set_membership(session, tenant_id, user_id, Role.OWNER)
            return await self._sessions.open(session, user_id, tenant_id, device)

    async def accept(self, given: InviteAcceptIn, device: Device) -> Opened:
        """A membership for a person who proves themselves, new or known; WrongTokenError, PasswordWeakError."""
        await self._throttle.token("invitation", device.address)
        token = OpaqueToken.parse(INVITATION_PREFIX, given.token.get_secret_value())
        if token is None:
            raise WrongTokenError
        invitation = await self._invitation(token)
        password = given.password.get_secret_value()
        known = await self._account(invitation.email)
        secret_hash = None
        if known is None:
            check_strength(password, invitation.email)
            secret_hash = await self._passwords.digest(password)
        else:
            await self._throttle.sign_in(invitation.email, device.address)
            await self._prove(invitation.email, password)
        opened = await self._join(token, given.name, secret_hash, device)
        await self._announce("member", opened.tenant_id, opened.user_id)
        return opened

    async def _join(self, token: OpaqueToken, name: str, secret_hash: str | None, device: Device) -> Opened:
        """In one transaction: the invitation is used up, the person exists, is a member and is signed in."""
        async with self._database.tenant(token.owner) as session:
            invitation = await self._locked(session, token)
            found = await repository.account(session, invitation.email)
            if found is not None and secret_hash is not None:
                raise WrongTokenError("the account was made meanwhile", fix="Open the link again.")
            user_id = (
                found.user_id
                if found is not None
                else await self._insert(session, invitation.email, name, secret_hash or "")
            )
            await repository.keep_membership(session, invitation.tenant_id, user_id, invitation.role)
            await repository.accept_invitation(session, invitation.id, self._clock.now())
            return await self._sessions.open(session, user_id, invitation.tenant_id, device)

    async def _invitation(self, token: OpaqueToken) -> InvitationRow:
        async with self._database.tenant(token.owner) as session:
            return await self._locked(session, token)

    async def _locked(self, session: Connection, token: OpaqueToken) -> InvitationRow:
        for digest in self._peppers.candidates(token.text):
            found = await repository.lock_invitation(session, digest, self._clock.now())
            if found is not None:
                return found
        raise WrongTokenError

    async def _insert(self, session: Connection, email: str, name: str, secret_hash: str) -> UUID:
        user_id = new_id(self._clock)
        if not await repository.insert_user(session, user_id, email, name):
            raise SetupDoneError("this account exists already", fix="Sign in with it.")
        await repository.set_password(session, new_id(self._clock), user_id, secret_hash)
        return user_id

    async def _prove(self, email: str, password: str) -> UUID:
        found = await self._account(email)
        stored = found.secret_hash if found is not None else None
        if not await self._passwords.check(stored, password) or found is None or stored is None:
            raise SignInRefusedError
        if self._passwords.outdated(stored):
            fresh = await self._passwords.digest(password)
            # tenancy: users is exempt, the password tells the person
            async with self._database.platform() as session:
                await repository.set_password(session, new_id(self._clock), found.user_id, fresh)
        return found.user_id

    async def _account(self, email: str) -> Account | None:
        # tenancy: users is exempt, the address tells the person
        async with self._database.platform() as session:
            return await repository.account(session, email)
