"""The catalogue for one caller: the Models of the caller's own namespace, with their histories."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from freehold_app.auth.errors import TenantNotProvisionedError
from freehold_app.auth.principal import Principal
from freehold_app.catalog.cluster import ModelCluster
from freehold_app.catalog.history import History
from freehold_app.catalog.informer import ModelInformer, Raw
from freehold_app.catalog.inspection import Inspection
from freehold_app.catalog.reading import detail_of, state_of
from freehold_app.catalog.schemas import ModelDetail, ModelRow
from freehold_app.kit.etags import strong_etag


@dataclass(frozen=True, slots=True)
class Catalog:
    """`by_name`: without a cluster a tenant's namespace is its name."""

    informer: ModelInformer
    cluster: ModelCluster
    history: History
    inspection: Inspection
    public_url: str
    by_name: bool = False

    def place(self, principal: Principal) -> str:
        """The one namespace that the caller may see; TenantNotProvisionedError."""
        namespace = principal.tenant if self.by_name else principal.namespace
        if not namespace:
            raise TenantNotProvisionedError
        return namespace

    def names_after(self, principal: Principal, after: str, limit: int) -> list[str]:
        """The next names of the list, in order."""
        return [name for name in self.informer.names(self.place(principal)) if name > after][:limit]

    async def rows(self, principal: Principal, names: Sequence[str]) -> list[ModelRow]:
        """The rows of these Models, in this order."""
        place = self.place(principal)
        states = [self.informer.state(place, name) for name in names]
        lines = await self.history.lifelines(principal.tenant_id, [(state.name, state.phase) for state in states])
        return [
            ModelRow.model_construct(**dict(state), lifeline=line) for state, line in zip(states, lines, strict=True)
        ]

    def find(self, principal: Principal, name: str) -> Raw:
        """ModelNotFoundError also for every other tenant's."""
        return self.informer.get(self.place(principal), name)

    async def detail(self, principal: Principal, raw: Raw) -> ModelDetail:
        state = state_of(raw)
        [line] = await self.history.lifelines(principal.tenant_id, [(state.name, state.phase)])
        usual = await self.history.usual_seconds(principal.tenant_id, state.name)
        return ModelDetail(**dict(state), **detail_of(raw), lifeline=line, activation_seconds=usual)


def header_etag(detail: ModelDetail) -> str:
    """The version, which `If-Match` means, and what an answer shows beyond it and time changes."""
    shown = f"{detail.lifeline} {detail.activation_seconds}".encode()
    version = detail.etag.strip('"')
    return strong_etag(f"{version}+{hashlib.blake2b(shown, digest_size=4).hexdigest()}")
