"""Folds everything known about a Model into its status. Pure: the same world gives the same status, byte for byte."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from freehold_crds import ModelPhase as Phase
from freehold_crds import ModelReason as Reason
from freehold_crds import ScalingMode
from freehold_operator import conditions
from freehold_operator.conditions import Condition
from freehold_operator.fingerprints import fingerprint
from freehold_operator.kube import labels
from freehold_operator.model import facts
from freehold_operator.model.failures import Failure
from freehold_operator.model.names import child_name
from freehold_operator.model.observed import Observed, Raw, ScalingView, Verdict
from freehold_operator.model.weights import weights


@dataclass(frozen=True, slots=True)
class Counts:
    """Pods by state; `desired` is what the operator wants now."""

    desired: int = 0
    current: int = 0
    updated: int = 0
    ready: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """What the fold decides from."""

    seen: Observed
    verdict: Verdict
    counts: Counts
    failure: Failure | None

    @property
    def serving(self) -> bool:
        """True while at least one pod takes calls."""
        return self.counts.ready > 0


def counts(seen: Observed, desired: int) -> Counts:
    """Pods by state, from the Deployment's own status."""
    status = (seen.child("Deployment") or {}).get("status") or {}
    return Counts(
        desired=desired,
        current=int(status.get("replicas") or 0),
        updated=int(status.get("updatedReplicas") or 0),
        ready=int(status.get("readyReplicas") or 0),
    )


def fold(state: State) -> Raw:
    """The whole status, without the times of conditions: `finished` adds those."""
    seen, spec = state.seen, state.seen.model.spec
    folded: dict[str, Any] = {
        "observedGeneration": seen.model.metadata.generation,
        "phase": phase(state),
        "conditions": [],
        "replicas": {
            "desired": state.counts.desired,
            "current": state.counts.current,
            "updated": state.counts.updated,
            "ready": state.counts.ready,
        },
        "effective": {"targetRequests": spec.target_requests or facts.ENGINES[spec.engine].target_requests},
        "selector": labels.query(labels.model_selector(seen.name)),
        "url": _address(seen),
        "upstreamModel": spec.external.model if spec.external else seen.name,
    }
    if seen.tenant:
        folded["tenant"] = seen.tenant.name
    folded |= _running(seen)
    for name, kept in (("lastFailure", _last_failure(state)), ("lastActivationTime", _last_activation(state))):
        if kept:
            folded[name] = kept
    return folded


def finished(state: State, folded: Raw, now: str) -> Raw:
    """The status to write: conditions with their times, taken over where they did not move."""
    previous = state.seen.previous().get("conditions") or []
    generation = state.seen.model.metadata.generation
    return folded | {"conditions": conditions.fold(previous, all_conditions(state), generation, now)}


def all_conditions(state: State) -> list[Condition]:
    """In the order in which they are shown; Ready sums them up."""
    verdict = state.verdict
    return [
        Condition("Accepted", verdict.accepted, verdict.reason, verdict.message),
        _weights(state),
        _scheduled(state),
        _available(state),
        _autoscaling(state),
        _degraded(state),
        ready(state),
    ]


def ready(state: State) -> Condition:
    """The sum: True for every Model that a call can reach, asleep or not."""
    reason, message = _ready_reason(state)
    good = reason in {Reason.SERVING, Reason.SCALED_TO_ZERO, Reason.PROVIDER_REACHABLE}
    return Condition("Ready", good, reason, message)


def phase(state: State) -> Phase:
    """The state in one word, from the Ready reason."""
    reason, _ = _ready_reason(state)
    if reason == Reason.SERVING:
        return Phase.DEGRADED if _degraded(state).status else Phase.READY
    if reason == Reason.STARTING:
        return Phase.LOADING if state.counts.current else Phase.PENDING
    return PHASES[reason]


SCALED = {Reason.ACTIVE, Reason.AT_MAXIMUM, Reason.QUOTA_LIMITED, Reason.DEMAND_UNKNOWN}
PHASES: Mapping[Reason, Phase] = {
    Reason.SCALED_TO_ZERO: Phase.IDLE,
    Reason.PROVIDER_REACHABLE: Phase.READY,
    Reason.FETCHING_WEIGHTS: Phase.LOADING,
    Reason.NOT_SCHEDULED: Phase.PENDING,
    Reason.FAILING: Phase.FAILED,
    Reason.NOT_ACCEPTED: Phase.FAILED,
    Reason.SUSPENDED: Phase.SUSPENDED,
    Reason.TENANT_SUSPENDED: Phase.SUSPENDED,
    Reason.STOPPED: Phase.SUSPENDED,
}


def _ready_reason(state: State) -> tuple[Reason, str]:
    seen, counts_, failure = state.seen, state.counts, state.failure
    spec, verdict = seen.model.spec, state.verdict
    if verdict.reason == Reason.TENANT_SUSPENDED:
        return Reason.TENANT_SUSPENDED, verdict.message
    if not verdict.accepted:
        return Reason.NOT_ACCEPTED, f"{verdict.reason}: {verdict.message}"
    if spec.suspend:
        return Reason.SUSPENDED, "spec.suspend is true; set it to false to bring the Model back"
    if seen.is_external:
        return _provider_reason(state)
    if counts_.desired == 0:
        if spec.autoscaling.mode == ScalingMode.FIXED:
            return Reason.STOPPED, "replicas is 0 in mode Fixed; kubectl scale brings the Model back"
        return Reason.SCALED_TO_ZERO, "no pods while nobody calls; the next call starts one"
    if state.serving:
        return Reason.SERVING, f"{counts_.ready} of {counts_.desired} pods serve"
    return _not_serving(failure)


def _not_serving(failure: Failure | None) -> tuple[Reason, str]:
    if failure is None:
        return Reason.STARTING, "the first pod is starting"
    if failure.patient:
        return Reason.STARTING, failure.message
    if failure.condition == "Scheduled":
        return Reason.NOT_SCHEDULED, failure.message
    return Reason.FAILING, failure.message


def _provider_reason(state: State) -> tuple[Reason, str]:
    if state.failure:
        return Reason.FAILING, state.failure.message
    return Reason.PROVIDER_REACHABLE, "the provider answers" if state.seen.provider else "the provider is not probed"


def _weights(state: State) -> Condition:
    source = weights(state.seen.model.spec.url)
    if state.failure and state.failure.condition == "WeightsReady":
        return Condition("WeightsReady", False, state.failure.reason, state.failure.message)
    if state.seen.is_external or not source.path:
        return Condition("WeightsReady", True, Reason.NOT_NEEDED, "this engine needs no weights")
    if not source.fetch_url or state.serving:
        return Condition("WeightsReady", True, Reason.PRESENT, f"the engine reads {source.path}")
    if _fetching(state.seen):
        return Condition("WeightsReady", False, Reason.FETCHING, f"a pod fetches {source.fetch_url}")
    return Condition("WeightsReady", False, Reason.WAITING, "the weights are fetched when a pod starts")


def _fetching(seen: Observed) -> bool:
    statuses = [status for pod in seen.pods for status in (pod.get("status") or {}).get("initContainerStatuses") or []]
    return any((status.get("state") or {}).get("running") for status in statuses)


def _scheduled(state: State) -> Condition:
    if state.failure and state.failure.condition == "Scheduled":
        return Condition("Scheduled", False, state.failure.reason, state.failure.message)
    if state.counts.desired == 0:
        return Condition("Scheduled", False, Reason.NO_PODS, "no pods are wanted")
    return Condition("Scheduled", True, Reason.SCHEDULED, "every pod has, or may get, a node")


def _available(state: State) -> Condition:
    failure, seen = state.failure, state.seen
    if seen.is_external:
        if failure:
            return Condition("Available", False, failure.reason, failure.message)
        return Condition("Available", True, Reason.PROVIDER_REACHABLE, _provider_reason(state)[1])
    if state.serving:
        return Condition("Available", True, Reason.MINIMUM_AVAILABLE, f"{state.counts.ready} pods take calls")
    if failure and failure.condition == "Available":
        return Condition("Available", False, failure.reason, failure.message)
    if state.counts.desired == 0:
        return Condition("Available", False, Reason.NO_PODS, "no pods are wanted")
    return Condition("Available", False, Reason.STARTING, "no pod takes calls yet")


def _autoscaling(state: State) -> Condition:
    spec = state.seen.model.spec
    if state.seen.is_external or spec.suspend or not state.verdict.accepted:
        return Condition("Autoscaling", False, Reason.NOT_APPLICABLE, "nothing is scaled now")
    if spec.autoscaling.mode == ScalingMode.FIXED:
        return Condition("Autoscaling", False, Reason.FIXED, "replicas is set by hand")
    if spec.autoscaling.mode == ScalingMode.HPA:
        return Condition("Autoscaling", True, Reason.BY_HPA, "a HorizontalPodAutoscaler sets replicas by CPU use")
    scaling = state.seen.scaling or _scaling_before(state.seen)
    return Condition("Autoscaling", scaling.reason == Reason.ACTIVE, scaling.reason, scaling.message)


def _scaling_before(seen: Observed) -> ScalingView:
    """What a former leader's autoscaler said last: a new leader must not write before it knows better."""
    for condition in seen.previous().get("conditions") or []:
        if condition["type"] == "Autoscaling" and condition["reason"] in SCALED:
            return ScalingView(condition["reason"], condition["message"])
    return ScalingView()


def _degraded(state: State) -> Condition:
    """True is bad here; only a Model that serves can be degraded."""
    if not state.serving or state.counts.desired == 0:
        return Condition("Degraded", False, Reason.AS_EXPECTED, "")
    if _stuck(state.seen):
        why = f": {state.failure.message}" if state.failure else ""
        return Condition("Degraded", True, Reason.ROLLOUT_STUCK, f"new pods do not start, old ones serve{why}")
    if state.failure and not state.failure.patient and state.counts.ready < state.counts.desired:
        return Condition("Degraded", True, Reason.REPLICAS_MISSING, state.failure.message)
    return Condition("Degraded", False, Reason.AS_EXPECTED, "")


def _stuck(seen: Observed) -> bool:
    status = (seen.child("Deployment") or {}).get("status") or {}
    return any(item.get("reason") == "ProgressDeadlineExceeded" for item in status.get("conditions") or [])


def _address(seen: Observed) -> str:
    external = seen.model.spec.external
    return external.base_url if external else f"http://{child_name(seen.name)}.{seen.namespace}.svc"


def _running(seen: Observed) -> Raw:
    """What the live Deployment runs."""
    deployment = seen.child("Deployment")
    if seen.is_external or deployment is None:
        return {}
    template = deployment["spec"]["template"]
    containers = template["spec"].get("containers") or [{}]
    image = next((item.get("image") for item in containers if item.get("name") == "engine"), "")
    target = seen.model.spec.target_requests or facts.ENGINES[seen.model.spec.engine].target_requests
    return {
        "templateHash": fingerprint(template),
        "effective": {"image": image or "", "profile": seen.profile_name, "targetRequests": target},
    }


def _last_failure(state: State) -> Raw | None:
    """The newest failure; kept after the recovery, rewritten only when something about it changed."""
    before: Raw | None = state.seen.previous().get("lastFailure")
    failure = state.failure
    if failure is None or failure.patient:
        return before
    kept: Raw = {
        "location": failure.location,
        "reason": failure.reason,
        "message": failure.message,
        "count": failure.count,
        "time": failure.time or state.seen.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    kept |= {"container": failure.container} if failure.container else {}
    kept |= {} if failure.exit_code is None else {"exitCode": failure.exit_code}
    if before and not failure.time and _same_failure(before, kept):
        return before
    return kept


def _same_failure(before: Raw, after: Raw) -> bool:
    return {**before, "time": ""} == {**after, "time": ""}


def _last_activation(state: State) -> str | None:
    """Moves when replicas go from 0 to more."""
    previous = state.seen.previous()
    before: str | None = previous.get("lastActivationTime")
    woke = (previous.get("replicas") or {}).get("desired") == 0 and state.counts.desired > 0
    return state.seen.now.strftime("%Y-%m-%dT%H:%M:%SZ") if woke else before
