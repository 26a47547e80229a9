"""Folds what was seen and what could not be done into a Tenant's status: one pure function of one frozen input."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from freehold_crds import TenantCondition, TenantPhase, TenantReason
from freehold_operator.conditions import Condition, fold
from freehold_operator.tenant.refusal import Refusal

Raw = dict[str, Any]
T, R = TenantCondition, TenantReason

PROGRESS = {R.CREATING, R.APPLYING, R.PROVISIONING, R.RESUMING, R.TERMINATING, R.SUSPENDING}
# Of these reasons nobody needs to be warned.
CALM = PROGRESS | {R.HIBERNATED, R.SUSPENDED, R.NOT_SUSPENDED, R.OFFBOARDING}
NOT_READY = {
    T.NAMESPACE_READY: R.NAMESPACE_NOT_READY,
    T.QUOTA_READY: R.QUOTA_NOT_READY,
    T.NETWORK_READY: R.NETWORK_NOT_READY,
    T.ACCESS_READY: R.ACCESS_NOT_READY,
    T.POSTGRES_READY: R.POSTGRES_NOT_READY,
    T.REDIS_READY: R.REDIS_NOT_READY,
}
APPLIED = {
    T.QUOTA_READY: "quota and limits are in force",
    T.NETWORK_READY: "the network walls stand",
    T.ACCESS_READY: "access is as the spec says",
}
UNCOUNTED = "waits until Kubernetes counts Models; it looks for new kinds every 30 s"
STORES = {T.POSTGRES_READY: "PostgreSQL", T.REDIS_READY: "Valkey"}


@dataclass(frozen=True, slots=True)
class StoreView:
    """How one requested store is: up, at zero, or why not yet."""

    up: bool
    down: bool
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """All that a Tenant's status depends on.

    `failed` holds the steps that were refused; `waiting` those that the API server does not let us do yet;
    `models_counted` is False while the cluster does not count against the quota yet; `leaving` the sentence about a
    Tenant that was deleted.
    """

    generation: int
    namespace: str
    namespace_there: bool
    namespace_refusal: Refusal | None = None
    failed: Mapping[TenantCondition, Refusal] = field(default_factory=dict)
    waiting: frozenset[TenantCondition] = frozenset()
    stores: Mapping[TenantCondition, StoreView] = field(default_factory=dict)
    suspended: bool = False
    models_counted: bool = True
    models: int = 0
    models_up: int = 0
    leaving: str = ""
    offboarding: Raw | None = None


def folded(seen: Seen, before: Raw, now: str) -> Raw:
    """The status to write; `before` is the one that is there, `now` is RFC 3339."""
    wanted = conditions(seen, before)
    status: Raw = {
        "observedGeneration": seen.generation,
        "phase": phase(seen, before, wanted).value,
        "conditions": fold(before.get("conditions") or [], wanted, seen.generation, now),
        "usage": {"models": seen.models},
    }
    if _holds_namespace(seen, before):
        status["namespace"] = seen.namespace
    if T.POSTGRES_READY in seen.stores:
        status["postgres"] = {"mode": "Dedicated"}
    if T.REDIS_READY in seen.stores:
        status["redis"] = {"mode": "Dedicated"}
    if seen.offboarding:
        status["offboarding"] = seen.offboarding
    return status


def conditions(seen: Seen, before: Raw) -> tuple[Condition, ...]:
    """All conditions, Ready last."""
    parts = (
        _namespace(seen),
        *(_applied(seen, condition) for condition in APPLIED),
        *(_store(seen, condition) for condition in STORES),
    )
    suspended = _suspended(seen, before, parts)
    return (*parts, suspended, _ready(seen, before, (*parts, suspended)))


def phase(seen: Seen, before: Raw, wanted: tuple[Condition, ...]) -> TenantPhase:
    """The state in one word."""
    by_type = {condition.type: condition for condition in wanted}
    if seen.leaving:
        return TenantPhase.OFFBOARDING
    if seen.suspended and by_type[T.NAMESPACE_READY].status:
        return TenantPhase.SUSPENDED
    if by_type[T.READY].status:
        return TenantPhase.READY
    if _was_up(before):
        return TenantPhase.DEGRADED
    if any(not condition.status and condition.reason not in CALM for condition in wanted[:-1]):
        return TenantPhase.FAILED
    return TenantPhase.PROVISIONING if seen.namespace_there else TenantPhase.PENDING


def is_alarming(condition: Condition) -> bool:
    """True when an Event about this transition should be a warning."""
    if condition.type == T.READY:
        return not condition.status and condition.reason in NOT_READY.values()
    return not condition.status and condition.reason not in CALM


def _namespace(seen: Seen) -> Condition:
    if seen.namespace_refusal:
        refusal = seen.namespace_refusal
        return Condition(T.NAMESPACE_READY, False, refusal.reason, refusal.message)
    if not seen.namespace_there:
        return Condition(T.NAMESPACE_READY, False, R.CREATING, f"namespace {seen.namespace} is being made")
    return Condition(T.NAMESPACE_READY, True, R.ACTIVE, f"namespace {seen.namespace}")


def _applied(seen: Seen, condition: TenantCondition) -> Condition:
    if refusal := seen.failed.get(condition):
        return Condition(condition, False, refusal.reason, refusal.message)
    if not seen.namespace_there or seen.namespace_refusal:
        return Condition(condition, False, R.APPLYING, "waits for the namespace")
    if condition in seen.waiting:
        return Condition(condition, False, R.APPLYING, "waits until the API server grants our access there")
    if condition == T.QUOTA_READY and not seen.models_counted:
        return Condition(condition, False, R.APPLYING, UNCOUNTED)
    return Condition(condition, True, R.APPLIED, APPLIED[condition])


def _store(seen: Seen, condition: TenantCondition) -> Condition:
    name, view = STORES[condition], seen.stores.get(condition)
    if refusal := seen.failed.get(condition):
        return Condition(condition, False, refusal.reason, refusal.message)
    if view is None:
        return Condition(condition, True, R.NOT_REQUESTED, f"no {name} is asked for")
    if seen.suspended or seen.leaving:
        return Condition(condition, False, R.HIBERNATED, f"{name} is stopped; its data stays")
    if view.up and condition not in seen.waiting:
        return Condition(condition, True, R.PROVISIONED, f"{name} answers")
    return Condition(condition, False, R.PROVISIONING, view.trouble or f"{name} starts")


def _suspended(seen: Seen, before: Raw, parts: tuple[Condition, ...]) -> Condition:
    if seen.suspended:
        if seen.models_up or not all(view.down for view in seen.stores.values()):
            return Condition(T.SUSPENDED, False, R.SUSPENDING, "Models and stores stop")
        return Condition(
            T.SUSPENDED, True, R.SUSPENDED, "Models and stores are stopped; set suspend to false to resume"
        )
    stores_up = all(condition.status for condition in parts if condition.type in STORES)
    if not stores_up and not seen.leaving and _reason(before, T.SUSPENDED) in {R.SUSPENDED, R.SUSPENDING, R.RESUMING}:
        return Condition(T.SUSPENDED, False, R.RESUMING, "stores start again")
    return Condition(T.SUSPENDED, False, R.NOT_SUSPENDED)


def _ready(seen: Seen, before: Raw, parts: tuple[Condition, ...]) -> Condition:
    if seen.leaving:
        return Condition(T.READY, False, R.OFFBOARDING, seen.leaving)
    bad = next((part for part in parts if not part.status and part.type in NOT_READY), None)
    if seen.suspended and (bad is None or bad.reason == R.HIBERNATED):
        return Condition(T.READY, False, R.SUSPENDED, "suspended: Models and stores are stopped")
    if bad is None:
        return Condition(T.READY, True, R.PROVISIONED, f"namespace {seen.namespace} is provisioned")
    first_time = bad.reason in PROGRESS and not _was_up(before)
    reason = R.PROVISIONING if first_time else NOT_READY[TenantCondition(bad.type)]
    return Condition(T.READY, False, reason, bad.message)


def _holds_namespace(seen: Seen, before: Raw) -> bool:
    """Also while it is gone or going: it is made anew then. Never once it is another's."""
    if seen.namespace_refusal is not None:
        return seen.namespace_refusal.reason == R.TERMINATING and bool(before.get("namespace"))
    return seen.namespace_there or bool(before.get("namespace"))


def _was_up(before: Raw) -> bool:
    return before.get("phase") in {TenantPhase.READY, TenantPhase.DEGRADED}


def _reason(before: Raw, condition: TenantCondition) -> str | None:
    for item in before.get("conditions") or []:
        if item["type"] == condition:
            return str(item["reason"])
    return None
