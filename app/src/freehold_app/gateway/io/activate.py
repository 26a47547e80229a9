"""Bringing a Model from zero because a call waits for it: the gateway's only write to Kubernetes."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

import structlog

from freehold_app.gateway.core.catalog import ModelEntry
from freehold_app.gateway.core.errors import refusal
from freehold_app.gateway.core.floor import Floor
from freehold_app.kit.clock import Clock
from freehold_app.platform.kubernetes import ConflictError, KubernetesError, KubernetesUnavailableError

FIRST_PAUSE_SECONDS = 0.25
LAST_PAUSE_SECONDS = 2.0
CONFLICT_SECONDS = 0.05
"""A conflict means that a newer state is on its way by the watch."""


class Patcher(Protocol):
    """The one call that is made: `KubeClient`, or a script in tests."""

    async def merge_patch(self, path: str, body: dict[str, Any]) -> Any: ...


class Activator:
    """One patch under way per Model, tried again until nobody waits or the watch shows replicas."""

    def __init__(self, kube: Patcher | None, clock: Clock) -> None:
        self._kube = kube
        self._clock = clock
        self._running: dict[str, asyncio.Task[None]] = {}
        self._log = structlog.get_logger(__name__)
        self.results = {"patched": 0, "conflict": 0, "unavailable": 0, "refused": 0}

    def activate(self, floor: Floor, key: str) -> None:
        """Start, unless it is under way."""
        if self._kube is None or key in self._running:
            return
        task = asyncio.get_running_loop().create_task(self._activate(self._kube, floor, key))
        self._running[key] = task
        task.add_done_callback(lambda _: self._running.pop(key, None))

    async def close(self) -> None:
        """Stop trying."""
        for task in list(self._running.values()):
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _activate(self, kube: Patcher, floor: Floor, key: str) -> None:
        pause = FIRST_PAUSE_SECONDS
        while floor.waiting(key):
            model = floor.snapshot.by_key.get(key)
            if model is None or not model.can_activate:
                return
            wait = await self._try(kube, floor, model)
            if wait is None:
                return
            await asyncio.sleep(wait or pause)
            pause = min(LAST_PAUSE_SECONDS, pause * 2)

    async def _try(self, kube: Patcher, floor: Floor, model: ModelEntry) -> float | None:
        """One patch. Seconds until the next look (0: the usual pause), None when it will never work."""
        try:
            await kube.merge_patch(scale_path(model), scale_patch(model))
        except ConflictError:
            self.results["conflict"] += 1
            return CONFLICT_SECONDS
        except KubernetesUnavailableError:
            self.results["unavailable"] += 1
            return 0.0
        except KubernetesError as error:
            self.results["refused"] += 1
            self._log.warning("activation_refused", model=model.key, error=type(error).__name__)
            why = refusal("activation_failed", retry_after_ms=5000, m=model.name, why="Kubernetes refused the change")
            floor.refuse_model(model.key, why, self._clock.monotonic())
            return None
        self.results["patched"] += 1
        self._log.info("model_activated", model=model.name, namespace=model.namespace)
        return 0.0


def scale_path(model: ModelEntry) -> str:
    """The subresource that is patched."""
    return f"/apis/freehold.dev/v1alpha1/namespaces/{model.namespace}/models/{model.name}/scale"


def scale_patch(model: ModelEntry) -> dict[str, Any]:
    """From zero to at least one, only if nothing changed since the watch told us."""
    return {"metadata": {"resourceVersion": model.resource_version}, "spec": {"replicas": max(1, model.min_replicas)}}
