"""What is wrong with a Model's pods, read from the watched objects alone (Events are never read). Pure.

Each finder answers with the failure it knows or None; the list's order decides which one is told.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from freehold_crds import FailureLocation as Location
from freehold_crds import ModelReason as Reason
from freehold_operator.model.observed import Observed, Raw
from freehold_operator.model.probing import startup_seconds

STARTUP_PATIENCE_SECONDS = 60.0
READINESS_PATIENCE_SECONDS = 10.0  # told within 15 s of kubelet knowing, and no single slow answer is
CLAIM_PATIENCE_SECONDS = 30.0
PULL_REASONS = {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable"}
CONFIG_REASONS = {"CreateContainerConfigError", "CreateContainerError", "RunContainerError", "PreCreateHookError"}
KILLED = {137, 143}  # SIGKILL, SIGTERM: how kubelet ends a container whose probe failed
POD_NAME = re.compile(r'pods "[^"]+" is forbidden: ')  # a new name with every try would be a write with every try
PULL_DETAIL = re.compile(r"^.*?ErrImagePull: ", re.DOTALL)  # back-off and failure take turns with one detail
FETCH_EXITS = {
    10: (Reason.SOURCE_NOT_FOUND, "the weights do not exist at that url"),
    11: (Reason.SOURCE_DENIED, "the source refused access to the weights"),
    13: (Reason.OUT_OF_SPACE, "the weights do not fit on the volume"),
}


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that is wrong. `condition` is the condition it belongs to; `patient` failures may still heal alone."""

    condition: str
    reason: Reason
    message: str
    location: Location
    container: str = ""
    exit_code: int | None = None
    time: str = ""
    count: int = 1
    patient: bool = False


@dataclass(frozen=True, slots=True)
class Container:
    """One container's status with what the findings need beside it."""

    pod: str
    name: str
    status: Raw
    served: bool

    @property
    def waiting(self) -> Raw:
        return (self.status.get("state") or {}).get("waiting") or {}

    @property
    def running(self) -> Raw:
        return (self.status.get("state") or {}).get("running") or {}

    @property
    def ended(self) -> Raw:
        """How it ended last: now, or before its current start."""
        now = (self.status.get("state") or {}).get("terminated")
        return now or (self.status.get("lastState") or {}).get("terminated") or {}

    @property
    def restarts(self) -> int:
        return int(self.status.get("restartCount") or 0)

    @property
    def location(self) -> Location:
        if self.name == "fetch":
            return Location.FETCH
        return Location.RUN if self.served else Location.START


def find(seen: Observed) -> Failure | None:
    """The failure to tell about, None while all is well or still on its way."""
    pods = [pod for pod in seen.pods if not pod["metadata"].get("deletionTimestamp")]
    pods.sort(key=lambda pod: pod["metadata"].get("creationTimestamp", ""), reverse=True)
    finders = (_refused(seen), _containers(seen, pods), _claim(seen), _unschedulable(pods), _evicted(seen))
    return next((failure for failure in finders if failure), None)


def due_in(seen: Observed) -> float | None:
    """Seconds until a patience runs out that no event will announce; None when none is running."""
    waits = [wait for pod in seen.pods for wait in _waits(seen, pod)]
    if seen.claim and _claim_phase(seen.claim) != "Bound":
        waits.append(CLAIM_PATIENCE_SECONDS - _age(seen, seen.claim["metadata"].get("creationTimestamp")))
    open_waits = [wait for wait in waits if wait > 0]
    return min(open_waits) + 0.5 if open_waits else None


def _refused(seen: Observed) -> Failure | None:
    """The API server would not take the pods: a quota, an admission policy."""
    deployment = seen.child("Deployment")
    for condition in _conditions(deployment or {}):
        if condition.get("type") == "ReplicaFailure" and condition.get("status") == "True":
            message = POD_NAME.sub("", str(condition.get("message") or ""))
            quota = "exceeded quota" in message
            reason = Reason.QUOTA_EXCEEDED if quota else Reason.POD_REJECTED
            remedy = "free some of the tenant's quota, ask for less, or raise the quota" if quota else "see the message"
            text = f"pods are refused: {message}; {remedy}"
            since = str(condition.get("lastTransitionTime") or "")
            return Failure("Scheduled", reason, text, Location.SCHEDULE, time=since)
    return None


def _containers(seen: Observed, pods: Iterable[Raw]) -> Failure | None:
    served = served_before(seen)
    return next((failure for container in _all(pods, served) if (failure := _container(seen, container))), None)


def _container(seen: Observed, container: Container) -> Failure | None:
    checks = (_pull, _config, _fetch, _memory, _probe_killed, _crashed, _not_started, _not_ready)
    return next((failure for check in checks if (failure := check(seen, container))), None)


def _pull(_seen: Observed, container: Container) -> Failure | None:
    if container.waiting.get("reason") not in PULL_REASONS:
        return None
    image = container.status.get("image") or "its image"
    detail = PULL_DETAIL.sub("", container.waiting.get("message") or "no further message")
    text = f"container {container.name} cannot pull {image}: {detail}"
    return _available(container, Reason.IMAGE_PULL_FAILED, f"{text}; check the name, the tag and the access")


def _config(_seen: Observed, container: Container) -> Failure | None:
    """Also an image that needs root: kubelet refuses to create its container."""
    if container.waiting.get("reason") not in CONFIG_REASONS:
        return None
    text = container.waiting.get("message") or container.waiting["reason"]
    return _available(container, Reason.CONFIG_ERROR, f"container {container.name} cannot be created: {text}")


def _fetch(_seen: Observed, container: Container) -> Failure | None:
    """The fetch container tells by its exit code what went wrong."""
    if container.name != "fetch" or not container.ended or container.ended.get("exitCode") == 0:
        return None
    code = int(container.ended.get("exitCode") or 0)
    reason, text = FETCH_EXITS.get(code, (Reason.FETCH_FAILED, f"fetching the weights ended with exit code {code}"))
    said = f": {container.ended['message'].strip()}" if container.ended.get("message") else ""
    return _failed(container, "WeightsReady", reason, f"{text}{said}")


def _memory(seen: Observed, container: Container) -> Failure | None:
    if container.ended.get("reason") != "OOMKilled" or _recovered(container):
        return None
    limit = _limit(seen, "memory")
    text = f"container {container.name} was killed at its memory limit{f' of {limit}' if limit else ''}"
    return _available(container, Reason.OUT_OF_MEMORY, f"{text}; raise resources.limits.memory or the profile")


def _probe_killed(seen: Observed, container: Container) -> Failure | None:
    """Kubelet tells nobody but in an Event that a startup probe's patience ran out: seen by how long it ran."""
    ended = container.ended
    if container.restarts == 0 or _recovered(container) or container.name != "engine":
        return None
    budget = float(startup_seconds(seen))
    lived = _between(ended.get("startedAt"), ended.get("finishedAt"))
    if container.served or ended.get("exitCode") not in KILLED | {0} or lived < budget:
        return None
    text = f"container engine did not answer its startup probe within {budget:.0f} s and was restarted"
    return _available(container, Reason.STARTUP_PROBE_FAILING, f"{text}; check probes.startup and what it serves")


def _crashed(_seen: Observed, container: Container) -> Failure | None:
    looping = container.waiting.get("reason") == "CrashLoopBackOff"
    code = container.ended.get("exitCode")
    if _recovered(container) or not (looping or code not in {None, 0}):
        return None
    text = f"container {container.name} ended with exit code {code} and is restarted (restarts: {container.restarts})"
    return _available(container, Reason.CRASH_LOOP, f"{text}; see kubectl logs --previous")


def _not_started(seen: Observed, container: Container) -> Failure | None:
    if not container.running or container.status.get("started") is not False or container.name != "engine":
        return None
    age = _age(seen, container.running.get("startedAt"))
    if age < STARTUP_PATIENCE_SECONDS:
        return None
    text = "container engine has not answered its startup probe yet"
    budget = startup_seconds(seen)
    failure = _available(container, Reason.STARTUP_PROBE_FAILING, f"{text}; it is given {budget} s")
    return _patient(failure)


def _not_ready(seen: Observed, container: Container) -> Failure | None:
    started, ready = container.status.get("started"), container.status.get("ready")
    if not container.running or not started or ready or container.name != "engine":
        return None
    if _age(seen, _ready_since(seen, container)) < READINESS_PATIENCE_SECONDS:
        return None
    text = "container engine runs but does not answer its readiness probe"
    return _available(container, Reason.READINESS_PROBE_FAILING, f"{text}; check probes.readiness and the engine")


def _claim(seen: Observed) -> Failure | None:
    claim = seen.claim
    if not claim or _claim_phase(claim) == "Bound":
        return None
    created = claim["metadata"].get("creationTimestamp")
    if _age(seen, created) < CLAIM_PATIENCE_SECONDS:
        return None
    text = f"volume claim {claim['metadata']['name']} is not bound to a volume; check its storage class and size"
    return Failure("WeightsReady", Reason.VOLUME_PENDING, text, Location.FETCH, time=str(created or ""))


def _unschedulable(pods: Iterable[Raw]) -> Failure | None:
    for pod in pods:
        for condition in _conditions(pod):
            if condition.get("type") == "PodScheduled" and condition.get("reason") == "Unschedulable":
                text = f"no node can take the pod: {condition.get('message') or ''}"
                since = str(condition.get("lastTransitionTime") or "")
                return Failure("Scheduled", Reason.UNSCHEDULABLE, text, Location.SCHEDULE, time=since)
    return None


def _evicted(seen: Observed) -> Failure | None:
    for pod in seen.pods:
        status = pod.get("status") or {}
        if status.get("phase") == "Failed" and status.get("reason") == "Evicted":
            text = f"a pod was evicted from its node: {status.get('message') or 'no further message'}"
            return Failure("Available", Reason.EVICTED, text, Location.RUN, time=str(status.get("startTime") or ""))
    return None


def _recovered(container: Container) -> bool:
    """A container that serves again has only a past."""
    return bool(container.running and container.status.get("ready"))


def _available(container: Container, reason: Reason, message: str) -> Failure:
    return _failed(container, "Available", reason, message)


def _failed(container: Container, condition: str, reason: Reason, message: str) -> Failure:
    return Failure(
        condition=condition,
        reason=reason,
        message=message,
        location=container.location,
        container=container.name,
        exit_code=container.ended.get("exitCode"),
        time=str(container.ended.get("finishedAt") or container.running.get("startedAt") or ""),
        count=max(1, container.restarts),
    )


def _patient(failure: Failure) -> Failure:
    return Failure(
        failure.condition, failure.reason, failure.message, failure.location, failure.container, patient=True
    )


def _all(pods: Iterable[Raw], served: bool) -> list[Container]:
    return [
        Container(pod["metadata"]["name"], status.get("name", ""), status, served or bool(status.get("started")))
        for pod in pods
        for part in ("initContainerStatuses", "containerStatuses")
        for status in (pod.get("status") or {}).get(part) or []
    ]


def served_before(seen: Observed) -> bool:
    """Whether the Model has served since it was last started: kubelet forgets it with each restart."""
    previous = seen.previous()
    ready = next((item for item in _conditions({"status": previous}) if item.get("type") == "Ready"), {})
    failed_running = (previous.get("lastFailure") or {}).get("location") == Location.RUN
    return ready.get("reason") == Reason.SERVING or (ready.get("reason") == Reason.FAILING and failed_running)


def _ready_since(seen: Observed, container: Container) -> Any:
    for pod in seen.pods:
        if pod["metadata"]["name"] == container.pod:
            for condition in _conditions(pod):
                if condition.get("type") == "ContainersReady":
                    started = str(container.running.get("startedAt") or "")
                    return max(started, str(condition.get("lastTransitionTime") or ""))
    return container.running.get("startedAt")


def _waits(seen: Observed, pod: Raw) -> list[float]:
    waits = []
    for container in _all([pod], served=False):
        if container.running and not container.status.get("ready") and container.name == "engine":
            if container.status.get("started"):
                waits.append(READINESS_PATIENCE_SECONDS - _age(seen, _ready_since(seen, container)))
            else:
                waits.append(STARTUP_PATIENCE_SECONDS - _age(seen, container.running.get("startedAt")))
    return waits


def _limit(seen: Observed, resource: str) -> str:
    deployment = seen.child("Deployment") or {}
    template = deployment.get("spec", {}).get("template", {}).get("spec", {})
    for container in template.get("containers") or []:
        if container.get("name") == "engine":
            return str(((container.get("resources") or {}).get("limits") or {}).get(resource) or "")
    return ""


def _conditions(body: Raw) -> list[Raw]:
    found: list[Raw] = (body.get("status") or {}).get("conditions") or []
    return found


def _claim_phase(claim: Raw) -> str:
    return str((claim.get("status") or {}).get("phase") or "")


def _age(seen: Observed, since: Any) -> float:
    return (seen.now - datetime.fromisoformat(str(since))).total_seconds() if since else 0.0


def _between(start: Any, end: Any) -> float:
    if not start or not end:
        return 0.0
    return (datetime.fromisoformat(str(end)) - datetime.fromisoformat(str(start))).total_seconds()
