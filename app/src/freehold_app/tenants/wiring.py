"""Tenants as a slice: members and invitations for requests, the mirror as a loop of one process."""

from __future__ import annotations

import asyncio

from freehold_app.platform.singleton import run_alone
from freehold_app.tenants.endpoints import Announcer
from freehold_app.tenants.mirror import TenantMirror
from freehold_app.tenants.service import Members
from freehold_app.wiring import Deps, Loop, Slice

MIRROR = "tenants.mirror"


def tenants_slice(deps: Deps) -> Slice:
    days, public_url = deps.settings.auth.invitation_ttl_days, deps.settings.public_url
    members = Members(deps.peppers, deps.clock, days, public_url)
    return Slice("tenants", gives=[members, Announcer(deps.announce)], loops=_loops(deps))


def _loops(deps: Deps) -> dict[str, Loop]:
    """None without a cluster: then tenants are what commands have entered."""
    if deps.kube is None:
        return {}
    mirror = TenantMirror(deps.kube, deps.database, deps.announce, deps.clock)

    async def run(stop: asyncio.Event) -> None:
        await run_alone(deps.database, MIRROR, mirror.run, stop)

    return {"mirror": run}
