"""Reads pods: how many are ready, and what is the matter with one that is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Pod = Mapping[str, Any]

STUCK_SECONDS = 15.0  # a healthy pod of ours is ready sooner; after this its reason is shown
HOPELESS_RESTARTS = 4  # about a minute and a half of back-off: a dependency that was late is there by then
ORDINARY = frozenset({"ContainerCreating", "PodInitializing"})


def ready_of(pods: Sequence[Pod]) -> tuple[int, int]:
    """How many pods are ready, and how many should be; finished and leaving ones count for neither."""
    wanted = [pod for pod in pods if pod.get("status", {}).get("phase") != "Succeeded" and not _leaving(pod)]
    return sum(is_ready(pod) for pod in wanted), len(wanted)


def _leaving(pod: Pod) -> bool:
    return "deletionTimestamp" in pod["metadata"]


def is_ready(pod: Pod) -> bool:
    conditions = pod.get("status", {}).get("conditions") or []
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def reason(pod: Pod) -> str:
    """Why a pod is not ready, in words, or nothing if it is on its way."""
    return next(iter(_reasons(pod)), "")


def stuck(pods: Sequence[Pod]) -> str:
    """The first pod with a reason, as `name: reason`."""
    found = ((pod["metadata"]["name"], reason(pod)) for pod in pods if not is_ready(pod) and not _leaving(pod))
    return next((f"{name}: {why}" for name, why in found if why), "")


def restarts(pods: Sequence[Pod]) -> dict[str, int]:
    """Pod -> how often its most troubled container was started again."""
    return {pod["metadata"]["name"]: _restarts(pod) for pod in pods}


def hopeless(pods: Sequence[Pod], before: Mapping[str, int]) -> str:
    """What no waiting will mend: the first pod with a container that ended again and again since `before`."""
    return stuck([pod for pod in pods if _restarts(pod) - before.get(pod["metadata"]["name"], 0) >= HOPELESS_RESTARTS])


def _restarts(pod: Pod) -> int:
    status = pod.get("status", {})
    entries = [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
    return max((entry.get("restartCount", 0) for entry in entries), default=0)


def _reasons(pod: Pod) -> Iterator[str]:
    status = pod.get("status", {})
    if status.get("phase") == "Succeeded":
        return
    for condition in status.get("conditions") or []:
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            yield f"{condition.get('reason', 'not scheduled')}: {condition.get('message', '')}".strip(": ")
    for entry in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]:
        yield from _container_reasons(entry)


def _container_reasons(entry: Mapping[str, Any]) -> Iterator[str]:
    name, state = entry.get("name", "container"), entry.get("state") or {}
    waiting, ended = state.get("waiting"), state.get("terminated")
    before = (entry.get("lastState") or {}).get("terminated")
    if waiting and waiting.get("reason") not in ORDINARY:
        text = f"container {name}: {waiting.get('reason', 'waiting')}"
        yield f"{text} ({_ending(before)})" if before else f"{text} {waiting.get('message', '')}".strip()
    elif ended and ended.get("exitCode"):
        yield f"container {name}: {_ending(ended)}"
    elif "running" in state and not entry.get("ready") and entry.get("restartCount"):
        yield f"container {name}: restarted {entry['restartCount']} times" + (f" ({_ending(before)})" if before else "")


def _ending(ended: Mapping[str, Any]) -> str:
    return f"{ended.get('reason', 'ended')}, exit code {ended.get('exitCode')}"
