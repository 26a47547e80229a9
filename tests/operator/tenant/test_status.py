"""From what was seen to what people read: each reason, the order of blame, and the phase."""

from __future__ import annotations

from typing import Any

import pytest

from freehold_crds import TenantCondition, TenantReason
from freehold_operator.tenant.refusal import Refusal
from freehold_operator.tenant.status import Seen, StoreView, conditions, folded, is_alarming
from freehold_operator.tenant.trouble import explained, is_down, is_up, quota_shortage

T, R = TenantCondition, TenantReason
UP, STARTING, DOWN = StoreView(up=True, down=False), StoreView(up=False, down=False), StoreView(up=False, down=True)
NO = Refusal(R.DENIED, "no, because")


def seen(**changes: Any) -> Seen:
    fields: dict[str, Any] = {"generation": 3, "namespace": "tenant-acme", "namespace_there": True}
    return Seen(**(fields | changes))


def status(before: dict[str, Any] | None = None, **changes: Any) -> tuple[str, str, str]:
    """(phase, reason of Ready, message of Ready)."""
    after = folded(seen(**changes), before or {}, "2026-01-01T00:00:00Z")
    ready = after["conditions"][-1]
    return after["phase"], ready["reason"], ready["message"]


def reason(condition: TenantCondition, before: dict[str, Any] | None = None, **changes: Any) -> str:
    return {item.type: item.reason for item in conditions(seen(**changes), before or {})}[condition]


@pytest.mark.parametrize(
    ("changes", "phase", "ready"),
    [
        ({}, "Ready", "Provisioned"),
        ({"namespace_there": False}, "Pending", "Provisioning"),
        ({"namespace_refusal": Refusal(R.FOREIGN, "x")}, "Failed", "NamespaceNotReady"),
        ({"namespace_refusal": Refusal(R.NOT_FOUND, "x")}, "Failed", "NamespaceNotReady"),
        ({"namespace_refusal": Refusal(R.TERMINATING, "x")}, "Provisioning", "Provisioning"),
        ({"failed": {T.QUOTA_READY: NO}}, "Failed", "QuotaNotReady"),
        ({"failed": {T.NETWORK_READY: NO}}, "Failed", "NetworkNotReady"),
        ({"failed": {T.ACCESS_READY: NO}}, "Failed", "AccessNotReady"),
        ({"failed": {T.POSTGRES_READY: NO}}, "Failed", "PostgresNotReady"),
        ({"failed": {T.REDIS_READY: NO}}, "Failed", "RedisNotReady"),
        ({"waiting": frozenset({T.NETWORK_READY})}, "Provisioning", "Provisioning"),
        ({"models_counted": False}, "Provisioning", "Provisioning"),
        ({"stores": {T.POSTGRES_READY: STARTING}}, "Provisioning", "Provisioning"),
        ({"stores": {T.POSTGRES_READY: UP, T.REDIS_READY: UP}}, "Ready", "Provisioned"),
        ({"suspended": True}, "Suspended", "Suspended"),
        ({"suspended": True, "stores": {T.REDIS_READY: DOWN}}, "Suspended", "Suspended"),
        ({"suspended": True, "failed": {T.QUOTA_READY: NO}}, "Suspended", "QuotaNotReady"),
        ({"leaving": "bye"}, "Offboarding", "Offboarding"),
        ({"leaving": "bye", "suspended": True}, "Offboarding", "Offboarding"),
    ],
)
def test_phase_and_ready(changes: dict[str, Any], phase: str, ready: str) -> None:
    assert status(**changes)[:2] == (phase, ready)


@pytest.mark.parametrize("phase", ["Ready", "Degraded"])
def test_trouble_after_ready_is_degraded_and_names_its_condition(phase: str) -> None:
    assert status({"phase": phase}, stores={T.POSTGRES_READY: STARTING})[:2] == ("Degraded", "PostgresNotReady")


def test_ready_blames_the_first_condition_in_the_order_of_the_steps() -> None:
    both = {T.REDIS_READY: Refusal(R.DENIED, "redis"), T.QUOTA_READY: Refusal(R.DENIED, "quota")}
    assert status(failed=both)[1:] == ("QuotaNotReady", "quota")


def test_a_failing_database_leaves_the_other_conditions_alone() -> None:
    held = {item.type: item.status for item in conditions(seen(failed={T.POSTGRES_READY: NO}), {})}
    assert [kind for kind, good in held.items() if not good] == ["PostgresReady", "Suspended", "Ready"]


@pytest.mark.parametrize(
    ("before", "changes", "expected"),
    [
        ("NotSuspended", {}, "NotSuspended"),
        ("NotSuspended", {"suspended": True, "stores": {T.REDIS_READY: UP}}, "Suspending"),
        ("NotSuspended", {"suspended": True, "models_up": 1}, "Suspending"),
        ("Suspending", {"suspended": True, "stores": {T.REDIS_READY: DOWN}}, "Suspended"),
        ("Suspended", {"stores": {T.REDIS_READY: STARTING}}, "Resuming"),
        ("Resuming", {"stores": {T.REDIS_READY: STARTING}}, "Resuming"),
        ("Resuming", {"stores": {T.REDIS_READY: UP}}, "NotSuspended"),
        ("NotSuspended", {"stores": {T.REDIS_READY: STARTING}}, "NotSuspended"),
    ],
)
def test_suspension_runs_through_its_reasons(before: str, changes: dict[str, Any], expected: str) -> None:
    status_before = {"conditions": [{"type": "Suspended", "status": "False", "reason": before}]}
    assert reason(T.SUSPENDED, status_before, **changes) == expected


def test_the_namespace_once_held_is_remembered() -> None:
    before = {"namespace": "tenant-acme"}
    after = folded(seen(namespace_there=False), before, "t")
    assert after["namespace"] == "tenant-acme"
    assert "namespace" in folded(seen(namespace_refusal=Refusal(R.TERMINATING, "x")), before, "t")


@pytest.mark.parametrize("reason", [R.FOREIGN, R.NAME_TAKEN, R.NOT_FOUND])
def test_a_namespace_that_became_anothers_is_claimed_no_longer(reason: TenantReason) -> None:
    before = {"namespace": "tenant-acme"}
    assert "namespace" not in folded(seen(namespace_refusal=Refusal(reason, "x")), before, "t")


def test_a_removed_store_leaves_the_status() -> None:
    assert "postgres" not in folded(seen(), {"postgres": {"mode": "Dedicated"}}, "t")


def test_progress_is_no_warning_and_refusals_are() -> None:
    calm = conditions(seen(stores={T.POSTGRES_READY: STARTING}), {})
    assert not any(is_alarming(condition) for condition in calm)
    loud = [condition.type for condition in conditions(seen(failed={T.REDIS_READY: NO}), {}) if is_alarming(condition)]
    assert loud == ["RedisReady", "Ready"]


def stateful_set(generation: int = 1, **status: Any) -> dict[str, Any]:
    return {"metadata": {"name": "freehold-redis", "generation": generation}, "status": status}


@pytest.mark.parametrize(
    ("body", "up", "down"),
    [
        (None, False, True),
        (stateful_set(), False, True),
        (stateful_set(observedGeneration=1, replicas=1), False, False),
        (stateful_set(observedGeneration=1, replicas=1, readyReplicas=1), True, False),
        (stateful_set(2, observedGeneration=1, replicas=1, readyReplicas=1), False, False),
        (
            stateful_set(observedGeneration=1, replicas=1, readyReplicas=1, currentRevision="a", updateRevision="b"),
            False,
            False,
        ),
    ],
)
def test_a_store_is_up_once_its_newest_pod_is_ready(body: dict[str, Any] | None, up: bool, down: bool) -> None:
    assert (is_up(body), is_down(body)) == (up, down)


def pod(*conditions: dict[str, str], **container: Any) -> dict[str, Any]:
    status = {"conditions": list(conditions), "containerStatuses": [container]}
    return {"metadata": {"name": "freehold-redis-0"}, "status": status}


@pytest.mark.parametrize(
    ("pods", "words"),
    [
        ([], "has no pod yet"),
        ([pod()], "freehold-redis-0 starts"),
        ([pod({"type": "PodScheduled", "status": "False", "message": "0/1 nodes: no memory"})], "0/1 nodes: no memory"),
        ([pod(state={"waiting": {"reason": "ImagePullBackOff"}})], "check the image name"),
        ([pod(state={"waiting": {"reason": "CrashLoopBackOff"}})], "CrashLoopBackOff; see kubectl logs"),
        ([pod(lastState={"terminated": {"reason": "OOMKilled"}})], "raise the store's memory"),
        ([pod(state={"waiting": {"reason": "ContainerCreating"}})], "freehold-redis-0 starts"),
    ],
)
def test_the_reason_why_a_store_is_not_up_is_said_in_plain_words(pods: list[dict[str, Any]], words: str) -> None:
    assert words in explained("freehold-redis", pods)


def wanting(memory: str) -> dict[str, Any]:
    amounts = {"cpu": "50m", "memory": memory}
    containers = [{"resources": {"requests": amounts, "limits": amounts}}]
    return {"spec": {"template": {"spec": {"containers": containers}}}}


@pytest.mark.parametrize(
    ("hard", "used", "named"),
    [
        ({"requests.memory": "1Gi"}, {"requests.memory": "600Mi"}, "requests.memory: 600Mi of 1Gi used, 512Mi needed"),
        ({"requests.memory": "1Gi"}, {"requests.memory": "512Mi"}, ""),
        ({"limits.cpu": "1"}, {"limits.cpu": "960m"}, "limits.cpu"),
        ({"memory": "100Mi"}, {}, "memory"),
        ({"pods": "2"}, {"pods": "2"}, "pods"),
        ({"count/models.freehold.dev": "1"}, {"count/models.freehold.dev": "1"}, ""),
    ],
)
def test_a_quota_without_room_for_a_store_is_named(hard: dict[str, str], used: dict[str, str], named: str) -> None:
    said = quota_shortage(wanting("512Mi"), [{"status": {"hard": hard, "used": used}}])
    assert named in said
    assert bool(said) is bool(named)
