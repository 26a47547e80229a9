"""The queries before a tenant is known: a key, a session or a person tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from freehold_app.auth.grant import Grant, GrantFlag
from freehold_app.kit.ids import plain
from freehold_app.platform.postgres import PlatformSession

_LOOK_UP = text("SELECT * FROM auth_api_key(:digest)")
_MEMBERSHIPS = text("SELECT * FROM auth_memberships(:user_id) ORDER BY display, tenant_id")
_MEMBERSHIP = text("SELECT * FROM auth_memberships(:user_id) WHERE tenant_id = :tenant_id")
_LIVE_SESSION = text(
    "SELECT 1 FROM sessions WHERE id = :session_id AND user_id = :user_id AND revoked_at IS NULL AND expires_at > :now"
)
MODELS_ROUTE = "/v1/models"


@dataclass(frozen=True, slots=True)
class Membership:
    """One tenant of a person, and the person's role there."""

    tenant_id: UUID
    tenant: str
    display: str
    namespace: str | None
    state: str
    role: str


@dataclass(frozen=True, slots=True)
class KeyRights:
    """What a key's row says of its rights beside the grant; `role` is its creator's, none of a service key."""

    grant: Grant
    namespace: str | None
    scopes: frozenset[str]
    created_by: UUID | None
    role: str | None


async def key_by_digest(session: PlatformSession, digest: bytes) -> KeyRights | None:
    row = (await session.execute(_LOOK_UP, {"digest": digest})).one_or_none()
    if row is None:
        return None
    scopes = frozenset(row.scopes)
    grant = Grant(
        kind="key",
        tenant_id=plain(row.tenant_id),
        tenant=row.tenant,
        key_id=plain(row.key_id),
        user_id=None if row.role is None else plain(row.created_by),
        routes=_routes(row.routes, scopes, row.role),
        models=None if row.models is None else tuple(row.models),
        expires_at=row.expires_at,
        flags=flags(row.tenant_state),
    )
    return KeyRights(grant, row.namespace, scopes, grant.user_id, row.role)


async def memberships(session: PlatformSession, user_id: UUID) -> list[Membership]:
    return [_membership(row) for row in await session.execute(_MEMBERSHIPS, {"user_id": user_id})]


async def membership(session: PlatformSession, user_id: UUID, tenant_id: UUID) -> Membership | None:
    found = (await session.execute(_MEMBERSHIP, {"user_id": user_id, "tenant_id": tenant_id})).one_or_none()
    return None if found is None else _membership(found)


async def session_lives(session: PlatformSession, session_id: UUID, user_id: UUID, now: datetime) -> bool:
    values = {"session_id": session_id, "user_id": user_id, "now": now}
    return (await session.execute(_LIVE_SESSION, values)).one_or_none() is not None


def flags(tenant_state: str) -> frozenset[GrantFlag]:
    return frozenset() if tenant_state == "active" else frozenset({GrantFlag.TENANT_SUSPENDED})


def _routes(named: list[str] | None, scopes: frozenset[str], role: str | None) -> frozenset[str] | None:
    """The paths below /v1 that a key reaches: what it names, within what its scopes and its creator's role allow."""
    if "inference" in scopes and role != "viewer":
        return None if named is None else frozenset(named)
    readable = frozenset({MODELS_ROUTE}) if scopes & {"read", "inference"} else frozenset()
    return readable if named is None else readable & frozenset(named)


def _membership(row: Any) -> Membership:
    return Membership(plain(row.tenant_id), row.tenant, row.display, row.namespace, row.state, row.role)
