"""What comes in and goes out at /auth."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from freehold_app.kit.text import STORABLE

Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=3, max_length=254, pattern=r"^[^\s@\x00]+@[^\s@\x00]+$"),
]
PersonName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), STORABLE]
Password = Annotated[SecretStr, Field(max_length=1024)]
TenantName = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[a-z]([-a-z0-9]*[a-z0-9])?$")]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True)


class LoginIn(_Input):
    email: Email
    """The address with which you were invited."""
    password: Password
    """12 to 128 characters."""


class BootstrapIn(_Input):
    token: SecretStr
    """The one-time bootstrap token, from the installation's Secret."""
    email: Email
    """Address of the first owner."""
    name: PersonName
    """The first owner's name, as others see it."""
    password: Password
    """12 to 128 characters."""
    tenant: TenantName = "default"
    """Name of the tenant that the person will own: a Tenant resource of this name gives it a place in the cluster."""


class InviteAcceptIn(_Input):
    token: SecretStr
    """The token of the invitation's link."""
    name: PersonName
    """Your name, as others see it. Ignored where you have an account."""
    password: Password
    """The password of your account, or of the one that this makes for you."""


class SessionOut(BaseModel):
    """You are signed in. The cookie that comes with it renews the token at /auth/refresh."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    access_token: str
    """To send as `Authorization: Bearer`; keep it in memory only."""
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  the name of a scheme (RFC 6750)
    """Always `Bearer`."""
    expires_at: datetime
    """When the access token ends."""
    session_id: UUID
    """The session, as in /api/v1/me/sessions."""
    user_id: UUID
    """You."""
    tenant_id: UUID
    """The tenant in which you are."""


class AuthConfig(BaseModel):
    """What the frontend shows before anybody is signed in."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    provider: str
    """Who proves who people are."""
    signup: str
    """How people get in: `invite`."""
    setup_needed: bool
    """Nobody exists yet: the bootstrap token makes the first owner."""
