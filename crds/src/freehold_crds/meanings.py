"""What each reason says under each condition: the status it carries and a sentence for the reference.

docs/reference/conditions.md is written from this table, and a test compares it with what the operator writes. For each
condition the good reasons come first.
"""

from collections.abc import Mapping
from typing import NamedTuple

from freehold_crds.base import ConditionStatus
from freehold_crds.reasons import ModelCondition, ModelReason, TenantCondition, TenantReason


class Meaning(NamedTuple):
    """What a reason says under one condition."""

    status: ConditionStatus
    sentence: str


def _yes(sentence: str) -> Meaning:
    return Meaning(ConditionStatus.TRUE, sentence)


def _no(sentence: str) -> Meaning:
    return Meaning(ConditionStatus.FALSE, sentence)


_M = ModelReason
_T = TenantReason

MODEL_MEANINGS: Mapping[ModelCondition, Mapping[ModelReason, Meaning]] = {
    ModelCondition.ACCEPTED: {
        _M.VALID: _yes("The spec can be served."),
        _M.NO_TENANT: _no("The namespace belongs to no Tenant; its pods are stopped, nothing is deleted."),
        _M.TENANT_SUSPENDED: _no("The Tenant is suspended."),
        _M.PROFILE_UNKNOWN: _no("The platform has no resource profile of that name."),
        _M.IMAGE_NOT_ALLOWED: _no("The image starts with none of the prefixes that the platform allows."),
        _M.SOURCE_UNSUPPORTED: _no("This engine or installation cannot read weights from that url."),
        _M.SECRET_NOT_FOUND: _no("A Secret or ConfigMap that the spec names, or its key, is missing."),
        _M.SECRET_NOT_USABLE: _no('A Secret that the spec names lacks the label freehold.dev/credential: "true".'),
        _M.NAME_TAKEN: _no("An object of the name that the operator needs exists and is not the operator's."),
    },
    ModelCondition.WEIGHTS_READY: {
        _M.PRESENT: _yes("The weights are where the engine reads them."),
        _M.NOT_NEEDED: _yes("This engine has no weights."),
        _M.WAITING: _no("No pod has asked for the weights yet."),
        _M.FETCHING: _no("The weights are being fetched."),
        _M.FETCH_FAILED: _no("The weights could not be fetched."),
        _M.SOURCE_NOT_FOUND: _no("There is nothing at the url."),
        _M.SOURCE_DENIED: _no("The url's server refused access."),
        _M.OUT_OF_SPACE: _no("The weights do not fit on their volume."),
        _M.VOLUME_PENDING: _no("The volume that holds the weights is missing or not bound."),
    },
    ModelCondition.SCHEDULED: {
        _M.SCHEDULED: _yes("Every pod has a node."),
        _M.NO_PODS: _no("There are no pods to schedule."),
        _M.UNSCHEDULABLE: _no("No node has room for the pod; the message is the scheduler's."),
        _M.QUOTA_EXCEEDED: _no("The Tenant's quota does not allow another pod."),
        _M.POD_REJECTED: _no("The API server refused the pod."),
    },
    ModelCondition.AVAILABLE: {
        _M.MINIMUM_AVAILABLE: _yes("At least one pod takes calls."),
        _M.PROVIDER_REACHABLE: _yes("The provider answers, or is not probed."),
        _M.NO_PODS: _no("There are no pods."),
        _M.STARTING: _no("The engine is starting."),
        _M.IMAGE_PULL_FAILED: _no("The image cannot be pulled."),
        _M.CRASH_LOOP: _no("The engine ends again and again; the message has its exit code."),
        _M.OUT_OF_MEMORY: _no("The engine was killed at its memory limit."),
        _M.CONFIG_ERROR: _no("The container cannot be made as configured."),
        _M.STARTUP_PROBE_FAILING: _no("The engine runs but has not answered its health path yet."),
        _M.READINESS_PROBE_FAILING: _no("The engine has started but its health path fails."),
        _M.EVICTED: _no("The node needed the pod's room."),
        _M.PROVIDER_UNREACHABLE: _no("The provider did not answer three times in a row."),
        _M.PROVIDER_DENIED: _no("The provider refused the key."),
    },
    ModelCondition.AUTOSCALING: {
        _M.ACTIVE: _yes("The number of pods follows the calls in flight."),
        _M.BY_HPA: _yes("Mode HPA: the HorizontalPodAutoscaler decides."),
        _M.AT_MAXIMUM: _no("Demand asks for more pods than maxReplicas."),
        _M.QUOTA_LIMITED: _no("Demand asks for more pods than the Tenant's quota has room for."),
        _M.FIXED: _no("Mode Fixed: spec.replicas decides."),
        _M.DEMAND_UNKNOWN: _no("No gateway tells its calls in flight, so the number of pods stays."),
        _M.NOT_APPLICABLE: _no("There are no pods to scale, or none may run."),
    },
    ModelCondition.DEGRADED: {
        _M.AS_EXPECTED: _no("All is as the spec asks."),
        _M.REPLICAS_MISSING: _yes("Fewer pods take calls than should."),
        _M.ROLLOUT_STUCK: _yes("The new pods do not come up; the old ones keep serving."),
    },
    ModelCondition.READY: {
        _M.SERVING: _yes("Calls are answered."),
        _M.SCALED_TO_ZERO: _yes("No pod runs; the next call starts one and waits for it."),
        _M.PROVIDER_REACHABLE: _yes("Calls go to the provider."),
        _M.NOT_ACCEPTED: _no("The spec cannot be served; see Accepted."),
        _M.FETCHING_WEIGHTS: _no("The weights are on their way; see WeightsReady."),
        _M.STARTING: _no("The first pod is starting."),
        _M.NOT_SCHEDULED: _no("No pod has a node; see Scheduled."),
        _M.FAILING: _no("No pod takes calls because of a failure; see lastFailure."),
        _M.SUSPENDED: _no("spec.suspend is true."),
        _M.TENANT_SUSPENDED: _no("The Tenant is suspended."),
        _M.STOPPED: _no("Mode Fixed with spec.replicas 0."),
    },
}

_STEP: Mapping[TenantReason, Meaning] = {
    _T.APPLIED: _yes("All is in place."),
    _T.APPLYING: _no("Not all is in place yet."),
    _T.DENIED: _no("The API server refused; the message is its own."),
    _T.NAME_TAKEN: _no("An object of the name that the operator needs exists and is not the operator's."),
}
_STORE: Mapping[TenantReason, Meaning] = {
    _T.PROVISIONED: _yes("The server runs and its Secret says how to reach it."),
    _T.NOT_REQUESTED: _yes("The spec asks for none."),
    _T.PROVISIONING: _no("The server is starting."),
    _T.DENIED: _no("The API server refused; the message is its own."),
    _T.NAME_TAKEN: _no("An object of the name that the operator needs exists and is not the operator's."),
    _T.HIBERNATED: _no("The server is stopped with its Tenant; its data stays."),
}

TENANT_MEANINGS: Mapping[TenantCondition, Mapping[TenantReason, Meaning]] = {
    TenantCondition.NAMESPACE_READY: {
        _T.ACTIVE: _yes("The namespace exists and is this Tenant's."),
        _T.CREATING: _no("The namespace is being made."),
        _T.NOT_FOUND: _no("namespace.adopt is true and there is no such namespace."),
        _T.FOREIGN: _no("The namespace exists and is not this Tenant's to take."),
        _T.NAME_TAKEN: _no("The namespace belongs to another Tenant."),
        _T.TERMINATING: _no("The namespace is being deleted; it is made again afterwards."),
    },
    TenantCondition.QUOTA_READY: _STEP,
    TenantCondition.NETWORK_READY: _STEP,
    TenantCondition.ACCESS_READY: _STEP,
    TenantCondition.POSTGRES_READY: _STORE,
    TenantCondition.REDIS_READY: _STORE,
    TenantCondition.SUSPENDED: {
        _T.NOT_SUSPENDED: _no("The Tenant is in use."),
        _T.SUSPENDING: _no("Models and stores are stopping."),
        _T.SUSPENDED: _yes("Models and stores are stopped; data stays."),
        _T.RESUMING: _no("Models and stores are starting again."),
    },
    TenantCondition.READY: {
        _T.PROVISIONED: _yes("All that the spec asks for is in place."),
        _T.PROVISIONING: _no("Not all is in place yet."),
        _T.NAMESPACE_NOT_READY: _no("See NamespaceReady."),
        _T.QUOTA_NOT_READY: _no("See QuotaReady."),
        _T.NETWORK_NOT_READY: _no("See NetworkReady."),
        _T.ACCESS_NOT_READY: _no("See AccessReady."),
        _T.POSTGRES_NOT_READY: _no("See PostgresReady."),
        _T.REDIS_NOT_READY: _no("See RedisReady."),
        _T.SUSPENDED: _no("The Tenant is suspended."),
        _T.OFFBOARDING: _no("The Tenant is leaving."),
    },
}
