"""The watch cache stays honest: filled before anything is decided, swept of what a watch missed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry

from freehold_operator.controller import Controller, Enqueue
from freehold_operator.kube import labels
from freehold_operator.kube.kinds import DEPLOYMENT, MODEL, TENANT, Kind, ObjectKey, Raw, name_of
from freehold_operator.kube.store import Store
from freehold_operator.model.handlers import ModelController
from freehold_operator.rights import Right
from freehold_operator.sync import Sync
from freehold_operator.tenant.handlers import TenantController
from tests.operator.fake_kube import FakeKube
from tests.operator.model.world import NAMESPACE, World, model_body, tenant_body

pytestmark = pytest.mark.inproc


class Watcher:
    """A controller that only remembers whom it was asked about."""

    kind = "Model"
    watched: Sequence[Kind] = (MODEL, DEPLOYMENT)
    rights: Sequence[Right] = ()

    def owners(self, kind: Kind, body: Raw) -> Iterable[ObjectKey]:
        owner = labels.labels_of(body).get(labels.MODEL)
        if kind == MODEL:
            return [ObjectKey("Model", *name_of(body))]
        return [ObjectKey("Model", NAMESPACE, owner)] if owner else []

    async def reconcile(self, key: ObjectKey) -> float | None:
        return None

    async def background(self, enqueue: Enqueue) -> None:
        return


class Bench:
    def __init__(self) -> None:
        self.fake, self.store, self.queued = FakeKube(), Store(), list[str]()
        self.now = 0.0
        self.sync = Sync(self.fake, self.store, [Watcher()], self.note, 600, clock=lambda: self.now)

    def note(self, key: ObjectKey) -> None:
        self.queued.append(key.name)

    def child(self, model: str = "m") -> Raw:
        metadata = {"name": f"model-{model}", "namespace": NAMESPACE, "labels": labels.model_labels("acme", model)}
        return self.fake.put({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {}})


async def test_everything_is_listed_before_the_first_object_is_queued() -> None:
    bench = Bench()
    bench.fake.put(model_body("m"))
    bench.child()
    await bench.sync.fill()
    assert bench.store.get(DEPLOYMENT, NAMESPACE, "model-m")
    assert bench.queued == ["m"]


async def test_each_child_event_queues_its_owner_once() -> None:
    bench = Bench()
    body = bench.child()
    bench.sync.event(DEPLOYMENT, "ADDED", body)
    bench.sync.event(DEPLOYMENT, "MODIFIED", body)
    assert bench.queued == ["m"], "the same version again is no news"
    bench.sync.event(DEPLOYMENT, "DELETED", body)
    bench.sync.event(DEPLOYMENT, "DELETED", body)
    assert bench.queued == ["m", "m"]


async def test_what_one_controller_wrote_is_told_to_the_other_and_not_to_itself() -> None:
    """In one process both share the cache: a Tenant's own status write must still reach Models that wait for it."""
    world, queued = World(), list[tuple[str, str]]()
    world.create("waits")
    services = [replace(world.services, registry=CollectorRegistry()) for _ in range(2)]
    controllers: list[Controller] = [TenantController(services[0]), ModelController(services[1])]
    sync = Sync(world.fake, world.store, controllers, lambda key: queued.append((key.kind, key.name)), 600)
    written = world.fake.put(tenant_body())
    world.store.put(TENANT, written)
    sync.event(TENANT, "MODIFIED", written)
    assert queued == [("Model", "waits")]


async def test_a_late_event_does_not_bring_an_older_version_back() -> None:
    bench = Bench()
    old = bench.child()
    new = bench.fake.change(DEPLOYMENT, "model-m", NAMESPACE, spec={"replicas": 2})
    bench.sync.event(DEPLOYMENT, "MODIFIED", new)
    bench.sync.event(DEPLOYMENT, "MODIFIED", old)
    found = bench.store.get(DEPLOYMENT, NAMESPACE, "model-m")
    assert found
    assert found["spec"] == {"replicas": 2}


async def test_a_late_deletion_does_not_hide_a_successor() -> None:
    bench = Bench()
    old = bench.child()
    bench.fake.remove(DEPLOYMENT, "model-m", NAMESPACE)
    bench.sync.event(DEPLOYMENT, "ADDED", bench.child())
    bench.sync.event(DEPLOYMENT, "DELETED", old)
    assert bench.store.get(DEPLOYMENT, NAMESPACE, "model-m")


async def test_child_deleted_while_watch_down() -> None:
    bench = Bench()
    bench.child("m")
    bench.child("other")
    await bench.sync.fill()
    bench.fake.remove(DEPLOYMENT, "model-m", NAMESPACE)
    bench.queued.clear()
    await bench.sync.sweep(DEPLOYMENT)
    assert bench.store.get(DEPLOYMENT, NAMESPACE, "model-m") is None
    assert bench.queued == ["m"]


async def test_an_object_newer_than_the_list_is_not_swept_away() -> None:
    """Its event arrived between the list and its answer: a GET decides."""
    bench = Bench()
    bench.sync.event(DEPLOYMENT, "ADDED", bench.child())
    listing = bench.fake.list

    async def stale(*arguments: object, **options: object) -> list[Raw]:
        await listing(DEPLOYMENT)
        return []

    bench.fake.list = stale  # type: ignore[method-assign]
    bench.queued.clear()
    await bench.sync.sweep(DEPLOYMENT)
    assert bench.store.get(DEPLOYMENT, NAMESPACE, "model-m")
    assert bench.queued == []


def test_a_tenant_concerns_the_models_of_its_namespace_and_those_it_had() -> None:
    world = World()
    world.create("here")
    moved = model_body("there") | {"status": {"tenant": "acme"}}
    moved["metadata"] = {"name": "there", "namespace": "elsewhere"}
    world.fake.put(moved)
    other = model_body("other")
    other["metadata"] = {"name": "other", "namespace": "elsewhere"}
    world.fake.put(other)
    controller = ModelController(replace(world.services, registry=CollectorRegistry()))
    assert sorted(key.name for key in controller.owners(TENANT, tenant_body())) == ["here", "there"]
