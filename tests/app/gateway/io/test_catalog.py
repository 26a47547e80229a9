"""The watched catalogue: three kinds in any order make one snapshot, and each change is in it one loop turn later."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from freehold_app.gateway.core.catalog import Endpoint, Snapshot
from freehold_app.gateway.io.catalog import MODELS, SLICES, TENANTS, KubeCatalog
from freehold_app.platform.kubernetes import Raw, WatchSink


class ScriptedWatches:
    """A Kubernetes client whose watches a test drives."""

    def __init__(self) -> None:
        self.sinks: dict[str, WatchSink] = {}
        self.selectors: dict[str, str] = {}

    async def follow(self, path: str, sink: WatchSink, *, selector: str = "") -> Any:
        self.sinks[path] = sink
        self.selectors[path] = selector
        await asyncio.Event().wait()


def tenant(name: str = "acme", namespace: str | None = "tenant-acme") -> Raw:
    return {"metadata": {"name": name}, "spec": {}, "status": {"namespace": namespace} if namespace else {}}


def a_model(name: str = "m", namespace: str = "tenant-acme", **spec: Any) -> Raw:
    return {
        "metadata": {"name": name, "namespace": namespace, "resourceVersion": "1"},
        "spec": {"engine": "Echo"} | spec,
    }


def a_slice(address: str, *, name: str = "s", ready: bool = True, model: str = "m") -> Raw:
    return {
        "metadata": {"name": name, "namespace": "tenant-acme", "labels": {"freehold.dev/model": model}},
        "ports": [{"name": "http", "port": 8080}],
        "endpoints": [{"addresses": [address], "conditions": {"ready": ready}}],
    }


class Watched:
    """A catalogue on scripted watches, and what it published."""

    def __init__(self) -> None:
        self.kube = ScriptedWatches()
        self.published: list[Snapshot] = []
        self.catalog = KubeCatalog(self.kube, self.published.append)

    async def tell(self, path: str, *objects: Raw) -> None:
        self.kube.sinks[path].replace(list(objects))
        await asyncio.sleep(0)

    async def change(self, path: str, kind: str, item: Raw) -> None:
        self.kube.sinks[path].change(kind, item)
        await asyncio.sleep(0)

    def endpoints(self, name: str = "m") -> tuple[Endpoint, ...] | None:
        entry = self.published[-1].find("acme", name)
        return entry.endpoints if entry is not None else None


@pytest.fixture
async def watched() -> Any:
    watched = Watched()
    task = asyncio.create_task(watched.catalog.run())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    yield watched
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_nothing_is_published_before_all_three_are_listed(watched: Watched) -> None:
    await watched.tell(SLICES, a_slice("10.0.0.1"))
    await watched.tell(MODELS, a_model())
    assert not watched.catalog.ready
    assert watched.published == []
    await watched.tell(TENANTS, tenant())
    assert watched.endpoints() == (Endpoint("10.0.0.1", 8080),)
    assert watched.kube.selectors[SLICES] == "freehold.dev/model"


async def listed(watched: Watched) -> None:
    await watched.tell(TENANTS, tenant())
    await watched.tell(MODELS, a_model())
    await watched.tell(SLICES)


async def test_an_endpoint_is_in_rotation_one_turn_after_its_event_and_out_again(watched: Watched) -> None:
    await listed(watched)
    assert watched.endpoints() == ()
    await watched.change(SLICES, "ADDED", a_slice("10.0.0.1", ready=False))
    assert watched.endpoints() == ()
    await watched.change(SLICES, "MODIFIED", a_slice("10.0.0.1"))
    assert watched.endpoints() == (Endpoint("10.0.0.1", 8080),)
    await watched.change(SLICES, "ADDED", a_slice("10.0.0.2", name="second"))
    assert watched.endpoints() == (Endpoint("10.0.0.1", 8080), Endpoint("10.0.0.2", 8080))
    await watched.change(SLICES, "DELETED", a_slice("10.0.0.1"))
    assert watched.endpoints() == (Endpoint("10.0.0.2", 8080),)


async def test_a_slice_may_come_before_its_model(watched: Watched) -> None:
    await listed(watched)
    await watched.change(SLICES, "ADDED", a_slice("10.0.0.9", name="new", model="later"))
    await watched.change(MODELS, "ADDED", a_model("later"))
    assert watched.endpoints("later") == (Endpoint("10.0.0.9", 8080),)


async def test_models_follow_their_tenant(watched: Watched) -> None:
    await listed(watched)
    await watched.change(MODELS, "ADDED", a_model("stray", namespace="somewhere"))
    assert watched.published[-1].by_key.keys() == {"tenant-acme/m"}
    await watched.change(TENANTS, "ADDED", tenant("late", "somewhere"))
    assert watched.published[-1].find("late", "stray") is not None
    await watched.change(TENANTS, "DELETED", tenant())
    assert watched.published[-1].find("acme", "m") is None
    await watched.change(MODELS, "DELETED", a_model("stray", namespace="somewhere"))
    assert watched.published[-1].by_key == {}


async def test_a_new_list_is_the_whole_truth(watched: Watched) -> None:
    await listed(watched)
    await watched.change(SLICES, "ADDED", a_slice("10.0.0.1"))
    await watched.tell(SLICES)
    assert watched.endpoints() == ()
    await watched.tell(MODELS, a_model("other"))
    assert watched.published[-1].by_key.keys() == {"tenant-acme/other"}


async def test_a_burst_of_changes_is_one_snapshot(watched: Watched) -> None:
    await listed(watched)
    before = len(watched.published)
    for number in range(100):
        watched.kube.sinks[MODELS].change("MODIFIED", a_model(replicas=number))
    await asyncio.sleep(0)
    assert len(watched.published) == before + 1
    entry = watched.published[-1].find("acme", "m")
    assert entry is not None
    assert entry.replicas == 99
