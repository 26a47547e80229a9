"""Keys as a slice."""

from __future__ import annotations

from freehold_app.keys.service import Keys
from freehold_app.keys.uses import KeyUses
from freehold_app.wiring import Deps, Slice


def keys_slice(deps: Deps) -> Slice:
    keys = Keys(deps.peppers, deps.clock, deps.announce, deps.settings.keys.max_per_user)
    uses = KeyUses(deps.database, deps.directory.take_key_uses)
    return Slice("keys", gives=[keys], loops={"uses": uses.run})
