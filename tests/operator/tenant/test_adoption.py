"""Taking over a namespace, and leaving those alone that did not consent."""

from __future__ import annotations

import pytest

from freehold_operator.kube.kinds import NAMESPACE
from tests.operator.tenant.world import World, namespace, tenant

pytestmark = pytest.mark.inproc


async def test_nothing_to_adopt_is_said_with_the_remedy_and_looked_at_again() -> None:
    world = World(tenant(namespace={"name": "lab", "adopt": True}))
    wait = await world.settle()
    assert wait is not None
    assert wait <= 15
    status, reason, message = world.condition("NamespaceReady")
    assert (status, reason) == ("False", "NotFound")
    assert "freehold.dev/adopt-by: acme" in message
    assert world.condition("Ready") == ("False", "NamespaceNotReady", message)
    assert world.tenant()["status"]["phase"] == "Failed"
    assert "namespace" not in world.tenant()["status"]
    assert message in world.events("Warning")
    assert "lab" not in world.fake.names(NAMESPACE)


async def test_a_namespace_that_consents_is_taken_over_with_what_is_in_it() -> None:
    consent = namespace("lab", annotations={"freehold.dev/adopt-by": "acme"}, labels={"team": "ml"})
    world = World(tenant(namespace={"name": "lab", "adopt": True}), consent)
    await world.settle()
    labels = world.namespace("lab")["metadata"]["labels"]
    assert labels["team"] == "ml"
    assert labels["freehold.dev/tenant"] == "acme"
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert world.reason("Ready") == "Provisioned"


async def test_consent_that_comes_later_is_enough() -> None:
    world = World(tenant(namespace={"name": "lab", "adopt": True}), namespace("lab"))
    await world.settle()
    assert world.reason("NamespaceReady") == "Foreign"
    metadata = world.namespace("lab")["metadata"] | {"annotations": {"freehold.dev/adopt-by": "acme"}}
    world.fake.change(NAMESPACE, "lab", metadata=metadata)
    await world.settle()
    assert world.reason("NamespaceReady") == "Active"


async def test_pods_that_break_the_rules_keep_their_namespace_as_it_is_until_they_are_gone() -> None:
    consent = namespace("lab", annotations={"freehold.dev/adopt-by": "acme"})
    world = World(tenant(namespace={"name": "lab", "adopt": True}), consent)
    world.fake.warnings = ("something else", 'existing pods in namespace "lab" violate it', "old-web: runs as root")
    await world.settle()
    status, reason, message = world.condition("NamespaceReady")
    assert (status, reason) == ("False", "Foreign")
    assert message.endswith("change or delete them: old-web: runs as root")
    assert "labels" not in world.namespace("lab")["metadata"]
    world.fake.warnings = ("something else",)
    await world.settle()
    assert world.reason("Ready") == "Provisioned"


async def test_a_foreign_namespace_is_not_touched() -> None:
    world = World(tenant(), namespace("tenant-acme", labels={"team": "ml"}))
    before = world.namespace()["metadata"]["resourceVersion"]
    await world.settle()
    assert world.reason("NamespaceReady") == "Foreign"
    assert world.namespace()["metadata"]["resourceVersion"] == before


async def test_two_tenants_never_share_a_namespace() -> None:
    world = World(tenant("acme", namespace={"name": "lab"}), tenant("globex", namespace={"name": "lab", "adopt": True}))
    await world.settle("acme")
    await world.settle("globex")
    assert world.reason("NamespaceReady", "globex") == "NameTaken"
    assert world.namespace("lab")["metadata"]["labels"]["freehold.dev/tenant"] == "acme"
    world.delete("globex")
    await world.settle("globex")
    assert world.reason("Ready", "acme") == "Provisioned"
    assert "lab" in world.fake.names(NAMESPACE)


async def test_a_namespace_made_by_somebody_else_in_the_same_moment_is_not_taken() -> None:
    world = World(tenant())
    real = world.fake.create

    async def late(body: dict[str, object]) -> dict[str, object]:
        if body["kind"] == "Namespace":
            world.fake.put(namespace("tenant-acme", labels={"team": "ml"}))
        return await real(body)

    world.fake.create = late  # type: ignore[method-assign]  # the one moment that no argument reaches
    with pytest.raises(Exception, match="already exists"):
        await world.run()
    assert "freehold.dev/tenant" not in world.namespace()["metadata"]["labels"]
    await world.settle()
    assert world.reason("NamespaceReady") == "Foreign"


async def test_a_label_removed_from_the_spec_goes_from_the_namespace() -> None:
    world = World(tenant(namespace={"labels": {"team": "ml", "cost": "7"}}))
    await world.settle()
    assert world.namespace()["metadata"]["labels"]["cost"] == "7"
    world.edit(namespace={"labels": {"team": "ml"}})
    await world.settle()
    assert "cost" not in world.namespace()["metadata"]["labels"]
    assert world.namespace()["metadata"]["labels"]["team"] == "ml"
