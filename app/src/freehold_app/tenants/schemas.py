"""What comes in and goes out at /api/v1/tenant."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from freehold_app.auth.local.schemas import Email
from freehold_app.auth.principal import Role
from freehold_app.kit.text import Text


class _Output(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class TenantSettings(_Input):
    """What the tenant's administrators decide for everybody in it."""

    default_model: Annotated[Text, Field(min_length=1, max_length=63)] | None = None
    """Name of the Model that a new conversation starts with. Null: the one that was used last."""


class TenantOut(_Output):
    """The tenant in which you are. Name, state and caps come from its Tenant resource and are changed there."""

    id: UUID
    """Stays the same for ever, also over a new cluster."""
    name: str
    """Its name in Kubernetes."""
    display: str
    """Its name for people."""
    state: str
    """`active`, `suspended` or `removed`."""
    namespace: str | None
    """Its namespace; null until it is provisioned."""
    caps: dict[str, Any]
    """`models` (most Models) and `quota` (resources), as the Tenant resource says."""
    settings: TenantSettings
    """What administrators may change here."""


class TenantChange(_Input):
    """What to change; what is left out stays."""

    settings: TenantSettings
    """All settings: those left out get their defaults."""


class MemberOut(_Output):
    """A person in the tenant."""

    user_id: UUID
    """The person."""
    email: str
    """The address with which they sign in."""
    name: str
    """As others see it."""
    role: Role
    """What they are here."""
    since: datetime
    """When they joined."""


class MemberChange(_Input):
    """Another role."""

    role: Role
    """Owners are made and unmade by owners only."""


class InviteIn(_Input):
    """Whom to invite, and as what."""

    email: Email
    """The person's address."""
    role: Role = Role.MEMBER
    """What they will be. Owners are invited by owners only."""


class InvitationOut(_Output):
    """An invitation that was not accepted yet."""

    id: UUID
    """To take it back."""
    email: str
    """Whom it is for."""
    role: Role
    """What they will be."""
    created_at: datetime
    """When it was made."""
    expires_at: datetime
    """Until when it can be accepted."""


class InvitationCreated(InvitationOut):
    """An invitation with its link, which is shown this once. Nobody sends it for you."""

    token: str
    """What the link carries."""
    url: str
    """The link for the person; whoever has it can accept."""
