"""A living Tenant: what is made, kept, repaired and removed."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from freehold_operator import errors
from freehold_operator.kube.kinds import (
    LIMIT_RANGE,
    NAMESPACE,
    NETWORK_POLICY,
    RESOURCE_QUOTA,
    ROLE_BINDING,
    SECRET,
    SERVICE,
    STATEFUL_SET,
    TENANT,
    VOLUME_CLAIM,
)
from tests.operator.tenant.world import BOTH, STORES, World, tenant

pytestmark = pytest.mark.inproc
PLACE = "tenant-acme"
CHILD_KINDS = (
    ROLE_BINDING,
    RESOURCE_QUOTA,
    LIMIT_RANGE,
    NETWORK_POLICY,
    SERVICE,
    STATEFUL_SET,
    VOLUME_CLAIM,
    SECRET,
)
FULL: dict[str, Any] = {
    **STORES,
    "access": [{"kind": "Group", "name": "acme-ml", "role": "Editor"}],
    "quota": {"hard": {"requests.cpu": "20"}},
    "limitRange": {"default": {"cpu": "1"}},
    "network": {"egress": [{"cidr": "203.0.113.0/24", "ports": [443]}]},
}


def snapshot(world: World) -> dict[str, list[str]]:
    return {kind.plural: world.fake.names(kind, PLACE) for kind in CHILD_KINDS}


async def test_a_tenant_without_stores_is_ready_in_one_run() -> None:
    world = World(tenant())
    assert await world.run() is None
    assert world.condition("Ready")[:2] == ("True", "Provisioned")
    assert world.tenant()["status"]["phase"] == "Ready"
    assert world.tenant()["status"]["namespace"] == PLACE
    assert world.fake.names(SECRET, PLACE) == []
    assert world.reason("PostgresReady") == world.reason("RedisReady") == "NotRequested"


async def test_a_tenant_with_stores_is_ready_once_both_answer() -> None:
    world = World(tenant(**FULL))
    await world.settle()
    assert world.reason("Ready") == "Provisioning"
    assert world.tenant()["status"]["phase"] == "Provisioning"
    world.start_stores(names=BOTH[:1])
    await world.settle()
    assert (world.reason("PostgresReady"), world.reason("RedisReady")) == ("Provisioned", "Provisioning")
    world.start_stores()
    assert await world.settle() is None
    assert world.condition("Ready")[:2] == ("True", "Provisioned")
    assert world.tenant()["status"]["postgres"] == {"mode": "Dedicated"}


async def test_a_second_run_writes_nothing() -> None:
    world = World(tenant(**FULL))
    await world.settle()
    world.start_stores()
    await world.settle()
    written = len(world.fake.writes)
    world.wait(minutes=10)
    await world.run()
    world.restart()
    await world.run()
    assert len(world.fake.writes) == written


async def test_every_child_that_somebody_deletes_comes_back() -> None:
    world = World(tenant(**FULL))
    await world.settle()
    whole = snapshot(world)
    for kind in CHILD_KINDS:
        for name in whole[kind.plural]:
            world.fake.remove(kind, name, PLACE)
            assert snapshot(world) != whole
            await world.settle()
            assert snapshot(world) == whole, f"{kind.kind} {name}"


async def test_a_changed_child_is_repaired() -> None:
    world = World(tenant())
    await world.settle()
    world.fake.change(RESOURCE_QUOTA, "freehold", PLACE, spec={"hard": {"count/models.freehold.dev": "9999"}})
    await world.settle()
    quota = world.fake.find(RESOURCE_QUOTA, "freehold", PLACE)
    assert quota["spec"]["hard"] == {"count/models.freehold.dev": "20"}


@pytest.mark.parametrize(
    ("field", "kind", "name"),
    [
        ("access", ROLE_BINDING, "freehold-tenant-editor"),
        ("limitRange", LIMIT_RANGE, "freehold"),
        ("network", NETWORK_POLICY, "freehold-egress"),
        ("postgres", STATEFUL_SET, "freehold-postgres"),
        ("postgres", SERVICE, "freehold-postgres"),
        ("postgres", SECRET, "freehold-postgres"),
        ("postgres", SECRET, "freehold-postgres-server"),
        ("postgres", NETWORK_POLICY, "freehold-postgres"),
        ("postgres", NETWORK_POLICY, "freehold-to-postgres"),
        ("redis", STATEFUL_SET, "freehold-redis"),
        ("redis", SERVICE, "freehold-redis"),
        ("redis", SECRET, "freehold-redis"),
        ("redis", SECRET, "freehold-redis-server"),
        ("redis", NETWORK_POLICY, "freehold-redis"),
    ],
)
async def test_a_removed_field_removes_its_child(field: str, kind: Any, name: str) -> None:
    world = World(tenant(**FULL))
    await world.settle()
    assert name in world.fake.names(kind, PLACE)
    removed: dict[str, Any] = {field: None}
    world.edit(**removed)
    await world.settle()
    assert name not in world.fake.names(kind, PLACE)
    assert "freehold-deny-all" in world.fake.names(NETWORK_POLICY, PLACE)


async def test_a_removed_database_leaves_its_volume_and_takes_it_up_again() -> None:
    world = World(tenant(**STORES))
    await world.settle()
    volume = world.fake.find(VOLUME_CLAIM, "freehold-postgres", PLACE)["metadata"]["uid"]
    world.edit(postgres={"mode": "None"}, redis=None)
    await world.settle()
    assert world.fake.names(STATEFUL_SET, PLACE) == world.fake.names(SECRET, PLACE) == []
    assert "postgres" not in world.tenant()["status"]
    world.edit(postgres={"mode": "Dedicated"})
    await world.settle()
    assert world.fake.find(VOLUME_CLAIM, "freehold-postgres", PLACE)["metadata"]["uid"] == volume
    assert "freehold-postgres" in world.fake.names(SECRET, PLACE)


async def test_a_crash_before_or_after_any_write_ends_in_the_same_objects() -> None:
    calm = World(tenant(**FULL))
    await calm.settle()
    crashes = 0
    for number in range(len(calm.fake.writes)):
        for moment in ("crash_before", "crash_after"):
            world = World(tenant(**FULL))
            setattr(world.fake, moment, number)
            crashes += await world.survive()
            await world.settle()
            assert snapshot(world) == snapshot(calm), f"{moment} write {number}"
            assert world.condition("Ready") == calm.condition("Ready")
    assert crashes == 2 * len(calm.fake.writes)


async def test_a_namespace_deleted_under_its_tenant_is_made_anew() -> None:
    world = World(tenant(**STORES))
    await world.settle()
    whole = snapshot(world)
    world.fake.remove(NAMESPACE, PLACE)
    assert snapshot(world) != whole
    await world.settle()
    assert snapshot(world) == whole


async def test_a_terminating_namespace_is_waited_for() -> None:
    world = World(tenant())
    await world.settle()
    going = world.namespace()["metadata"] | {"deletionTimestamp": "2026-01-01T00:00:00Z"}
    world.fake.change(NAMESPACE, PLACE, metadata=going)
    wait = await world.settle()
    assert wait is not None
    assert wait <= 5
    assert world.reason("NamespaceReady") == "Terminating"
    assert world.tenant()["status"]["phase"] == "Degraded"
    world.fake.remove(NAMESPACE, PLACE)
    await world.settle()
    assert world.reason("Ready") == "Provisioned"


async def test_a_step_that_is_refused_delays_only_its_condition() -> None:
    world = World(tenant(**STORES))
    await world.settle()
    world.start_stores()
    await world.settle()
    world.wait(minutes=1)
    world.edit(quota={"hard": {"nonsense": "1"}})
    refusal = errors.InvalidError('ResourceQuota "freehold" is invalid: nonsense', status=422)
    world.fake.refuse = lambda verb, plural, name: refusal if (verb, plural) == ("apply", "resourcequotas") else None
    await world.settle()
    assert world.condition("QuotaReady") == ("False", "Denied", 'ResourceQuota "freehold" is invalid: nonsense')
    assert world.reason("Ready") == "QuotaNotReady"
    assert world.tenant()["status"]["phase"] == "Degraded"
    assert world.reason("PostgresReady") == world.reason("RedisReady") == "Provisioned"
    assert any("nonsense" in note for note in world.events("Warning"))


async def test_a_new_tenant_waits_quietly_for_its_own_access() -> None:
    world = World(tenant())
    refusal = errors.ForbiddenError("not yet", status=403)
    world.fake.refuse = lambda verb, plural, name: refusal if (verb, plural) == ("apply", "networkpolicies") else None
    wait = await world.run()
    assert wait is not None
    assert wait <= 1
    assert world.reason("NetworkReady") == "Applying"
    assert world.reason("Ready") == "Provisioning"
    world.wait(minutes=1)
    await world.run()
    assert world.condition("NetworkReady") == ("False", "Denied", "not yet")


async def test_without_access_of_its_own_the_controller_says_so_and_tries_nothing_else() -> None:
    world = World(tenant(**STORES))
    await world.settle()
    world.wait(minutes=1)
    world.fake.remove(ROLE_BINDING, "freehold-tenant-controller", PLACE)
    refusal = errors.ForbiddenError("policy says no", status=403)
    world.fake.refuse = lambda verb, plural, name: refusal if (verb, plural) == ("apply", "rolebindings") else None
    written = len(world.fake.writes)
    await world.run()
    assert world.condition("AccessReady") == ("False", "Denied", "policy says no")
    assert world.reason("NetworkReady") == "Applying"
    assert {verb for verb, kind, _ in world.fake.writes[written:] if kind not in {"Event", "Tenant"}} == set()


async def test_secrets_that_may_not_be_read_are_a_reason_and_no_crash() -> None:
    world = World(tenant(**STORES))
    await world.settle()
    world.wait(minutes=1)
    refusal = errors.ForbiddenError("may not get secrets", status=403)
    world.fake.refuse = lambda verb, plural, name: refusal if (verb, plural) == ("get", "secrets") else None
    await world.run()
    assert world.condition("PostgresReady") == ("False", "Denied", "may not get secrets")
    assert world.reason("QuotaReady") == world.reason("NetworkReady") == "Applied"
    assert world.fake.names(STATEFUL_SET, PLACE) == list(BOTH)
    assert world.namespace()["metadata"]["labels"]["freehold.dev/tenant"] == "acme"


async def test_a_binding_made_a_moment_ago_is_given_time() -> None:
    world = World(tenant())
    await world.settle()
    world.wait(minutes=1)
    live = world.fake.find(ROLE_BINDING, "freehold-tenant-controller", PLACE)
    made = live["metadata"] | {"creationTimestamp": "2026-01-01T00:00:55Z"}
    world.fake.change(ROLE_BINDING, "freehold-tenant-controller", PLACE, metadata=made)
    world.edit(models={"max": 3})
    refusal = errors.ForbiddenError("not yet", status=403)
    world.fake.refuse = lambda verb, plural, name: refusal if (verb, plural) == ("apply", "resourcequotas") else None
    await world.run()
    assert world.reason("QuotaReady") == "Applying"
    world.wait(minutes=1)
    await world.run()
    assert world.reason("QuotaReady") == "Denied"


async def test_an_object_of_our_name_that_is_not_ours_is_left_alone_and_named() -> None:
    world = World(tenant())
    await world.settle()
    theirs = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "freehold-redis", "namespace": PLACE}}
    world.fake.put(theirs | {"spec": {"ports": [{"port": 1}]}})
    world.edit(**STORES)
    await world.settle()
    assert world.fake.find(SERVICE, "freehold-redis", PLACE)["spec"] == {"ports": [{"port": 1}]}
    status, reason, message = world.condition("RedisReady")
    assert (status, reason) == ("False", "NameTaken")
    assert "Service freehold-redis" in message
    assert world.reason("PostgresReady") == "Provisioning"


async def test_a_store_without_an_image_says_which_setting_is_missing() -> None:
    world = World(tenant(**STORES), store_images={"valkey": "valkey:8"})
    await world.settle()
    assert world.reason("PostgresReady") == "Denied"
    assert "FREEHOLD_OPERATOR_STORE_IMAGES" in world.condition("PostgresReady")[2]
    assert world.reason("RedisReady") == "Provisioning"


async def test_a_deleted_secret_is_a_rotated_password() -> None:
    world = World(tenant(**STORES))
    await world.settle()
    before = world.fake.find(SECRET, "freehold-postgres", PLACE)["data"]["password"]
    template = world.fake.find(STATEFUL_SET, "freehold-postgres", PLACE)["spec"]["template"]
    world.fake.remove(SECRET, "freehold-postgres", PLACE)
    await world.settle()
    after = world.fake.find(SECRET, "freehold-postgres", PLACE)["data"]["password"]
    assert before != after
    assert len(base64.b64decode(after)) == 43  # 32 bytes as text
    assert world.fake.find(STATEFUL_SET, "freehold-postgres", PLACE)["spec"]["template"] != template


async def test_certificates_are_renewed_before_they_end_and_restart_the_server() -> None:
    world = World(tenant(**STORES))
    await world.settle()
    before = world.fake.find(SECRET, "freehold-redis-server", PLACE)["data"]
    template = world.fake.find(STATEFUL_SET, "freehold-redis", PLACE)["spec"]["template"]
    world.wait(days=59)
    await world.settle()
    assert world.fake.find(SECRET, "freehold-redis-server", PLACE)["data"] == before
    world.wait(days=2)
    await world.settle()
    after = world.fake.find(SECRET, "freehold-redis-server", PLACE)["data"]
    assert after["tls.crt"] != before["tls.crt"]
    assert after["ca.crt"] == before["ca.crt"]
    assert world.fake.find(STATEFUL_SET, "freehold-redis", PLACE)["spec"]["template"] != template


async def test_suspending_stops_the_stores_and_resuming_starts_them() -> None:
    world = World(tenant(**STORES))
    await world.settle()
    world.start_stores()
    await world.settle()
    world.edit(suspend=True)
    await world.settle()
    sets = [world.fake.find(STATEFUL_SET, name, PLACE) for name in BOTH]
    assert [body["spec"]["replicas"] for body in sets] == [0, 0]
    assert world.condition("Suspended")[:2] == ("False", "Suspending")
    world.start_stores()
    await world.settle()
    assert world.condition("Suspended")[:2] == ("True", "Suspended")
    assert world.reason("Ready") == "Suspended"
    assert world.reason("PostgresReady") == "Hibernated"
    assert world.tenant()["status"]["phase"] == "Suspended"
    world.edit(suspend=False)
    await world.settle()
    assert world.reason("Suspended") == "Resuming"
    world.start_stores()
    await world.settle()
    assert world.reason("Suspended") == "NotSuspended"
    assert world.reason("Ready") == "Provisioned"


async def test_suspension_waits_for_the_models_pods() -> None:
    metadata = {"name": "m", "namespace": PLACE}
    model = {"apiVersion": "freehold.dev/v1alpha1", "kind": "Model", "metadata": metadata, "spec": {}}
    world = World(tenant(suspend=True))
    await world.settle()
    assert world.reason("Suspended") == "Suspended"
    world.fake.put(model | {"status": {"replicas": {"current": 1}}})
    await world.settle()
    assert world.reason("Suspended") == "Suspending"
    assert world.tenant()["status"]["usage"] == {"models": 1}


async def test_status_counts_models_of_its_own_namespace_only() -> None:
    world = World(tenant())
    await world.settle()
    for name, place in (("a", PLACE), ("b", PLACE), ("c", "elsewhere")):
        metadata = {"name": name, "namespace": place}
        world.fake.put({"apiVersion": "freehold.dev/v1alpha1", "kind": "Model", "metadata": metadata, "spec": {}})
    await world.settle()
    assert world.tenant()["status"]["usage"] == {"models": 2}


async def test_a_spec_this_version_cannot_read_is_given_up_on() -> None:
    world = World(tenant(models={"max": -1}))
    with pytest.raises(errors.GiveUp):
        await world.run()
    assert world.fake.names(NAMESPACE) == ["default", "freehold-system"]


async def test_an_api_server_that_does_not_answer_ends_the_run() -> None:
    world = World(tenant())
    await world.settle()
    world.edit(models={"max": 3})
    gone = errors.UnreachableError("no answer")
    world.fake.refuse = lambda verb, plural, name: gone if verb == "apply" else None
    with pytest.raises(errors.UnreachableError):
        await world.run()
    assert world.reason("Ready") == "Provisioned"


async def test_other_finalizers_are_kept() -> None:
    body = tenant()
    body["metadata"]["finalizers"] = ["example.org/backup"]
    world = World(body)
    await world.settle()
    assert world.fake.find(TENANT, "acme")["metadata"]["finalizers"] == ["example.org/backup", "freehold.dev/cleanup"]
