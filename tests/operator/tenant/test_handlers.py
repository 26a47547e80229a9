"""Whom a change concerns, and that the table of rights holds what the design forbids to nobody."""

from __future__ import annotations

from typing import Any

import pytest

from freehold_operator.kube.kinds import MODEL, NAMESPACE, POD, STATEFUL_SET, TENANT, Kind, ObjectKey
from freehold_operator.tenant.handlers import RIGHTS, TenantController
from tests.operator.tenant.world import World, tenant

OURS = {"app.kubernetes.io/managed-by": "freehold-operator", "freehold.dev/tenant": "acme"}
OF_A_MODEL = OURS | {"freehold.dev/model": "m"}


def body(name: str, place: str = "", **labels: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": place, "labels": labels}}


@pytest.mark.parametrize(
    ("kind", "changed", "concerned"),
    [
        (TENANT, body("globex"), "globex"),
        (NAMESPACE, body("tenant-acme", **OURS), "acme"),
        (STATEFUL_SET, body("freehold-redis", "tenant-acme", **OURS), "acme"),
        (MODEL, body("m", "tenant-acme"), "acme"),
        (MODEL, body("m", "elsewhere"), None),
        (POD, body("model-m-0", "tenant-acme", **OF_A_MODEL), None),
        (NAMESPACE, body("kube-system"), None),
    ],
)
async def test_a_change_concerns_one_tenant_or_none(kind: Kind, changed: dict[str, Any], concerned: str | None) -> None:
    world = World(tenant())
    await world.settle()
    found = list(world.controller.owners(kind, changed))
    assert found == ([ObjectKey("Tenant", "", concerned)] if concerned else [])


async def test_nothing_runs_in_the_background() -> None:
    queued: list[ObjectKey] = []
    await World().controller.background(queued.append)
    assert queued == []


def test_every_watched_kind_may_be_listed_and_watched_in_the_whole_cluster() -> None:
    readable = {
        (group, resource)
        for right in RIGHTS
        if right.role == "tenant-controller" and {"get", "list", "watch"} <= set(right.verbs)
        for group in right.groups
        for resource in right.resources
    }
    assert {(kind.group, kind.plural) for kind in TenantController.watched} <= readable


def test_people_get_no_way_around_the_walls() -> None:
    written = {
        resource
        for right in RIGHTS
        if not right.role.startswith("tenant-controller") and set(right.verbs) - {"get", "list", "watch"}
        for resource in right.resources
    }
    assert written == {"models", "models/scale", "secrets"}
