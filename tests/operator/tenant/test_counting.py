"""A quota that the cluster does not count yet lets no Model in, so its Tenant is not Ready."""

from __future__ import annotations

import pytest

from freehold_operator.kube.kinds import RESOURCE_QUOTA
from tests.operator.tenant.world import World, tenant

pytestmark = pytest.mark.inproc
PLACE = "tenant-acme"


async def test_a_tenant_is_not_ready_before_the_cluster_counts_its_models() -> None:
    world = World(tenant())
    world.counts_models = False
    world.restart()
    await world.settle()
    assert world.condition("QuotaReady")[:2] == ("False", "Applying")
    assert "counts Models" in world.condition("Ready")[2]
    world.fake.change(RESOURCE_QUOTA, "freehold", PLACE, status={"used": {"count/models.freehold.dev": "0"}})
    await world.settle()
    assert world.condition("Ready")[:2] == ("True", "Provisioned")
