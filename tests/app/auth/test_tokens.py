"""Access tokens: ours pass, everything that somebody could make of them does not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from hypothesis import given
from hypothesis import strategies as st

from freehold_app.auth.errors import TokenExpiredError, UnauthenticatedError
from freehold_app.auth.tokens import ACCESS_AUDIENCE, GATEWAY_AUDIENCE, MAX_TOKEN_BYTES, SigningKeys, Tokens
from tests.app.conftest import FakeClock

USER, SESSION, TENANT = UUID(int=1), UUID(int=2), UUID(int=3)
SECRETS = {1: b"first signing key", 2: b"second signing key"}
ISSUER = "https://ai.example.org"


def tokens_of(clock: FakeClock, secrets: dict[int, bytes] = SECRETS, issuer: str = ISSUER) -> Tokens:
    return Tokens(SigningKeys(secrets), clock, issuer=issuer, access_seconds=300, leeway_seconds=5)


def claims_of(clock: FakeClock, **changes: Any) -> dict[str, Any]:
    now = int(clock.now().timestamp())
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": ACCESS_AUDIENCE,
        "sub": str(USER),
        "tid": str(TENANT),
        "sid": str(SESSION),
        "iat": now,
        "nbf": now,
        "exp": now + 300,
    }
    return {name: value for name, value in (claims | changes).items() if value is not None}


def encoded(data: Any) -> str:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(keys: SigningKeys, header: dict[str, Any], claims: dict[str, Any]) -> str:
    """With our own newest key and any header: what a bug in the issuer could make."""
    body = f"{encoded(header)}.{encoded(claims)}"
    return f"{body}.{encoded(keys._signer.sign(body.encode()))}"


def test_a_token_says_who_where_and_in_which_session(clock: FakeClock) -> None:
    tokens = tokens_of(clock)
    token, expires_at = tokens.access(USER, SESSION, TENANT)
    found = tokens.verify(token, ACCESS_AUDIENCE)
    assert (found.user_id, found.session_id, found.tenant_id) == (USER, SESSION, TENANT)
    assert found.expires_at == expires_at
    assert (expires_at - clock.now()).total_seconds() == 300


def test_a_token_is_over_after_its_time_and_not_before(clock: FakeClock) -> None:
    tokens = tokens_of(clock)
    token, _ = tokens.access(USER, SESSION, TENANT)
    clock.advance(304)
    tokens.verify(token, ACCESS_AUDIENCE)
    clock.advance(1)
    for verifier in (tokens, tokens_of(clock)):  # with and without having seen it
        with pytest.raises(TokenExpiredError):
            verifier.verify(token, ACCESS_AUDIENCE)


def test_a_token_is_for_one_audience(clock: FakeClock) -> None:
    tokens = tokens_of(clock)
    internal, (access, _) = tokens.internal(USER, TENANT), tokens.access(USER, SESSION, TENANT)
    assert tokens.verify(internal, ACCESS_AUDIENCE, GATEWAY_AUDIENCE).session_id is None
    for token, audience in ((internal, ACCESS_AUDIENCE), (access, GATEWAY_AUDIENCE)):
        with pytest.raises(UnauthenticatedError):
            tokens.verify(token, audience)


def test_an_internal_token_lives_a_minute(clock: FakeClock) -> None:
    tokens = tokens_of(clock)
    token = tokens.internal(USER, TENANT)
    clock.advance(66)
    with pytest.raises(TokenExpiredError):
        tokens.verify(token, GATEWAY_AUDIENCE)


def test_the_highest_version_signs_and_the_others_still_pass(clock: FakeClock) -> None:
    old, _ = tokens_of(clock, {1: SECRETS[1]}).access(USER, SESSION, TENANT)
    new, _ = tokens_of(clock).access(USER, SESSION, TENANT)
    assert jwt.get_unverified_header(new)["kid"].startswith("v2-")
    tokens_of(clock).verify(old, ACCESS_AUDIENCE)
    with pytest.raises(UnauthenticatedError):
        tokens_of(clock, {2: SECRETS[2]}).verify(old, ACCESS_AUDIENCE)


def test_the_published_keys_verify_what_was_signed_and_hold_nothing_private(clock: FakeClock) -> None:
    tokens = tokens_of(clock)
    token, _ = tokens.access(USER, SESSION, TENANT)
    published = tokens.keys.jwks()
    kid = jwt.get_unverified_header(token)["kid"]
    key = next(jwt.PyJWK(entry) for entry in published["keys"] if entry["kid"] == kid)
    options: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    assert jwt.decode(token, key, audience=ACCESS_AUDIENCE, options=options)["sub"] == str(USER)
    assert all("d" not in entry for entry in published["keys"])


def forgeries(clock: FakeClock) -> dict[str, str]:
    tokens = tokens_of(clock)
    keys = tokens.keys
    good, _ = tokens.access(USER, SESSION, TENANT)
    head, body, signature = good.split(".")
    header = jwt.get_unverified_header(good)
    kid, public = header["kid"], keys.public(header["kid"])
    assert public is not None
    raw = public.public_bytes_raw()
    stranger, rsa = Ed25519PrivateKey.generate(), generate_private_key(65537, 2048)
    claims = claims_of(clock)
    confused = f"{encoded({'alg': 'HS256', 'kid': kid})}.{encoded(claims)}"

    def with_header(**changes: Any) -> str:
        return signed(keys, header | changes, claims)

    def with_claims(**changes: Any) -> str:
        return signed(keys, header, claims_of(clock, **changes))

    now = claims["iat"]
    return {
        "no signature": f"{head}.{body}.",
        "alg none": f"{encoded({'alg': 'none'})}.{body}.",
        "alg none with kid": f"{encoded({'alg': 'none', 'kid': kid})}.{body}.",
        "alg NONE": f"{encoded({'alg': 'NONE', 'kid': kid})}.{body}.",
        "alg in other case": with_header(alg="eddsa"),
        "alg missing": signed(keys, {"kid": kid}, claims),
        "HS256 with the public key": f"{confused}.{encoded(hmac.digest(raw, confused.encode(), hashlib.sha256))}",
        "HS256 by the library": jwt.encode(claims, raw, "HS256", {"kid": kid}),
        "RS256": jwt.encode(claims, rsa, "RS256", {"kid": kid}),
        "a stranger's key under our kid": jwt.encode(claims, stranger, "EdDSA", {"kid": kid}),
        "a stranger's key in the header": jwt.encode(
            claims, stranger, "EdDSA", {"kid": kid, "jwk": {"kty": "OKP", "crv": "Ed25519", "x": "AA"}}
        ),
        "jku": with_header(jku="https://evil.example/jwks.json"),
        "x5u": with_header(x5u="https://evil.example/cert.pem"),
        "x5c": with_header(x5c=["AAAA"]),
        "crit": with_header(crit=["exp"]),
        "b64": with_header(b64=False),
        "zip": with_header(zip="DEF"),
        "kid unknown": with_header(kid="v9-000000000000"),
        "kid missing": signed(keys, {"alg": "EdDSA"}, claims),
        "kid a number": with_header(kid=2),
        "kid a path": with_header(kid="../../dev/null"),
        "kid as SQL": with_header(kid="' OR 1=1 --"),
        "kid with a space": with_header(kid=f"{kid} "),
        "another issuer": with_claims(iss="https://evil.example"),
        "issuer with a slash": with_claims(iss=f"{ISSUER}/"),
        "issuer missing": with_claims(iss=None),
        "issuer a list": with_claims(iss=[ISSUER]),
        "audience unknown": with_claims(aud="other"),
        "audience missing": with_claims(aud=None),
        "audience a list": with_claims(aud=[ACCESS_AUDIENCE]),
        "subject missing": with_claims(sub=None),
        "subject no uuid": with_claims(sub="admin"),
        "tenant missing": with_claims(tid=None),
        "tenant a list": with_claims(tid=[str(TENANT)]),
        "session missing": with_claims(sid=None),
        "expiry missing": with_claims(exp=None),
        "expiry a text": with_claims(exp=str(now + 300)),
        "expiry a truth": with_claims(exp=True),
        "expiry infinite": with_claims(exp=1e308),
        "not before missing": with_claims(nbf=None),
        "not before to come": with_claims(nbf=now + 60),
        "issued to come": with_claims(iat=now + 60),
        "one character more": good + "A",
        "body of another": f"{head}.{encoded(claims | {'tid': str(UUID(int=9))})}.{signature}",
        "two parts": f"{head}.{body}",
        "five parts": f"{good}.{body}.{signature}",
        "too long": "a" * (MAX_TOKEN_BYTES + 1),
        "empty": "",
        "not ascii": "é.é.é",
    }


NAMES = sorted(forgeries(FakeClock()))


def test_there_are_at_least_forty_forgeries() -> None:
    assert len(NAMES) >= 40


@pytest.mark.parametrize("name", NAMES)
def test_a_forged_token_is_refused(clock: FakeClock, name: str) -> None:
    with pytest.raises(UnauthenticatedError):
        tokens_of(clock).verify(forgeries(clock)[name], ACCESS_AUDIENCE)


def test_what_the_forgeries_are_made_of_would_pass(clock: FakeClock) -> None:
    tokens = tokens_of(clock)
    header = jwt.get_unverified_header(tokens.access(USER, SESSION, TENANT)[0])
    assert tokens.verify(signed(tokens.keys, header, claims_of(clock)), ACCESS_AUDIENCE).user_id == USER


@given(
    place=st.integers(0, 10_000), character=st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-.")
)
def test_a_token_with_one_other_character_is_refused(place: int, character: str) -> None:
    clock = FakeClock()
    tokens = tokens_of(clock)
    token, _ = tokens.access(USER, SESSION, TENANT)
    place %= len(token) - 1  # the last one carries bits that no byte needs
    if token[place] != character:
        with pytest.raises(UnauthenticatedError):
            tokens.verify(token[:place] + character + token[place + 1 :], ACCESS_AUDIENCE)
