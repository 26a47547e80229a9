"""/auth: the only routes that take the cookie, and so the only ones that ask where a page comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Cookie, Depends, Request, Response

from freehold_app.auth.errors import ForeignOriginError, WrongTokenError
from freehold_app.auth.local.schemas import AuthConfig, BootstrapIn, InviteAcceptIn, LoginIn, SessionOut
from freehold_app.auth.local.service import LocalAccounts
from freehold_app.auth.local.sessions import Device, Opened, Sessions
from freehold_app.auth.local.throttle import Throttle
from freehold_app.auth.tokens import SigningKeys
from freehold_app.kit.given import given
from freehold_app.kit.routing import RestRoute

COOKIE = "__Host-fh_refresh"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
JWKS_SECONDS = 3600

Accounts = Annotated[LocalAccounts, Depends(given(LocalAccounts))]
Refresh = Annotated[str, Cookie(alias=COOKIE, include_in_schema=False)]


@dataclass(frozen=True, slots=True)
class PublicOrigin:
    """The one origin from which sign-in is taken; empty: the host that was asked."""

    url: str


@dataclass(frozen=True, slots=True)
class PublicConfig:
    """What the provider tells everybody, and how people get in."""

    provider: str
    signup: str


def is_own_origin(origin: str, public_url: str, host: str) -> bool:
    """Whether a page's origin is ours. The names of this machine are one: people type either."""
    ours, theirs = urlsplit(public_url or f"//{host}"), urlsplit(origin)
    if public_url and theirs.scheme != ours.scheme:
        return False
    same_name = theirs.hostname == ours.hostname or {theirs.hostname, ours.hostname} <= LOOPBACK
    return same_name and theirs.port == ours.port


async def own_origin(request: Request, public: Annotated[PublicOrigin, Depends(given(PublicOrigin))]) -> None:
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site", "same-origin")
    foreign = origin is not None and not is_own_origin(origin, public.url, request.headers.get("host", ""))
    if foreign or site not in {"same-origin", "none"}:
        raise ForeignOriginError


async def device(request: Request) -> Device:
    address = request.client.host if request.client is not None else ""
    return Device(request.headers.get("user-agent", ""), address)


Caller = Annotated[Device, Depends(device)]
router = APIRouter(prefix="/auth", tags=["auth"], route_class=RestRoute, dependencies=[Depends(own_origin)])
well_known = APIRouter(tags=["auth"], route_class=RestRoute)


@router.get("/config")
async def config(accounts: Accounts, public: Annotated[PublicConfig, Depends(given(PublicConfig))]) -> AuthConfig:
    """What a sign-in page must know."""
    needed = await accounts.setup_needed()
    return AuthConfig(provider=public.provider, signup=public.signup, setup_needed=needed)


@router.post("/login")
async def login(body: LoginIn, response: Response, accounts: Accounts, caller: Caller) -> SessionOut:
    """Sign in with e-mail and password."""
    return _signed_in(response, await accounts.login(body, caller))


@router.post("/bootstrap", status_code=201)
async def bootstrap(body: BootstrapIn, response: Response, accounts: Accounts, caller: Caller) -> SessionOut:
    """Make the first owner, once, with the installation's bootstrap token."""
    return _signed_in(response, await accounts.bootstrap(body, caller))


@router.post("/invite/accept", status_code=201)
async def accept_invitation(body: InviteAcceptIn, response: Response, accounts: Accounts, caller: Caller) -> SessionOut:
    """Join the tenant that invited you."""
    return _signed_in(response, await accounts.accept(body, caller))


@router.post("/refresh")
async def refresh(
    response: Response,
    sessions: Annotated[Sessions, Depends(given(Sessions))],
    throttle: Annotated[Throttle, Depends(given(Throttle))],
    caller: Caller,
    cookie: Refresh = "",
) -> SessionOut:
    """A new access token for the cookie, which changes, too."""
    if not cookie:
        raise WrongTokenError("there is no session cookie", fix="Sign in.")
    await throttle.refresh(cookie)
    return _signed_in(response, await sessions.renew(cookie, caller.address))


@router.post("/logout", status_code=204)
async def logout(
    response: Response, sessions: Annotated[Sessions, Depends(given(Sessions))], cookie: Refresh = ""
) -> None:
    """End the session of the cookie."""
    if cookie:
        await sessions.close(cookie)
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    response.headers["clear-site-data"] = '"cache"'


@well_known.get("/.well-known/jwks.json")
async def jwks(response: Response, keys: Annotated[SigningKeys, Depends(given(SigningKeys))]) -> dict[str, Any]:
    """The public keys of access tokens."""
    response.headers["cache-control"] = f"public, max-age={JWKS_SECONDS}"
    return keys.jwks()


def _signed_in(response: Response, opened: Opened) -> SessionOut:
    response.set_cookie(
        COOKIE,
        opened.cookie,
        expires=opened.cookie_expires_at,
        path="/",
        secure=True,
        httponly=True,
        samesite="strict",
    )
    return SessionOut(
        access_token=opened.access,
        expires_at=opened.access_expires_at,
        session_id=opened.session_id,
        user_id=opened.user_id,
        tenant_id=opened.tenant_id,
    )
