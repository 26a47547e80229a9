"""A Model from apply to delete, over the fake API server."""

from typing import Any

import pytest

from freehold_operator import errors
from freehold_operator.kube import labels
from freehold_operator.kube.kinds import (
    AUTOSCALER,
    CONFIG_MAP,
    DEPLOYMENT,
    DISRUPTION_BUDGET,
    EVENT,
    MODEL,
    NETWORK_POLICY,
    ROLE,
    ROLE_BINDING,
    SECRET,
    SERVICE,
    TENANT,
    Kind,
)
from freehold_operator.queue import GONE
from tests.operator.fake_kube import CrashError
from tests.operator.model.world import ECHO, NAMESPACE, World, tenant_body

pytestmark = pytest.mark.inproc

EVERYTHING: dict[str, Any] = {**ECHO, "maxReplicas": 3, "minReplicas": 1, "autoscaling": {"mode": "HPA"}}
KINDS = (AUTOSCALER, DEPLOYMENT, DISRUPTION_BUDGET, NETWORK_POLICY, ROLE, ROLE_BINDING, SECRET, SERVICE)


def children(world: World) -> dict[str, list[str]]:
    return {kind.kind: world.fake.names(kind, NAMESPACE) for kind in KINDS if world.fake.names(kind, NAMESPACE)}


async def test_the_ten_line_model_gets_everything_it_needs() -> None:
    world = World()
    key = world.create()
    await world.settle(key)
    assert children(world) == {
        "Deployment": ["model-smollm2"],
        "NetworkPolicy": ["model-smollm2"],
        "Role": ["model-smollm2-gateway"],
        "RoleBinding": ["model-smollm2-gateway"],
        "Secret": ["model-smollm2-token"],
        "Service": ["model-smollm2"],
    }
    assert world.model()["spec"]["replicas"] == 1
    assert world.condition("Ready").reason == "Starting"
    assert world.status()["phase"] == "Pending"
    assert len(world.fake.writes) <= 12
    applies = [name for verb, kind, name in world.fake.writes if (verb, kind) == ("apply", "Deployment")]
    assert applies == ["model-smollm2"], "a second pod template would roll the first pods at once"


async def test_second_reconcile_writes_nothing() -> None:
    world = World()
    key = world.create(**EVERYTHING)
    await world.settle(key)
    before = len(world.fake.writes)
    world.wait(600)
    assert await world.reconciler.reconcile(key) is None
    assert len(world.fake.writes) == before


async def test_a_restarted_operator_writes_nothing_either() -> None:
    world = World()
    key = world.create(**EVERYTHING)
    await world.settle(key)
    before = len(world.fake.writes)
    again = World(world.fake)
    again.now = world.now
    await again.settle(key)
    assert len(world.fake.writes) == before


async def test_a_ready_pod_makes_the_model_ready() -> None:
    world = World()
    key = world.create()
    await world.settle(key)
    world.deployed(ready=1)
    await world.settle(key)
    assert world.condition("Ready").reason == "Serving"
    assert world.condition("Ready").message == "1 of 1 pods serve"
    assert world.status()["phase"] == "Ready"
    assert world.status()["replicas"] == {"desired": 1, "current": 1, "updated": 1, "ready": 1}
    assert world.status()["tenant"] == "acme"


async def test_zero_replicas_is_ready_and_asleep() -> None:
    world = World()
    key = world.create(replicas=0)
    await world.settle(key)
    ready = world.condition("Ready")
    assert (ready.status, ready.reason) == (True, "ScaledToZero")
    assert world.status()["phase"] == "Idle"


async def test_waking_from_zero_moves_last_activation_time() -> None:
    world = World()
    key = world.create(replicas=0)
    await world.settle(key)
    world.respec(replicas=1)
    await world.settle(key)
    assert world.status()["lastActivationTime"]
    assert world.deployment()["spec"]["replicas"] == 1


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"maxReplicas": 1}, DISRUPTION_BUDGET),
        ({"autoscaling": {"mode": "Requests"}}, AUTOSCALER),
        ({"suspend": True}, AUTOSCALER),
    ],
)
async def test_removed_field_removes_child(change: dict[str, Any], kind: Kind) -> None:
    world = World()
    key = world.create(**EVERYTHING)
    await world.settle(key)
    assert world.fake.names(kind, NAMESPACE) == ["model-smollm2"]
    world.respec(**change)
    await world.settle(key)
    assert world.fake.names(kind, NAMESPACE) == []


async def test_removed_provider_key_removes_the_role() -> None:
    world = World()
    external = {"baseURL": "https://api.example.com/v1", "model": "m"}
    credential = {"apiVersion": "v1", "kind": "Secret", "data": {"apiKey": "eA=="}}
    marks = {"name": "openai", "namespace": NAMESPACE, "labels": {labels.CREDENTIAL: "true"}}
    world.fake.put(credential | {"metadata": marks})
    key = world.create(engine="External", external=external | {"secretRef": {"name": "openai"}})
    await world.settle(key)
    role = world.fake.find(ROLE, "model-smollm2-gateway", NAMESPACE)
    assert role["rules"][0]["resourceNames"] == ["openai"]
    world.respec(external=external)
    await world.settle(key)
    assert children(world) == {"Secret": ["openai"]}


async def test_suspend_keeps_replicas_and_stops_pods() -> None:
    world = World()
    key = world.create(replicas=2, maxReplicas=2)
    await world.settle(key)
    world.respec(suspend=True)
    await world.settle(key)
    assert world.deployment()["spec"]["replicas"] == 0
    assert world.model()["spec"]["replicas"] == 2
    assert world.condition("Ready").reason == "Suspended"
    world.respec(suspend=False)
    await world.settle(key)
    assert world.deployment()["spec"]["replicas"] == 2


async def test_fixed_at_zero_is_stopped_and_not_ready() -> None:
    world = World()
    key = world.create(**ECHO, replicas=0, autoscaling={"mode": "Fixed"})
    await world.settle(key)
    ready = world.condition("Ready")
    assert (ready.status, ready.reason) == (False, "Stopped")


async def test_no_tenant_stops_pods_and_deletes_nothing() -> None:
    world = World()
    key = world.create()
    await world.settle(key)
    world.deployed(ready=1)
    before = children(world)
    world.fake.remove(TENANT, "acme")
    await world.settle(key)
    assert children(world) == before
    assert world.deployment()["spec"]["replicas"] == 0
    assert world.condition("Accepted").reason == "NoTenant"
    assert world.condition("Ready").reason == "NotAccepted"
    world.fake.put(tenant_body())
    await world.settle(key)
    assert world.deployment()["spec"]["replicas"] == 1


async def test_a_model_outside_of_tenants_is_told_so_where_nothing_may_be_read() -> None:
    world = World()
    key = world.create(env=[{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}])
    world.fake.remove(TENANT, "acme")
    world.fake.refuse = lambda verb, plural, name: (
        errors.ForbiddenError("no", status=403) if (verb, plural) == ("get", "secrets") else None
    )
    await world.settle(key)
    assert world.condition("Accepted").reason == "NoTenant"


async def test_what_the_api_server_refuses_is_told_and_tried_again_within_seconds() -> None:
    world = World()
    key = world.create()
    world.fake.refuse = lambda verb, plural, name: (
        errors.ForbiddenError("no", status=403) if (verb, plural) == ("apply", "services") else None
    )
    assert (await world.settle(key) or 600) <= 5
    assert world.condition("Scheduled").reason == "PodRejected"
    world.fake.refuse = lambda verb, plural, name: None
    await world.settle(key)
    assert "Service" in children(world)


async def test_a_suspended_tenant_rests_its_models() -> None:
    world = World()
    key = world.create()
    await world.settle(key)
    world.fake.put(tenant_body(suspend=True))
    await world.settle(key)
    assert world.condition("Ready").reason == "TenantSuspended"
    assert world.status()["phase"] == "Suspended"
    assert world.deployment()["spec"]["replicas"] == 0


async def test_a_model_without_any_tenant_makes_nothing() -> None:
    world = World()
    key = world.create()
    world.fake.remove(TENANT, "acme")
    await world.settle(key)
    assert children(world) == {}
    assert world.status()["phase"] == "Failed"


async def test_the_token_survives_and_is_made_anew_when_deleted() -> None:
    world = World()
    key = world.create()
    await world.settle(key)
    first = world.fake.find(SECRET, "model-smollm2-token", NAMESPACE)["data"]["token"]
    inputs = world.deployment()["spec"]["template"]["metadata"]["annotations"]
    await world.settle(key)
    assert world.fake.find(SECRET, "model-smollm2-token", NAMESPACE)["data"]["token"] == first
    world.fake.remove(SECRET, "model-smollm2-token", NAMESPACE)
    await world.settle(key)
    assert world.fake.find(SECRET, "model-smollm2-token", NAMESPACE)["data"]["token"] != first
    assert world.deployment()["spec"]["template"]["metadata"]["annotations"] != inputs


async def test_no_secret_value_appears_outside_its_secret() -> None:
    world = World()
    key = world.create()
    await world.settle(key)
    token = world.fake.find(SECRET, "model-smollm2-token", NAMESPACE)["data"]["token"]
    elsewhere = [body for (kind, _, _), body in world.fake.objects.items() if kind != SECRET]
    assert token
    assert all(token not in repr(body) for body in elsewhere)


@pytest.mark.parametrize("moment", ["crash_before", "crash_after"])
@pytest.mark.parametrize("number", range(10))
async def test_crash_before_and_after_each_write(moment: str, number: int) -> None:
    calm = World()
    await calm.settle(calm.create(**EVERYTHING))
    world = World()
    key = world.create(**EVERYTHING)
    setattr(world.fake, moment, number)
    with pytest.raises(CrashError):
        await world.settle(key)
    setattr(world.fake, moment, None)
    again = World(world.fake)
    await again.settle(key)
    assert children(again) == children(calm)
    assert again.model()["spec"] == calm.model()["spec"]


async def test_an_object_of_our_name_made_by_others_is_told_and_left_alone() -> None:
    world = World()
    key = world.create()
    theirs = {"apiVersion": "v1", "kind": "Service", "spec": {"clusterIP": "None"}}
    world.fake.put(theirs | {"metadata": {"name": "model-smollm2", "namespace": NAMESPACE}})
    wait = await world.settle(key)
    assert world.condition("Accepted").reason == "NameTaken"
    assert "Service model-smollm2" in world.condition("Accepted").message
    assert world.fake.find(SERVICE, "model-smollm2", NAMESPACE)["spec"] == {"clusterIP": "None"}
    assert wait == 10
    world.fake.remove(SERVICE, "model-smollm2", NAMESPACE)
    await world.settle(key)
    assert world.condition("Accepted").reason == "Valid"


async def test_a_labelled_object_of_somebody_else_is_not_deleted() -> None:
    """A tenant's editor can forge our labels, but not the owner's uid in a way that we would trust."""
    world = World()
    key = world.create()
    metadata = {"name": "mine", "namespace": NAMESPACE, "labels": labels.model_labels("acme", "smollm2")}
    world.fake.put({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {"replicas": 1}})
    await world.settle(key)
    assert world.fake.names(DEPLOYMENT, NAMESPACE) == ["mine", "model-smollm2"]


async def test_deleting_the_model_leaves_nothing_behind() -> None:
    world = World()
    key = world.create(**EVERYTHING)
    await world.settle(key)
    world.fake.remove(MODEL, "smollm2", NAMESPACE)
    assert await world.reconciler.reconcile(key) == GONE
    assert children(world) == {}


async def test_a_missing_secret_is_told_and_looked_for_again() -> None:
    world = World()
    variable = {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}
    key = world.create(**ECHO, env=[variable])
    assert await world.settle(key) == 10
    assert world.condition("Accepted").reason == "SecretNotFound"
    secret = {"apiVersion": "v1", "kind": "Secret", "data": {"k": "dg=="}}
    world.fake.put(secret | {"metadata": {"name": "s", "namespace": NAMESPACE}})
    await world.settle(key)
    assert world.condition("Accepted").reason == "SecretNotUsable"
    marks = {"name": "s", "namespace": NAMESPACE, "labels": {labels.CREDENTIAL: "true"}}
    world.fake.put(secret | {"metadata": marks})
    await world.settle(key)
    assert world.condition("Accepted").reason == "Valid"


async def test_a_changed_secret_or_config_map_rolls_the_pods_once() -> None:
    world = World()
    variable = {"name": "A", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "k"}}}
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": NAMESPACE}}
    world.fake.put(config | {"data": {"k": "1"}})
    key = world.create(**ECHO, env=[variable])
    await world.settle(key)
    before = world.deployment()["spec"]["template"]
    world.fake.change(CONFIG_MAP, "c", NAMESPACE, data={"k": "2"})
    await world.settle(key)
    after = world.deployment()["spec"]["template"]
    assert before["spec"] == after["spec"]
    assert before["metadata"] != after["metadata"]
    generation = world.deployment()["metadata"]["generation"]
    await world.settle(key)
    assert world.deployment()["metadata"]["generation"] == generation


async def test_one_event_per_transition_and_none_at_rest() -> None:
    world = World()
    key = world.create()
    await world.settle(key)
    world.deployed(ready=1)
    await world.settle(key)
    await world.settle(key)
    events = [world.fake.find(EVENT, name, NAMESPACE) for name in world.fake.names(EVENT, NAMESPACE)]
    assert sorted((event["reason"], event["type"]) for event in events) == [
        ("Serving", "Normal"),
        ("Starting", "Normal"),
    ]


async def test_status_is_written_at_most_once_a_second() -> None:
    world = World()
    key = world.create()
    await world.settle(key)
    world.deployed(ready=1)
    await world.reconciler.reconcile(key)
    world.deployed(ready=0)
    before = len(world.fake.writes)
    wait = await world.reconciler.reconcile(key)
    assert wait
    assert 0 < wait <= 1
    assert len(world.fake.writes) == before
    world.wait(wait)
    await world.reconciler.reconcile(key)
    assert world.status()["replicas"]["ready"] == 0
