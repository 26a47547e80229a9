"""Lets a deleted Tenant go, step by step; every step is written down before the next, so a restart carries on."""

import dataclasses
from typing import Any

from freehold_crds import Tenant, TenantCondition, TenantReason
from freehold_operator import errors
from freehold_operator.conditions import Condition
from freehold_operator.controller import Services
from freehold_operator.desired import Plan
from freehold_operator.kube import kinds
from freehold_operator.queue import GONE
from freehold_operator.tenant import finalizer, observe, offboarding
from freehold_operator.tenant.observed import Observed
from freehold_operator.tenant.offboarding import Departure, OffboardingStep
from freehold_operator.tenant.plan import Step
from freehold_operator.tenant.policies import Claim, is_held
from freehold_operator.tenant.provisioning import Outcome, carry_out, provision
from freehold_operator.tenant.reporting import report, seen_inside, seen_outside
from freehold_operator.tenant.resources.manifest import place_of
from freehold_operator.tenant.resources.namespace import released_namespace
from freehold_operator.tenant.status import Seen

Raw = dict[str, Any]

ORPHANS = "freehold-orphans"
# What must have succeeded before a namespace is let go; a quota that never was valid keeps nobody.
STOPPING = {TenantCondition.ACCESS_READY, TenantCondition.POSTGRES_READY, TenantCondition.REDIS_READY}


async def depart(services: Services, raw: Raw, tenant: Tenant, claim: Claim) -> float:
    """One run over a deleted Tenant; answers when to look again. Raises `errors.OperatorError`."""
    if finalizer.CLEANUP not in (raw["metadata"].get("finalizers") or []):
        return GONE
    live = await observe.live_namespace(services, tenant)
    held = live if live is not None and is_held(claim, live) else None
    now = Observed(tenant, observe.now_of(services), held)
    move = offboarding.departure(now, services.settings.cleanup_deadline_seconds, holds_namespace=held is not None)
    if move.overdue and not move.finished:
        await _leave_behind(services, raw, tenant)
    if move.overdue or move.finished or held is None:
        await finalizer.remove(services, raw)
        return GONE
    await _advance(services, raw, tenant, held, move)
    return move.wait_seconds


async def _advance(services: Services, raw: Raw, tenant: Tenant, namespace: Raw, move: Departure) -> None:
    if move.step == OffboardingStep.DELETE_NAMESPACE:
        await _delete_namespace(services, raw, tenant, namespace, move)
        return
    if namespace["metadata"].get("deletionTimestamp"):
        await report(services, raw, _leaving(seen_outside(tenant, namespace, None), move, "the namespace is going"))
        return
    observed, outcome = await provision(services, tenant, namespace)
    await report(services, raw, _leaving(seen_inside(services, observed, outcome, {}), move, _sentence(move, outcome)))
    if move.step == OffboardingStep.RELEASE and not STOPPING & {*outcome.failed, *outcome.waiting}:
        await carry_out(services, [_release(tenant)], outcome)


def _release(tenant: Tenant) -> Step:
    return Step(TenantCondition.NAMESPACE_READY, Plan(apply=(released_namespace(tenant),)))


async def _delete_namespace(services: Services, raw: Raw, tenant: Tenant, namespace: Raw, move: Departure) -> None:
    """The step is on record before the first deletion: its deadline runs from here on."""
    sentence = f"namespace {place_of(tenant).namespace} is being deleted with all that is in it"
    await report(services, raw, _leaving(seen_outside(tenant, namespace, None), move, sentence))
    if not namespace["metadata"].get("deletionTimestamp"):
        metadata = namespace["metadata"]
        await services.api.delete(kinds.NAMESPACE, metadata["name"], "", metadata["uid"])


async def _leave_behind(services: Services, raw: Raw, tenant: Tenant) -> None:
    """Never stuck: what did not go in time is listed where administrators look, and the Tenant goes."""
    name, namespace = tenant.metadata.name, place_of(tenant).namespace
    line = f"namespace {namespace} did not go in time; stop and delete it by hand"
    patch: Raw = {"data": {f"{name}.{tenant.metadata.uid}": line}}
    try:
        await services.api.merge_patch(kinds.CONFIG_MAP, ORPHANS, services.settings.release_namespace, patch)
    except errors.NotFoundError:
        metadata = {"name": ORPHANS, "namespace": services.settings.release_namespace}
        await services.api.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, **patch})
    condition = Condition("Ready", False, TenantReason.OFFBOARDING, f"{line}; see ConfigMap {ORPHANS}")
    await services.events.record(raw, condition, warning=True)


def _sentence(move: Departure, outcome: Outcome) -> str:
    trouble = next((refusal.message for refusal in outcome.failed.values()), "")
    if trouble:
        return f"stopping everything failed and is tried again: {trouble}"
    if move.step == OffboardingStep.RELEASE:
        return "everything is stopped; the namespace and its data stay"
    return f"everything is stopped; the namespace and its data are deleted at {_text(move)}"


def _leaving(seen: Seen, move: Departure, sentence: str) -> Seen:
    progress = {"step": move.step.value, "deadline": _text(move)}
    return dataclasses.replace(seen, leaving=sentence, offboarding=progress)


def _text(move: Departure) -> str:
    return move.deadline.strftime("%Y-%m-%dT%H:%M:%SZ")
