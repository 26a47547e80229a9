"""Models of an installation without a cluster: those of the gateway's routes file, always Ready.

For `make dev` and for trying out. The namespace of a tenant is its name there, as in the gateway.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog
import yaml

from freehold_app.catalog.informer import ModelInformer, Raw

LOOK_SECONDS = 2.0


def models_in(content: object) -> list[Raw]:
    """The file's models as Model objects; what is no model is left out, the gateway says what is wrong with it."""
    listed = content.get("models") if isinstance(content, Mapping) else None
    return [_model(item) for item in listed or () if isinstance(item, Mapping) and "name" in item and "tenant" in item]


def _model(item: Mapping[str, Any]) -> Raw:
    name, tenant = str(item["name"]), str(item["tenant"])
    external = item.get("external") is not None
    reason = "ProviderReachable" if external else "Serving"
    spec = {
        "engine": "External" if external else str(item.get("engine") or "Custom"),
        "features": list(item.get("features") or ("TextGeneration", "TextEmbedding")),
        "minReplicas": 1,
    }
    if item.get("contextLength") is not None:
        spec["contextLength"] = item["contextLength"]
    ready = {"type": "Ready", "status": "True", "reason": reason, "message": "Listed in the routes file."}
    status = {"phase": "Ready", "tenant": tenant, "conditions": [ready], "replicas": {"ready": 1, "desired": 1}}
    metadata = {"name": name, "namespace": tenant, "uid": f"{tenant}.{name}", "resourceVersion": "1"}
    return {"metadata": metadata, "spec": spec, "status": status}


class FileSource:
    """Looks at the file every two seconds. Without a file there are no Models."""

    def __init__(self, path: Path | None, informer: ModelInformer) -> None:
        self._path = path
        self._informer = informer
        self._changed_ns = -1

    async def run(self, stop: asyncio.Event) -> None:
        if self._path is None:
            self._informer.replace([])
        while not stop.is_set():
            if self._path is not None:
                await self._look(self._path)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_SECONDS)

    async def _look(self, path: Path) -> None:
        """Read it where it has changed; a file that cannot be read leaves what was."""
        try:
            changed_ns = (await asyncio.to_thread(path.stat)).st_mtime_ns
            if changed_ns == self._changed_ns:
                return
            content = yaml.safe_load(await asyncio.to_thread(path.read_text, encoding="utf-8"))
        except (OSError, yaml.YAMLError) as error:
            structlog.get_logger(__name__).error("routes_file_refused", problem=type(error).__name__)
            return
        self._changed_ns = changed_ns
        self._informer.replace(models_in(content))
