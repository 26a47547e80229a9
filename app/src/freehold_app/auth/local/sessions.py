"""Sessions: a cookie that changes at each use, and access tokens for as long as it stands.

    opened = await sessions.open(session, user_id, tenant_id, Device(...))
    renewed = await sessions.renew(cookie, address)

A cookie that was replaced more than ten seconds ago and comes back was copied: the whole session ends. Within those
ten seconds it is the second tab, or an answer that got lost, and gets the same successor again.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from freehold_app.auth.digests import Peppers
from freehold_app.auth.errors import WrongTokenError
from freehold_app.auth.invalidation import Announce
from freehold_app.auth.local import repository
from freehold_app.auth.local.repository import SessionRow
from freehold_app.auth.local.secrets import REFRESH_PREFIX, OpaqueToken
from freehold_app.auth.local.throttle import cut_address
from freehold_app.auth.repository import Membership, memberships
from freehold_app.auth.tokens import Tokens
from freehold_app.kit.clock import Clock
from freehold_app.kit.ids import new_id
from freehold_app.platform.postgres import Connection, Database

GRACE_SECONDS = 10.0
_MAX_DEVICE = 200


@dataclass(frozen=True, slots=True)
class Device:
    """From where somebody signs in; the address is cut before it is kept."""

    agent: str
    address: str


@dataclass(frozen=True, slots=True)
class Opened:
    """What the browser gets. `cookie` goes into the cookie only, `access` into memory only."""

    session_id: UUID
    user_id: UUID
    tenant_id: UUID
    cookie: str
    cookie_expires_at: datetime
    access: str
    access_expires_at: datetime


class Sessions:
    def __init__(
        self,
        database: Database,
        peppers: Peppers,
        tokens: Tokens,
        announce: Announce,
        clock: Clock,
        *,
        refresh_days: float,
        successor_key: bytes,
    ) -> None:
        self._database = database
        self._peppers = peppers
        self._tokens = tokens
        self._announce = announce
        self._clock = clock
        self._life = timedelta(days=refresh_days)
        self._successor_key = successor_key

    async def open(self, session: Connection, user_id: UUID, tenant_id: UUID, device: Device) -> Opened:
        """A new session of a person who has just proved themselves."""
        token = OpaqueToken.new(REFRESH_PREFIX, new_id(self._clock))
        now = self._clock.now()
        await repository.insert_session(
            session,
            id=token.owner,
            user_id=user_id,
            tenant_id=tenant_id,
            token_hmac=self._peppers.sign(token.text)[1],
            now=now,
            device=device.agent[:_MAX_DEVICE],
            address=cut_address(device.address),
            expires_at=now + self._life,
        )
        return self._opened(token, user_id, tenant_id)

    async def renew(self, cookie: str, address: str) -> Opened:
        """The next cookie and an access token; WrongTokenError ends it, and a copied cookie ends the session."""
        token = OpaqueToken.parse(REFRESH_PREFIX, cookie)
        if token is None:
            raise WrongTokenError
        # tenancy: sessions are exempt, the cookie tells which one
        async with self._database.platform() as session:
            row = await repository.lock_session(session, token.owner)
            verdict = self._judge(row, token)
            if row is not None and verdict == "good":
                await self._rotate(session, token, address)
            elif row is not None and verdict == "copied":
                await repository.revoke(session, row.id, self._clock.now())
            tenants = await memberships(session, row.user_id) if row is not None else []
        if row is None or verdict in {"copied", "wrong"}:
            await self._refuse(row, verdict)
        tenant = chosen(tenants, row.tenant_id) if row is not None else None
        if row is None or tenant is None:
            raise WrongTokenError
        return self._opened(token.successor(self._successor_key), row.user_id, tenant.tenant_id)

    async def close(self, cookie: str) -> None:
        """Sign out. A cookie that nobody knows is signed out already."""
        token = OpaqueToken.parse(REFRESH_PREFIX, cookie)
        if token is None:
            return
        # tenancy: sessions are exempt, the cookie tells which one
        async with self._database.platform() as session:
            row = await repository.lock_session(session, token.owner)
            known = row is not None and self._judge(row, token) != "wrong"
            if known:
                await repository.revoke(session, token.owner, self._clock.now())
        if row is not None and known:
            await self._tell(row)

    def _judge(self, row: SessionRow | None, token: OpaqueToken) -> str:
        """`good`, `again` (within the grace), `copied`, or `wrong`."""
        if row is None or row.revoked_at is not None or row.expires_at <= self._clock.now():
            return "wrong"
        if self._signed(token, row.token_hmac):
            return "good"
        # Whoever knows a session's id has had its cookie once: an older one than the last also means a copy.
        follows = self._signed(token.successor(self._successor_key), row.token_hmac)
        fresh = self._clock.now() - row.rotated_at <= timedelta(seconds=GRACE_SECONDS)
        return "again" if follows and fresh else "copied"

    def _signed(self, token: OpaqueToken, stored: bytes) -> bool:
        return any(hmac.compare_digest(digest, stored) for digest in self._peppers.candidates(token.text))

    async def _rotate(self, session: Connection, token: OpaqueToken, address: str) -> None:
        now = self._clock.now()
        await repository.rotate(
            session,
            id=token.owner,
            token_hmac=self._peppers.sign(token.successor(self._successor_key).text)[1],
            now=now,
            expires_at=now + self._life,
            address=cut_address(address),
        )

    async def _refuse(self, row: SessionRow | None, verdict: str) -> None:
        if row is not None and verdict == "copied":
            structlog.get_logger(__name__).warning("session_token_reused", outcome="revoked")
            await self._tell(row)
        raise WrongTokenError

    async def _tell(self, row: SessionRow) -> None:
        nobody = UUID(int=0)
        await self._announce("session", row.tenant_id or nobody, row.id)

    def _opened(self, token: OpaqueToken, user_id: UUID, tenant_id: UUID) -> Opened:
        access, access_expires_at = self._tokens.access(user_id, token.owner, tenant_id)
        return Opened(
            session_id=token.owner,
            user_id=user_id,
            tenant_id=tenant_id,
            cookie=token.text,
            cookie_expires_at=self._clock.now() + self._life,
            access=access,
            access_expires_at=access_expires_at,
        )


def chosen(tenants: list[Membership], wanted: UUID | None) -> Membership | None:
    """The tenant that the session last used, or the person's first; none where they belong to none any more."""
    return next((tenant for tenant in tenants if tenant.tenant_id == wanted), tenants[0] if tenants else None)
