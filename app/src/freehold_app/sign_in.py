"""The local provider's slice: built here, because accounts enter tenants and `auth` lies below `tenants`."""

from __future__ import annotations

from freehold_app.auth.access import Quotas
from freehold_app.auth.local.endpoints import PublicConfig, PublicOrigin
from freehold_app.auth.local.service import LocalAccounts
from freehold_app.auth.local.sessions import Sessions
from freehold_app.auth.local.throttle import Throttle
from freehold_app.auth.passwords import Passwords
from freehold_app.auth.profile.service import Profiles
from freehold_app.kit.pages import Cursors
from freehold_app.tenants.service import enter_tenant
from freehold_app.wiring import Deps, Slice


def local_slice(deps: Deps) -> Slice:
    auth, throttle = deps.settings.auth, Throttle(deps.limiter)
    sessions = new_sessions(deps)
    accounts = LocalAccounts(
        deps.database,
        sessions,
        Passwords(),
        deps.peppers,
        throttle,
        deps.announce,
        deps.clock,
        bootstrap_token=auth.bootstrap_token.get_secret_value(),
        enter_tenant=lambda name: enter_tenant(deps.database, name, deps.clock),
    )
    cursors = Cursors([deps.peppers.derive("cursors", version) for version in deps.peppers.versions])
    profiles = Profiles(deps.database, deps.tokens, deps.announce, deps.clock)
    origin = PublicOrigin(deps.settings.public_url)
    config = PublicConfig(deps.provider.public_config()["provider"], auth.signup)
    return Slice("sign_in", gives=[accounts, sessions, throttle, origin, config, cursors, Quotas(deps.clock), profiles])


def new_sessions(deps: Deps) -> Sessions:
    return Sessions(
        deps.database,
        deps.peppers,
        deps.tokens,
        deps.announce,
        deps.clock,
        refresh_days=deps.settings.auth.refresh_ttl_days,
        successor_key=deps.peppers.derive("refresh", deps.peppers.versions[0]),
    )
