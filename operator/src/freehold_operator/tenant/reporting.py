"""Writes what a run saw: the status, if it says anything new, and an Event per transition worth telling."""

from collections.abc import Mapping, Sequence
from typing import Any

from freehold_crds import Tenant, TenantCondition
from freehold_operator.conditions import Condition, transitions, without_times
from freehold_operator.controller import Services
from freehold_operator.kube import kinds
from freehold_operator.kube.apply import apply_status
from freehold_operator.tenant.credentials import NAMES, wanted_stores
from freehold_operator.tenant.observed import Observed
from freehold_operator.tenant.plan import CONDITIONS
from freehold_operator.tenant.provisioning import Outcome
from freehold_operator.tenant.refusal import Refusal
from freehold_operator.tenant.resources import quota
from freehold_operator.tenant.resources.manifest import place_of
from freehold_operator.tenant.status import Seen, StoreView, conditions, folded, is_alarming
from freehold_operator.tenant.trouble import explained, is_down, is_up, quota_shortage

Raw = dict[str, Any]
Pods = Mapping[str, Sequence[Raw]]


def seen_outside(tenant: Tenant, namespace: Raw | None, refusal: Refusal | None) -> Seen:
    """What can be said about a Tenant that has no namespace of its own."""
    return Seen(
        generation=tenant.metadata.generation,
        namespace=place_of(tenant).namespace,
        namespace_there=namespace is not None,
        namespace_refusal=refusal,
        stores={CONDITIONS[name]: StoreView(up=False, down=True) for name in wanted_stores(tenant)},
        suspended=tenant.spec.suspend,
    )


def seen_inside(services: Services, observed: Observed, outcome: Outcome, pods: Pods) -> Seen:
    """What can be said after a run inside the namespace."""
    tenant = observed.tenant
    return Seen(
        generation=tenant.metadata.generation,
        namespace=place_of(tenant).namespace,
        namespace_there=True,
        failed=outcome.failed,
        waiting=frozenset(outcome.waiting),
        stores={CONDITIONS[name]: _store_view(services, tenant, name, pods) for name in wanted_stores(tenant)},
        suspended=tenant.spec.suspend,
        models_counted=quota.counts_models(observed.child("ResourceQuota", quota.NAME)),
        models=observed.models,
        models_up=observed.models_up,
    )


async def report(services: Services, raw: Raw, seen: Seen) -> None:
    """Write the status if it differs, then the Events. Raises `errors.OperatorError`."""
    before: Raw = raw.get("status") or {}
    after = folded(seen, before, services.now())
    if without_times(after) == without_times(before):
        return
    head = {key: raw[key] for key in ("apiVersion", "kind")} | {"metadata": {"name": raw["metadata"]["name"]}}
    await apply_status(services.api, services.store, head | {"status": after})
    for condition in transitions(before.get("conditions") or [], conditions(seen, before)):
        if _is_worth_telling(before, condition):
            await services.events.record(raw, condition, warning=is_alarming(condition))


def _is_worth_telling(before: Raw, condition: Condition) -> bool:
    """A new Tenant's eight conditions would bury the one that matters: at first only Ready and trouble are told."""
    known = any(item["type"] == condition.type for item in before.get("conditions") or [])
    return known or condition.type == TenantCondition.READY or is_alarming(condition)


def _store_view(services: Services, tenant: Tenant, component: str, pods: Pods) -> StoreView:
    name, namespace = NAMES[component][0], place_of(tenant).namespace
    live = services.store.get(kinds.STATEFUL_SET, namespace, name)
    found = pods.get(component, ())
    shortage = "" if found else quota_shortage(live, services.store.in_namespace(kinds.RESOURCE_QUOTA, namespace))
    return StoreView(up=is_up(live), down=is_down(live), trouble=shortage or explained(name, found))
