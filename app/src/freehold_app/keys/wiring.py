"""Keys as a slice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from freehold_app.auth.permissions import Action
from freehold_app.auth.principal import Principal
from freehold_app.auth.quick import QuickList
from freehold_app.keys import repository
from freehold_app.keys.service import Keys, reach_of
from freehold_app.keys.uses import KeyUses
from freehold_app.platform.postgres import TenantRead
from freehold_app.wiring import Deps, Slice


def keys_slice(deps: Deps) -> Slice:
    keys = Keys(deps.peppers, deps.clock, deps.announce, deps.settings.keys.max_per_user)
    uses = KeyUses(deps.database, deps.directory.take_key_uses)
    return Slice("keys", gives=[keys], loops={"uses": uses.run}, quick=[LIST])


def _page(principal: Principal) -> tuple[TenantRead, Mapping[str, object]]:
    return repository.page_for(reach_of(principal))


LIST = QuickList(
    path="/keys", action=Action.KEYS_OWN, statement=_page, after=(datetime, UUID), key=("created_at", "id")
)
