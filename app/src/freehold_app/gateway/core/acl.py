"""Whether a grant allows a route and a Model. A grant only narrows what its tenant has."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from freehold_app.gateway.core.catalog import ModelEntry, Readiness, Snapshot
from freehold_app.gateway.core.errors import Refusal, refusal


class Caller(Protocol):
    """What the data path needs of `auth.Grant` (which is not imported here: `core` knows no other slice)."""

    @property
    def tenant_id(self) -> UUID: ...
    @property
    def tenant(self) -> str: ...
    @property
    def key_id(self) -> UUID | None: ...
    @property
    def user_id(self) -> UUID | None: ...
    @property
    def routes(self) -> frozenset[str] | None: ...
    @property
    def models(self) -> tuple[str, ...] | None: ...


def may_use(caller: Caller, name: str) -> bool:
    """Whether the key's own list names the Model, exactly or as `prefix*`."""
    if caller.models is None:
        return True
    return any(name == entry or (entry.endswith("*") and name.startswith(entry[:-1])) for entry in caller.models)


def check_caller(caller: Caller, route: str, snapshot: Snapshot) -> Refusal | None:
    """Refuse a suspended Tenant and a route outside the key's list."""
    if snapshot.suspended(caller.tenant):
        return refusal("tenant_suspended", t=caller.tenant)
    if caller.routes is not None and route not in caller.routes:
        return refusal("permission_denied", route=route)
    return None


def find_model(caller: Caller, name: str, snapshot: Snapshot) -> ModelEntry | Refusal:
    """The Model that a name means for this caller."""
    model = snapshot.find(caller.tenant, name)
    if model is None or not may_use(caller, name):
        return refusal("model_not_found", param="model", m=name[:128])
    if model.readiness is Readiness.SUSPENDED:
        return refusal("model_suspended", m=name)
    return model


def visible_models(caller: Caller, snapshot: Snapshot) -> list[ModelEntry]:
    """What `GET /v1/models` shows to this caller."""
    return [model for model in snapshot.visible_to(caller.tenant) if may_use(caller, model.name)]
