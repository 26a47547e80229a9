"""The catalogue out of three watches: Models, Tenants, and the EndpointSlices that carry a Model's label.

What was seen last keeps serving while a watch is broken; `catalog_age_seconds` says for how long.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import NoReturn, Protocol

from freehold_app.gateway.core.catalog import Endpoint, ModelEntry, Snapshot
from freehold_app.gateway.core.resources import (
    MODEL_LABEL,
    model_entry,
    slice_endpoints,
    slice_model,
    tenant_entry,
    tenant_of_namespace,
)
from freehold_app.platform.kubernetes import Raw, WatchSink

MODELS = "/apis/freehold.dev/v1alpha1/models"
TENANTS = "/apis/freehold.dev/v1alpha1/tenants"
SLICES = "/apis/discovery.k8s.io/v1/endpointslices"


class Follower(Protocol):
    """The one call that is made: `KubeClient`, or a script in tests."""

    async def follow(self, path: str, sink: WatchSink, *, selector: str = "") -> NoReturn: ...


class Seen:
    """What one watch has seen, by `namespace/name`."""

    def __init__(self, changed: Callable[[str | None, Raw | None], None]) -> None:
        self.objects: dict[str, Raw] = {}
        self.listed = False
        self.heard_at = 0.0
        self._changed = changed

    def replace(self, objects: list[Raw]) -> None:
        self.objects = {_key(item): item for item in objects}
        self.listed = True
        self._changed(None, None)

    def change(self, kind: str, item: Raw) -> None:
        key = _key(item)
        if kind == "DELETED":
            self.objects.pop(key, None)
        else:
            self.objects[key] = item
        self._changed(key, item)

    def heard(self) -> None:
        self.heard_at = monotonic()

    def lost(self, error: Exception) -> None:
        """Logged by the client; the age shows it."""


class KubeCatalog:
    """Follows Kubernetes and publishes a new snapshot in the same turn of the loop as a change is read."""

    def __init__(self, kube: Follower, publish: Callable[[Snapshot], None]) -> None:
        self._kube = kube
        self._publish = publish
        self._models = Seen(self._model_changed)
        self._tenants = Seen(self._all_changed)
        self._slices = Seen(self._slice_changed)
        self._entries: dict[str, ModelEntry] = {}
        self._endpoints: dict[str, dict[str, tuple[Endpoint, ...]]] = {}
        self._stale: set[str] | None = None
        """Models to build anew; None: all."""
        self._due = False

    @property
    def ready(self) -> bool:
        """All three kinds were listed once."""
        return self._models.listed and self._tenants.listed and self._slices.listed

    def age_seconds(self, now: float) -> float:
        """How long the quietest watch has been silent, in seconds."""
        return max(0.0, now - min(self._models.heard_at, self._tenants.heard_at, self._slices.heard_at))

    async def run(self) -> None:
        """Follow for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._kube.follow(TENANTS, self._tenants))
            group.create_task(self._kube.follow(MODELS, self._models))
            group.create_task(self._kube.follow(SLICES, self._slices, selector=MODEL_LABEL))

    def _model_changed(self, key: str | None, item: Raw | None) -> None:  # noqa: ARG002
        self._mark(key)

    def _all_changed(self, key: str | None, item: Raw | None) -> None:  # noqa: ARG002
        self._mark(None)

    def _slice_changed(self, key: str | None, item: Raw | None) -> None:
        if key is None or item is None:
            self._endpoints = {}
            for name, raw in self._slices.objects.items():
                self._note_slice(name, raw)
            return self._mark(None)
        model = slice_model(item)
        if model is None:
            return None
        if key in self._slices.objects:
            self._note_slice(key, item)
        else:
            self._endpoints.get(model, {}).pop(key, None)
        return self._mark(model)

    def _note_slice(self, key: str, item: Raw) -> None:
        model = slice_model(item)
        if model is not None:
            self._endpoints.setdefault(model, {})[key] = slice_endpoints(item)

    def _mark(self, key: str | None) -> None:
        """Build soon: a list of a thousand changes makes one snapshot."""
        if key is None:
            self._stale = None
        elif self._stale is not None:
            self._stale.add(key)
        if not self._due:
            self._due = True
            asyncio.get_running_loop().call_soon(self._build)

    def _build(self) -> None:
        self._due = False
        if not self.ready:
            return
        tenants = [tenant_entry(raw) for raw in self._tenants.objects.values()]
        owners = tenant_of_namespace(tenants)
        for key in self._models.objects if self._stale is None else self._stale:
            self._build_model(key, owners)
        for key in self._entries.keys() - self._models.objects.keys():
            del self._entries[key]
        self._stale = set()
        self._publish(Snapshot.of(self._entries.values(), tenants))

    def _build_model(self, key: str, owners: dict[str, str]) -> None:
        raw = self._models.objects.get(key)
        tenant = owners.get(raw["metadata"].get("namespace", "")) if raw is not None else None
        if raw is None or tenant is None:
            self._entries.pop(key, None)
            return
        found = {endpoint for part in self._endpoints.get(key, {}).values() for endpoint in part}
        endpoints = tuple(sorted(found, key=lambda endpoint: (endpoint.host, endpoint.port)))
        self._entries[key] = model_entry(raw, tenant, endpoints)


def _key(item: Raw) -> str:
    metadata = item["metadata"]
    return f"{metadata.get('namespace', '')}/{metadata['name']}"
