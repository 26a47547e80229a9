"""Who proves who people are. `local` is built in; others implement the same protocol.

A provider says which person a token stands for and nothing about rights: those are memberships, which are ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from fastapi import APIRouter


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as the provider knows them. `organization` names the tenant that the token was made for, if any;
    `session_id` the session, where the provider's sessions are ours.
    """

    provider: str
    subject: str
    organization: str | None
    session_id: UUID | None
    roles: tuple[str, ...]
    expires_at: datetime


class AuthProvider(Protocol):
    kind: str

    async def authenticate(self, token: str) -> Identity:
        """UnauthenticatedError, TokenExpiredError."""

    def routers(self) -> Sequence[APIRouter]:
        """The provider's own routes, at the root."""

    def public_config(self) -> Mapping[str, Any]:
        """What the frontend must know, as the `auth` part of its /config.json; nothing secret."""
