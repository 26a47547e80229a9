"""What comes in and goes out at /api/v1/me."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from freehold_app.auth.local.schemas import PersonName
from freehold_app.auth.principal import Role

# A name of the time zone database; which ones exist, the browser knows better than a slim image.
TimeZone = Annotated[
    str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$")
]


class _Documented(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class UserOut(_Documented):
    """A person."""

    id: UUID
    """Stays the same for ever."""
    email: str
    """The address with which they sign in."""
    name: str
    """As others see it."""
    tz: str
    """Time zone, such as `Europe/Berlin`."""


class TenantBrief(_Documented):
    """One of your tenants."""

    id: UUID
    """Stays the same for ever."""
    name: str
    """Its name in Kubernetes."""
    display: str
    """Its name for people."""
    state: str
    """`active`, `suspended` or `removed`."""
    provisioned: bool
    """Whether it has its namespace in the cluster."""
    role: Role
    """What you are there."""


class Me(_Documented):
    """You, here and now."""

    user: UserOut
    """Who you are."""
    tenant: TenantBrief
    """Where you are."""
    session_id: UUID
    """This session, as in /api/v1/me/sessions."""
    permissions: list[str]
    """What your role may do here; for hiding what would be refused anyway."""
    tenants: list[TenantBrief]
    """Where you could be."""


class MeChange(_Documented):
    """What to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    name: PersonName | None = None
    """As others see it: 1 to 200 characters."""
    tz: TimeZone | None = None
    """Time zone, such as `Europe/Berlin`."""


class SwitchIn(_Documented):
    """The tenant in which to go on."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    tenant_id: UUID
    """One of `tenants` of /api/v1/me."""


class SessionInfo(_Documented):
    """A place where you are signed in."""

    id: UUID
    """To end it."""
    device: str
    """What the browser said of itself."""
    address: str
    """The network from which it was last renewed, cut to /24 or /48."""
    created_at: datetime
    """When you signed in."""
    used_at: datetime
    """When it was last renewed."""
    expires_at: datetime
    """When it ends by itself."""
    current: bool
    """Whether it is the one that asks."""
