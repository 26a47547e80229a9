"""Why a store is not up yet, in plain words, from its StatefulSet and pods."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from freehold_operator.quantities import quantity

Raw = dict[str, Any]

REMEDIES = {
    "ErrImagePull": "check the image name and that the nodes can pull it",
    "ImagePullBackOff": "check the image name and that the nodes can pull it",
    "InvalidImageName": "correct the image in the operator's settings",
    "CrashLoopBackOff": "see kubectl logs",
    "CreateContainerConfigError": "see kubectl describe pod",
}


def is_up(stateful_set: Raw | None) -> bool:
    """True when the pod that the newest template asks for is Ready."""
    if stateful_set is None:
        return False
    status = stateful_set.get("status") or {}
    current = status.get("observedGeneration", 0) >= stateful_set["metadata"].get("generation", 0)
    updated = status.get("currentRevision") == status.get("updateRevision") or status.get("updatedReplicas", 0) >= 1
    return bool(current and updated and status.get("readyReplicas", 0) >= 1)


def is_down(stateful_set: Raw | None) -> bool:
    """True when no pod is left."""
    return stateful_set is None or not (stateful_set.get("status") or {}).get("replicas", 0)


def explained(name: str, pods: Sequence[Raw]) -> str:
    """What the pods say; `name` is the StatefulSet's."""
    if not pods:
        return f"StatefulSet {name} has no pod yet; if this stays, see kubectl describe statefulset {name}"
    found = next((text for pod in pods if (text := _of_pod(pod))), "")
    return found or f"pod {pods[0]['metadata']['name']} starts"


def quota_shortage(stateful_set: Raw | None, quotas: Iterable[Raw]) -> str:
    """Which quota leaves no room for the pod; empty when none does. Nothing else tells: no pod, no condition."""
    if stateful_set is None:
        return ""
    asked = _asked(stateful_set["spec"]["template"]["spec"]["containers"][0]["resources"])
    for status in ((body.get("status") or {}) for body in quotas):
        for name, hard in (status.get("hard") or {}).items():
            used = (status.get("used") or {}).get(name, "0")
            if name in asked and _sum(used, asked[name]) > _sum(hard):
                return (
                    f"the quota leaves too little {name}: {used} of {hard} used, {asked[name]} needed; raise quota.hard"
                )
    return ""


def _asked(resources: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """What one pod counts for, under every name that a quota may use."""
    requests = resources["requests"]
    sides = {f"{side}.{name}": amount for side, amounts in resources.items() for name, amount in amounts.items()}
    return {**sides, **requests, "pods": "1", "count/pods": "1"}


def _sum(*amounts: str) -> Any:
    return sum(quantity(amount) or 0 for amount in amounts)


def _of_pod(pod: Raw) -> str:
    name, status = pod["metadata"]["name"], pod.get("status") or {}
    for condition in status.get("conditions") or []:
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            return f"pod {name} cannot be placed: {condition.get('message', 'no node fits')}"
    return next((text for state in status.get("containerStatuses") or [] if (text := _of_container(name, state))), "")


def _of_container(pod: str, container: Raw) -> str:
    ended = ((container.get("lastState") or {}).get("terminated") or {}).get("reason")
    if ended == "OOMKilled":
        return f"pod {pod} needs more memory than its limit; raise the store's memory"
    waiting = ((container.get("state") or {}).get("waiting") or {}).get("reason", "")
    remedy = REMEDIES.get(waiting)
    return f"pod {pod}: {waiting}; {remedy}" if remedy else ""
