"""Opaque tokens for people: refresh cookies and invitations. Pure.

    token = RefreshToken.new(session_id)        # fhr_<session>_<43 characters of 256 random bits>
    token.successor(key)                        # what it is rotated to: the same answer, however often it is asked

A successor is derived (HMAC-SHA256) and not drawn, so that two tabs that use one cookie at the same moment, or a
browser whose answer got lost on the way, end with the same cookie.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from dataclasses import dataclass
from uuid import UUID

REFRESH_PREFIX = "fhr"
INVITATION_PREFIX = "fhi"
_SHAPE = re.compile(r"(?P<prefix>fh[ri])_(?P<id>[0-9a-f]{32})_(?P<secret>[A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class OpaqueToken:
    """`owner` is the session's id, or the tenant's of an invitation. Its `repr` does not tell the secret."""

    prefix: str
    owner: UUID
    secret: str

    @classmethod
    def new(cls, prefix: str, owner: UUID) -> OpaqueToken:
        return cls(prefix, owner, _text(secrets.token_bytes(32)))

    @classmethod
    def parse(cls, prefix: str, text: str) -> OpaqueToken | None:
        found = _SHAPE.fullmatch(text)
        if found is None or found["prefix"] != prefix:
            return None
        return cls(prefix, UUID(hex=found["id"]), found["secret"])

    @property
    def text(self) -> str:
        return f"{self.prefix}_{self.owner.hex}_{self.secret}"

    def successor(self, key: bytes) -> OpaqueToken:
        return OpaqueToken(self.prefix, self.owner, _text(hmac.digest(key, self.text.encode(), "sha256")))

    def __repr__(self) -> str:
        return f"OpaqueToken({self.prefix}_{self.owner.hex}_...)"


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
