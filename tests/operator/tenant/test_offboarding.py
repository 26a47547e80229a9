"""How a Tenant leaves: kept or deleted, after its grace, resumable, never stuck."""

from __future__ import annotations

from typing import Any

import pytest

from freehold_operator import errors
from freehold_operator.kube.kinds import (
    CONFIG_MAP,
    NAMESPACE,
    ROLE_BINDING,
    SECRET,
    STATEFUL_SET,
    TENANT,
    VOLUME_CLAIM,
)
from freehold_operator.queue import GONE
from tests.operator.tenant.world import BOTH, STORES, World, tenant

pytestmark = pytest.mark.inproc
PLACE = "tenant-acme"
PEOPLE: dict[str, Any] = {"access": [{"kind": "User", "name": "ann", "role": "Admin"}]}


async def ready(**spec: Any) -> World:
    world = World(tenant(**STORES, **PEOPLE, **spec))
    await world.settle()
    world.start_stores()
    await world.settle()
    world.wait(minutes=5)
    return world


def is_gone(world: World) -> bool:
    return "acme" not in world.fake.names(TENANT)


def stop_namespaces_from_going(world: World) -> None:
    live = world.namespace()
    world.fake.change(NAMESPACE, PLACE, metadata=live["metadata"] | {"finalizers": ["example.org/stuck"]})


async def test_a_retained_tenant_leaves_its_data_stopped_and_without_people() -> None:
    world = await ready()
    password = world.fake.find(SECRET, "freehold-postgres", PLACE)["data"]["password"]
    world.delete()
    assert await world.settle() == GONE
    assert is_gone(world)
    assert world.namespace()["metadata"]["labels"]["freehold.dev/released"] == "acme"
    assert [world.fake.find(STATEFUL_SET, name, PLACE)["spec"]["replicas"] for name in BOTH] == [0, 0]
    assert world.fake.names(VOLUME_CLAIM, PLACE) == ["freehold-postgres"]
    assert world.fake.find(SECRET, "freehold-postgres", PLACE)["data"]["password"] == password
    assert world.fake.names(ROLE_BINDING, PLACE) == ["freehold-model-controller", "freehold-tenant-controller"]


async def test_a_new_tenant_of_that_name_takes_everything_back_only_if_it_asks() -> None:
    world = await ready()
    password = world.fake.find(SECRET, "freehold-postgres", PLACE)["data"]["password"]
    world.delete()
    await world.settle()
    world.fake.put(tenant(**STORES))
    await world.settle()
    assert world.reason("NamespaceReady") == "Foreign"
    assert "namespace.adopt to true" in world.condition("NamespaceReady")[2]
    world.edit(namespace={"adopt": True})
    await world.settle()
    world.start_stores()
    await world.settle()
    assert world.reason("Ready") == "Provisioned"
    assert "freehold.dev/released" not in world.namespace()["metadata"]["labels"]
    assert world.fake.find(SECRET, "freehold-postgres", PLACE)["data"]["password"] == password


async def test_deletion_waits_out_its_grace_with_everything_stopped() -> None:
    world = await ready(deletionPolicy="Delete", offboarding={"graceHours": 2})
    world.delete()
    await world.settle()
    status = world.tenant()["status"]
    assert status["phase"] == "Offboarding"
    assert status["offboarding"] == {"step": "Grace", "deadline": "2026-01-01T02:05:00Z"}
    assert world.reason("Ready") == "Offboarding"
    assert [world.fake.find(STATEFUL_SET, name, PLACE)["spec"]["replicas"] for name in BOTH] == [0, 0]
    world.wait(hours=1, minutes=59)
    await world.settle()
    assert PLACE in world.fake.names(NAMESPACE)
    world.wait(minutes=2)
    assert await world.settle() == GONE
    assert is_gone(world)
    assert PLACE not in world.fake.names(NAMESPACE)


async def test_without_grace_the_namespace_goes_at_once() -> None:
    world = await ready(deletionPolicy="Delete", offboarding={"graceHours": 0})
    world.delete()
    assert await world.settle() == GONE
    assert PLACE not in world.fake.names(NAMESPACE)


async def test_a_change_of_mind_within_the_grace_keeps_the_data() -> None:
    world = await ready(deletionPolicy="Delete")
    world.delete()
    await world.settle()
    world.edit(deletionPolicy="Retain")
    assert await world.settle() == GONE
    assert world.namespace()["metadata"]["labels"]["freehold.dev/released"] == "acme"


async def test_a_namespace_that_will_not_go_is_listed_and_let_go() -> None:
    world = await ready(deletionPolicy="Delete", offboarding={"graceHours": 0})
    stop_namespaces_from_going(world)
    world.delete()
    await world.settle()
    assert not is_gone(world)
    assert world.tenant()["status"]["offboarding"]["step"] == "DeleteNamespace"
    deadline = world.tenant()["status"]["offboarding"]["deadline"]
    world.wait(minutes=9)
    world.restart()
    await world.settle()
    assert not is_gone(world)
    assert world.tenant()["status"]["offboarding"]["deadline"] == deadline
    world.wait(minutes=2)
    assert await world.settle() == GONE
    assert is_gone(world)
    lines = world.fake.find(CONFIG_MAP, "freehold-orphans", "freehold-system")["data"]
    assert [line for key, line in lines.items() if key.startswith("acme.")] == [
        f"namespace {PLACE} did not go in time; stop and delete it by hand"
    ]
    assert any("freehold-orphans" in note for note in world.events("Warning"))


async def test_two_leftovers_stand_side_by_side_in_the_list() -> None:
    world = World(*(tenant(name, deletionPolicy="Delete", offboarding={"graceHours": 0}) for name in ("a", "b")))
    for name in ("a", "b"):
        await world.settle(name)
        live = world.namespace(f"tenant-{name}")["metadata"]
        world.fake.change(NAMESPACE, f"tenant-{name}", metadata=live | {"finalizers": ["example.org/stuck"]})
        world.delete(name)
        await world.settle(name)
    world.wait(minutes=11)
    for name in ("a", "b"):
        await world.settle(name)
    lines = world.fake.find(CONFIG_MAP, "freehold-orphans", "freehold-system")["data"]
    assert sorted(key.split(".")[0] for key in lines) == ["a", "b"]


async def test_a_stop_that_is_refused_is_said_retried_and_in_the_end_given_up() -> None:
    world = await ready()
    refusal = errors.ForbiddenError("a policy says no", status=403)
    world.fake.refuse = lambda verb, plural, name: refusal if (verb, plural) == ("apply", "statefulsets") else None
    world.delete()
    await world.settle()
    assert not is_gone(world)
    assert "a policy says no" in world.condition("Ready")[2]
    world.wait(minutes=11)
    assert await world.settle() == GONE
    assert is_gone(world)


async def test_a_quota_that_never_was_valid_keeps_nobody() -> None:
    world = await ready()
    refusal = errors.InvalidError("no such resource", status=422)
    world.fake.refuse = lambda verb, plural, name: refusal if (verb, plural) == ("apply", "resourcequotas") else None
    world.edit(quota={"hard": {"nonsense!": "1"}})
    world.delete()
    assert await world.settle() == GONE
    assert world.namespace()["metadata"]["labels"]["freehold.dev/released"] == "acme"


async def test_stores_are_stopped_also_when_the_setting_with_their_image_is_gone() -> None:
    world = await ready()
    world.settings = world.settings.model_copy(update={"store_images": {}})
    world.restart()
    world.delete()
    assert await world.settle() == GONE
    assert [world.fake.find(STATEFUL_SET, name, PLACE)["spec"]["replicas"] for name in BOTH] == [0, 0]


async def test_a_tenant_whose_stores_never_could_run_leaves_at_once() -> None:
    world = World(tenant(**STORES), store_images={})
    await world.settle()
    assert world.reason("PostgresReady") == "Denied"
    world.delete()
    assert await world.settle() == GONE


async def test_a_crash_before_or_after_any_write_of_the_departure_ends_in_the_same_place() -> None:
    for policy in ("Retain", "Delete"):
        spec: dict[str, Any] = {"deletionPolicy": policy, "offboarding": {"graceHours": 0}}
        calm = await ready(**spec)
        first = len(calm.fake.writes)
        calm.delete()
        await calm.settle()
        for number in range(first, len(calm.fake.writes)):
            for moment in ("crash_before", "crash_after"):
                world = await ready(**spec)
                world.delete()
                setattr(world.fake, moment, number)
                for _ in range(3):
                    if await world.survive():
                        break
                await world.settle()
                assert is_gone(world), f"{policy} {moment} write {number}"
                assert world.fake.names(NAMESPACE) == calm.fake.names(NAMESPACE)


async def test_a_tenant_that_never_got_a_namespace_goes_at_once() -> None:
    world = World(tenant(namespace={"name": "lab", "adopt": True}, deletionPolicy="Delete"))
    await world.settle()
    world.delete()
    assert await world.settle() == GONE
    assert is_gone(world)


async def test_a_namespace_that_somebody_deletes_in_the_grace_is_waited_for() -> None:
    world = await ready(deletionPolicy="Delete")
    world.delete()
    await world.settle()
    stop_namespaces_from_going(world)
    world.fake.remove(NAMESPACE, PLACE)
    await world.settle()
    assert world.condition("Ready")[2] == "the namespace is going"
    world.fake.change(NAMESPACE, PLACE, metadata=world.namespace()["metadata"] | {"finalizers": []})
    world.fake.remove(NAMESPACE, PLACE)
    assert await world.settle() == GONE
    assert is_gone(world)


async def test_a_tenant_that_others_still_hold_is_left_to_them() -> None:
    body = tenant()
    body["metadata"]["finalizers"] = ["example.org/backup"]
    world = World(body)
    await world.settle()
    world.delete()
    await world.settle()
    writes = len(world.fake.writes)
    assert await world.run() == GONE
    assert len(world.fake.writes) == writes
    assert world.tenant()["metadata"]["finalizers"] == ["example.org/backup"]


async def test_a_tenant_that_is_gone_is_no_error() -> None:
    assert await World().run("nobody") == GONE
