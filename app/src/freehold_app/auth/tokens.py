"""Access tokens: made here for five minutes, checked here and in the gateway by the same code.

    tokens.access(user_id, session_id, tenant_id)          # for the browser, audience `freehold`
    tokens.internal(user_id, tenant_id)                    # control calls the gateway for a turn, 60 s
    tokens.verify(text, ACCESS_AUDIENCE)                   # Claims; UnauthenticatedError, TokenExpiredError

One algorithm (EdDSA, RFC 8037), keys from settings only, the key named exactly by `kid`. Headers that would make a
verifier fetch or trust another key are refused, whatever they say. A token names a person, a session and a tenant and
no role: what the person may do is looked up, so that it can be taken away within seconds.
"""

from __future__ import annotations

import base64
import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from freehold_app.auth.errors import TokenExpiredError, UnauthenticatedError
from freehold_app.kit.clock import Clock

ALGORITHM = "EdDSA"
ACCESS_AUDIENCE = "freehold"
GATEWAY_AUDIENCE = "freehold-gateway"
DEFAULT_ISSUER = "freehold"
INTERNAL_SECONDS = 60.0
VERIFIED_SECONDS = 60.0
MAX_TOKEN_BYTES = 2048
_MAX_VERIFIED = 20_000
_HEADER_FIELDS = frozenset({"alg", "kid", "typ"})
_REQUIRED = ["exp", "nbf", "iat", "iss", "sub", "aud", "tid"]


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token that passed says."""

    user_id: UUID
    tenant_id: UUID
    session_id: UUID | None
    audience: str
    expires_at: datetime


class SigningKeys:
    """Ed25519 keys out of versioned secrets; the highest version signs, all verify."""

    def __init__(self, secrets: Mapping[int, bytes]) -> None:
        """ValueError where there is none."""
        if not secrets:
            raise ValueError("at least one signing key is needed")
        private = {version: _private(secret) for version, secret in sorted(secrets.items())}
        self._public = {_kid(version, key.public_key()): key.public_key() for version, key in private.items()}
        newest, self._signer = list(private.items())[-1]
        self._signer_kid = _kid(newest, self._signer.public_key())

    def sign(self, claims: Mapping[str, Any]) -> str:
        return jwt.encode(dict(claims), self._signer, algorithm=ALGORITHM, headers={"kid": self._signer_kid})

    def public(self, kid: str) -> Ed25519PublicKey | None:
        return self._public.get(kid)

    def jwks(self) -> dict[str, Any]:
        """The public halves as a JWK set (RFC 7517)."""
        return {
            "keys": [
                {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": ALGORITHM, "kid": kid, "x": _base64(_raw(key))}
                for kid, key in self._public.items()
            ]
        }

    def __repr__(self) -> str:
        return f"SigningKeys({list(self._public)})"


class Tokens:
    """Issuer and verifier of one installation."""

    def __init__(
        self, keys: SigningKeys, clock: Clock, *, issuer: str, access_seconds: float, leeway_seconds: float
    ) -> None:
        self.keys = keys
        self._clock = clock
        self._issuer = issuer or DEFAULT_ISSUER
        self._access_seconds = access_seconds
        self._leeway_seconds = leeway_seconds
        self._verified: OrderedDict[bytes, tuple[Claims, float]] = OrderedDict()

    def access(self, user_id: UUID, session_id: UUID, tenant_id: UUID) -> tuple[str, datetime]:
        """The token and when it ends."""
        claims = {"sid": str(session_id)} | self._claims(user_id, tenant_id, ACCESS_AUDIENCE, self._access_seconds)
        return self.keys.sign(claims), datetime.fromtimestamp(claims["exp"], UTC)

    def internal(self, user_id: UUID, tenant_id: UUID) -> str:
        """For control's own call of the gateway in a person's name."""
        return self.keys.sign(self._claims(user_id, tenant_id, GATEWAY_AUDIENCE, INTERNAL_SECONDS))

    def verify(self, token: str, *audiences: str) -> Claims:
        """What the token says; UnauthenticatedError for any fault, TokenExpiredError where only its time is over."""
        if len(token) > MAX_TOKEN_BYTES:
            raise UnauthenticatedError
        digest = hashlib.sha256(token.encode()).digest()
        known = self._verified.get(digest)
        claims = known[0] if known is not None and known[1] > self._clock.monotonic() else self._check(token)
        self._remember(digest, claims, known)
        if claims.audience not in audiences:
            raise UnauthenticatedError
        if self._clock.now() >= claims.expires_at + timedelta(seconds=self._leeway_seconds):
            raise TokenExpiredError
        return claims

    def _claims(self, user_id: UUID, tenant_id: UUID, audience: str, seconds: float) -> dict[str, Any]:
        now = int(self._clock.now().timestamp())
        times = {"iat": now, "nbf": now, "exp": now + int(seconds)}
        return {"iss": self._issuer, "aud": audience, "sub": str(user_id), "tid": str(tenant_id), **times}

    def _check(self, token: str) -> Claims:
        try:
            header = jwt.get_unverified_header(token)
            if set(header) - _HEADER_FIELDS or header.get("alg") != ALGORITHM:
                raise UnauthenticatedError
            key = self.keys.public(str(header.get("kid")))
            if key is None:
                raise UnauthenticatedError
            # Times are judged by our own clock below; the library's is not an argument.
            options: Any = {"require": _REQUIRED, "verify_exp": False, "verify_nbf": False, "verify_iat": False}
            body = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                audience=[ACCESS_AUDIENCE, GATEWAY_AUDIENCE],
                options=options,
            )
            return self._read(body)
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError) as error:
            raise UnauthenticatedError from error

    def _read(self, body: Mapping[str, Any]) -> Claims:
        times = [body["nbf"], body["iat"], body["exp"]]
        if not all(type(moment) is int for moment in times) or not isinstance(body["aud"], str):
            raise UnauthenticatedError
        if max(times[:2]) > self._clock.now().timestamp() + self._leeway_seconds:
            raise UnauthenticatedError
        sid = body.get("sid")
        if (sid is None) != (body["aud"] == GATEWAY_AUDIENCE):
            raise UnauthenticatedError
        return Claims(
            user_id=UUID(body["sub"]),
            tenant_id=UUID(body["tid"]),
            session_id=UUID(sid) if sid is not None else None,
            audience=body["aud"],
            expires_at=datetime.fromtimestamp(body["exp"], UTC),
        )

    def _remember(self, digest: bytes, claims: Claims, known: tuple[Claims, float] | None) -> None:
        if known is None or known[1] <= self._clock.monotonic():
            self._verified[digest] = (claims, self._clock.monotonic() + VERIFIED_SECONDS)
        self._verified.move_to_end(digest)
        if len(self._verified) > _MAX_VERIFIED:
            self._verified.popitem(last=False)


def _private(secret: bytes) -> Ed25519PrivateKey:
    seed = HKDF(SHA256(), 32, salt=None, info=b"freehold access tokens").derive(secret)
    return Ed25519PrivateKey.from_private_bytes(seed)


def _kid(version: int, key: Ed25519PublicKey) -> str:
    return f"v{version}-{hashlib.sha256(_raw(key)).hexdigest()[:12]}"


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes_raw()


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
