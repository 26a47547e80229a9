"""The built-in provider: its tokens are our own, so proving a person is checking our own signature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter

from freehold_app.auth.local.endpoints import router, well_known
from freehold_app.auth.provider import Identity
from freehold_app.auth.tokens import ACCESS_AUDIENCE, Tokens

ROUTERS = (router, well_known)


class LocalProvider:
    """`AuthProvider`."""

    kind = "local"

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def authenticate(self, token: str) -> Identity:
        claims = self._tokens.verify(token, ACCESS_AUDIENCE)
        subject, organization = str(claims.user_id), str(claims.tenant_id)
        return Identity(self.kind, subject, organization, claims.session_id, (), claims.expires_at)

    def routers(self) -> Sequence[APIRouter]:
        return ROUTERS

    def public_config(self) -> Mapping[str, Any]:
        return {"provider": self.kind}
