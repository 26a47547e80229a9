"""A quota that the cluster does not count yet lets no Model in, so its Tenant is not Ready."""

from __future__ import annotations

from datetime import timedelta

import pytest

from freehold_operator.kube.kinds import RESOURCE_QUOTA, TENANT
from tests.operator.tenant.world import World, tenant

pytestmark = pytest.mark.inproc
PLACE = "tenant-acme"


async def test_a_tenant_is_not_ready_before_the_cluster_counts_its_models() -> None:
    world = await uncounted()
    assert world.condition("QuotaReady")[:2] == ("False", "Applying")
    assert "counts Models" in world.condition("Ready")[2]
    world.fake.change(RESOURCE_QUOTA, "freehold", PLACE, status={"used": {"count/models.freehold.dev": "0"}})
    await world.settle()
    assert world.condition("Ready")[:2] == ("True", "Provisioned")


def aged(world: World, tenant_seconds: int, quota_seconds: int) -> str:
    """Says when Tenant and quota were made; returns the quota's uid."""
    ages = ((TENANT, "acme", "", tenant_seconds), (RESOURCE_QUOTA, "freehold", PLACE, quota_seconds))
    for kind, name, place, seconds in ages:
        made = (world.time - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
        metadata = world.fake.find(kind, name, place)["metadata"] | {"creationTimestamp": made}
        world.fake.change(kind, name, place, metadata=metadata)
    return str(world.fake.find(RESOURCE_QUOTA, "freehold", PLACE)["metadata"]["uid"])


async def uncounted() -> World:
    world = World(tenant())
    world.counts_models = False
    world.restart()
    await world.settle()
    return world


async def test_a_quota_that_kubernetes_overlooked_is_made_anew_so_that_it_is_looked_at_again() -> None:
    world = await uncounted()
    before = aged(world, tenant_seconds=6, quota_seconds=5)
    await world.run()
    assert world.fake.names(RESOURCE_QUOTA, PLACE) == []
    await world.run()
    after = world.fake.find(RESOURCE_QUOTA, "freehold", PLACE)
    assert after["metadata"]["uid"] != before
    assert after["spec"]["hard"] == {"count/models.freehold.dev": "20"}


@pytest.mark.parametrize(
    ("tenant_seconds", "quota_seconds", "counted"),
    [(2, 2, False), (300, 5, False), (6, 5, True)],
    ids=["it is seconds old", "Kubernetes had its five minutes", "its Models are counted"],
)
async def test_otherwise_a_quota_is_left_alone(tenant_seconds: int, quota_seconds: int, counted: bool) -> None:
    world = await uncounted()
    before = aged(world, tenant_seconds, quota_seconds)
    if counted:
        world.fake.change(RESOURCE_QUOTA, "freehold", PLACE, status={"used": {"count/models.freehold.dev": "0"}})
    await world.run()
    await world.run()
    assert world.fake.find(RESOURCE_QUOTA, "freehold", PLACE)["metadata"]["uid"] == before
