"""What comes in and goes out at /api/v1/keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

# As the matrix has them (`auth.permissions.KEY_SCOPES`); spelt out for the API's description. A test compares.
Scope = Literal["read", "inference", "models:write", "usage:read"]
# As the gateway has them (`gateway.core.head`), which this layer does not know. A test compares.
GatewayRoute = Literal["/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/models"]
DEFAULT_SCOPES: Sequence[Scope] = ("inference", "read")

# No control characters: PostgreSQL refuses some of them, and terminals act on others.
KeyName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")
]
ModelPattern = Annotated[str, StringConstraints(max_length=64, pattern=r"^[a-z0-9][-a-z0-9.]*\*?$")]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class KeyIn(_Input):
    """A key to make. It never allows more than you may do yourself, now or later."""

    name: KeyName
    """What it is for, as lists show it."""
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=4)] = Field(
        default_factory=lambda: list(DEFAULT_SCOPES)
    )
    """What it may do: `inference` calls Models, `read` sees them and their states, `models:write` creates, changes and
    deletes them, `usage:read` sees usage."""
    models: Annotated[list[ModelPattern], Field(min_length=1, max_length=50)] | None = None
    """Names of the Models that it may call, or `prefix*`. Null: all that the tenant has, also later ones."""
    routes: Annotated[list[GatewayRoute], Field(min_length=1, max_length=4)] | None = None
    """Paths below `/v1` that it may call. Null: all."""
    expires_at: AwareDatetime | None = None
    """When it ends. Null: never."""
    service: bool = False
    """True: it belongs to the tenant and stays when its maker leaves; administrators only. False: it is yours."""


class KeyChange(_Input):
    """What of a key can be changed; make another key for everything else."""

    name: KeyName
    """What it is for, as lists show it."""


class KeyOut(BaseModel):
    """A key as lists show it, without the key."""

    model_config = ConfigDict(use_attribute_docstrings=True, from_attributes=True)

    id: UUID
    """Its id here and in usage."""
    name: str
    """What it is for."""
    prefix: str
    """How it begins: `fhk_` and ten characters."""
    last4: str
    """How it ends."""
    service: bool
    """True: it belongs to the tenant, not to a person."""
    scopes: list[str]
    """What it may do, within what `created_by` may do."""
    models: list[str] | None
    """Names of the Models that it may call, or `prefix*`. Null: all."""
    routes: list[str] | None
    """Paths below `/v1` that it may call. Null: all."""
    created_by: UUID | None
    """Who made it. Null: a command did."""
    creator: str | None
    """That person's name."""
    created_at: datetime
    """When it was made."""
    expires_at: datetime | None
    """When it ends or ended. Null: never."""
    last_used_at: datetime | None
    """When it was last used, up to five minutes behind. Null: never."""


class KeyCreated(BaseModel):
    """A new key. Its text is shown this once and kept nowhere."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    key: str
    """To send as `Authorization: Bearer`."""
    row: KeyOut
    """The key as lists show it."""
