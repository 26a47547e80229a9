"""Carries out a Tenant's steps so that one that fails stops no other, and remembers what became of each."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from freehold_crds import ConditionStatus, Tenant, TenantCondition, TenantReason
from freehold_operator import errors
from freehold_operator.controller import Services
from freehold_operator.kube import kinds
from freehold_operator.kube.apply import Applied
from freehold_operator.settings import Settings
from freehold_operator.tenant import observe, plan
from freehold_operator.tenant.credentials import material, wanted_stores
from freehold_operator.tenant.observed import Observed
from freehold_operator.tenant.plan import Step, Surroundings
from freehold_operator.tenant.refusal import Refusal
from freehold_operator.tenant.resources.manifest import place_of

Raw = dict[str, Any]

MESSAGE_LIMIT = 1000
SETTLING = timedelta(seconds=15)  # how long until every part of the API server knows a new RoleBinding or label
ALWAYS = frozenset({TenantCondition.QUOTA_READY, TenantCondition.NETWORK_READY, TenantCondition.ACCESS_READY})


@dataclass(slots=True)
class Outcome:
    """What a run's steps came to. `settling`: our access is so new that the API server may not know it yet."""

    settling: bool = False
    failed: dict[TenantCondition, Refusal] = field(default_factory=dict)
    waiting: set[TenantCondition] = field(default_factory=set)

    def note(self, condition: TenantCondition, error: errors.ApiError) -> None:
        """Remember an API server's refusal; raises it again when it concerns the whole run."""
        if isinstance(error, errors.UnreachableError | errors.ThrottledError | errors.NotFoundError):
            raise error
        if self.settling and isinstance(error, errors.ForbiddenError):
            self.waiting.add(condition)
        else:
            self.failed.setdefault(condition, Refusal(TenantReason.DENIED, str(error)[:MESSAGE_LIMIT]))


async def provision(services: Services, tenant: Tenant, namespace: Raw) -> tuple[Observed, Outcome]:
    """All steps behind the namespace. Raises `errors.ApiError` when the API server itself is in trouble."""
    around = surroundings(services.settings)
    now = observe.now_of(services)
    outcome = Outcome(settling=_is_new(tenant, now))
    await carry_out(services, [plan.controllers(tenant, around)], outcome)
    outcome.settling = outcome.settling or _was_bound_lately(services, tenant, now)
    if outcome.failed or outcome.waiting:
        outcome.waiting |= _conditions(tenant) - outcome.failed.keys()
        return observe.blindly(services, tenant, namespace), outcome
    await carry_out(services, plan.steps(observe.blindly(services, tenant, namespace), around), outcome)
    return await _provision_stores(services, tenant, namespace, outcome), outcome


async def _provision_stores(services: Services, tenant: Tenant, namespace: Raw, outcome: Outcome) -> Observed:
    """Apart from the rest: Secrets that cannot be read must not keep the walls from standing."""
    try:
        observed = await observe.inside(services, tenant, namespace)
    except errors.ApiError as error:
        for store in wanted_stores(tenant) or plan.CONDITIONS:
            outcome.note(plan.CONDITIONS[store], error)
        return observe.blindly(services, tenant, namespace)
    made = material(tenant, observed.secrets, observed.now)
    await carry_out(services, plan.store_steps(observed, surroundings(services.settings), made), outcome)
    observe.forget_secrets(services, tenant)
    return observed


async def carry_out(services: Services, steps: Iterable[Step], outcome: Outcome) -> None:
    """Do each step and note what was refused."""
    for step in steps:
        if step.refusal:
            outcome.failed[step.condition] = step.refusal
            continue
        try:
            applied = await services.applier.carry_out(step.plan)
        except errors.ApiError as error:
            outcome.note(step.condition, error)
            continue
        if applied.foreign:
            outcome.failed.setdefault(step.condition, _taken(applied))


def surroundings(settings: Settings) -> Surroundings:
    """The installation, from the settings."""
    return Surroundings(
        release_namespace=settings.release_namespace,
        store_images=settings.store_images,
        tenant_account=settings.tenant_account,
        model_account=settings.model_account,
    )


def _taken(applied: Applied) -> Refusal:
    body = applied.foreign[0]
    name = f"{body['kind']} {body['metadata']['name']}"
    return Refusal(TenantReason.NAME_TAKEN, f"{name} exists and is not Freehold's; delete or rename it")


def _conditions(tenant: Tenant) -> frozenset[TenantCondition]:
    return ALWAYS | {plan.CONDITIONS[store] for store in wanted_stores(tenant)}


def _is_new(tenant: Tenant, now: datetime) -> bool:
    """True while the namespace has been ours for a moment only."""
    for condition in tenant.status.conditions:
        if condition.type == TenantCondition.NAMESPACE_READY and condition.status == ConditionStatus.TRUE:
            return now - condition.last_transition_time < SETTLING
    return True


def _was_bound_lately(services: Services, tenant: Tenant, now: datetime) -> bool:
    bindings = services.store.in_namespace(kinds.ROLE_BINDING, place_of(tenant).namespace)
    times = [body["metadata"].get("creationTimestamp") for body in bindings]
    return any(now - datetime.fromisoformat(time) < SETTLING for time in times if time)
