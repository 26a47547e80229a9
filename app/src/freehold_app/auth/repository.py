"""The one query before a tenant is known."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from freehold_app.auth.grant import Grant, GrantFlag
from freehold_app.platform.postgres import PlatformSession

_LOOK_UP = text("SELECT * FROM auth_api_key(:digest)")


async def grant_by_digest(session: PlatformSession, digest: bytes) -> Grant | None:
    row = (await session.execute(_LOOK_UP, {"digest": digest})).one_or_none()
    if row is None:
        return None
    return Grant(
        kind="key",
        tenant_id=_plain(row.tenant_id),
        tenant=row.tenant,
        key_id=_plain(row.key_id),
        routes=None if row.routes is None else frozenset(row.routes),
        models=None if row.models is None else tuple(row.models),
        expires_at=row.expires_at,
        flags=frozenset({GrantFlag.TENANT_SUSPENDED}) if row.tenant_state == "suspended" else frozenset(),
    )


def _plain(found: UUID) -> UUID:
    """The driver's own subclass is refused by orjson, which knows exactly `uuid.UUID`."""
    return UUID(int=found.int)
