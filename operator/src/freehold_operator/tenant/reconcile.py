"""Makes one Tenant true: namespace first, then our own access to it, then every other step on its own."""

from typing import Any

from freehold_crds import InvalidResourceError, Tenant, parse_tenant
from freehold_operator import errors
from freehold_operator.controller import Services
from freehold_operator.desired import Plan
from freehold_operator.kube import comparison, kinds, labels
from freehold_operator.kube.kinds import ObjectKey
from freehold_operator.queue import GONE
from freehold_operator.tenant import finalizer, observe, policies
from freehold_operator.tenant.departing import depart
from freehold_operator.tenant.policies import Claim
from freehold_operator.tenant.provisioning import Outcome, provision
from freehold_operator.tenant.refusal import Refusal
from freehold_operator.tenant.reporting import report, seen_inside, seen_outside
from freehold_operator.tenant.resources import namespace as namespaces
from freehold_operator.tenant.resources.manifest import place_of
from freehold_operator.tenant.status import Seen

Raw = dict[str, Any]

# Seconds. A namespace that is not ours yet is not watched, and pods are not watched at all: both are asked for.
SETTLING_SECONDS, TERMINATING_SECONDS, STORES_SECONDS, REFUSED_SECONDS, FAILED_SECONDS = 0.5, 2.0, 5.0, 10.0, 30.0
UNCOUNTED_SECONDS = 2.0


async def reconcile(services: Services, key: ObjectKey) -> float | None:
    """One run over one Tenant; answers when to look again. Raises `errors.OperatorError`."""
    raw = services.store.get(kinds.TENANT, "", key.name) or await services.api.get(kinds.TENANT, key.name)
    if raw is None:
        return GONE
    tenant = _parsed(raw)
    claim = _claim(services, tenant)
    if tenant.metadata.deletion_timestamp is not None:
        return await depart(services, raw, tenant, claim)
    return await _keep(services, await finalizer.ensure(services, raw), tenant, claim)


async def _keep(services: Services, raw: Raw, tenant: Tenant, claim: Claim) -> float | None:
    live = await observe.live_namespace(services, tenant)
    if refusal := policies.namespace_refusal(claim, live) or await _pods_refusal(services, tenant, claim, live):
        await report(services, raw, seen_outside(tenant, live, refusal))
        return TERMINATING_SECONDS if live and live["metadata"].get("deletionTimestamp") else REFUSED_SECONDS
    namespace = await _namespace(services, tenant, live)
    observed, outcome = await provision(services, tenant, namespace)
    asks = not (tenant.spec.suspend or outcome.settling)
    pods = await observe.pods_of_waiting_stores(services, tenant) if asks else {}
    seen = seen_inside(services, observed, outcome, pods)
    await report(services, raw, seen)
    return _look_again(outcome, seen)


async def _pods_refusal(services: Services, tenant: Tenant, claim: Claim, live: Raw | None) -> Refusal | None:
    """Asked only of a namespace about to be taken over. Raises `errors.ApiError`."""
    if live is None or labels.is_ours(live):
        return None
    wanted = comparison.marked(namespaces.namespace(tenant))
    return policies.pods_refusal(claim, await services.api.warnings_of(wanted))


async def _namespace(services: Services, tenant: Tenant, live: Raw | None) -> Raw:
    """The namespace, made or taken over if need be. Raises `errors.ApiError`.

    A new one is created, not applied: applying would silently take one that somebody else made since we looked.
    """
    if live is None:
        live = await services.api.create(namespaces.new_namespace(tenant))
    wanted = namespaces.namespace(tenant)
    if labels.is_ours(live):
        services.store.put(kinds.NAMESPACE, live)
        await services.applier.carry_out(Plan(apply=(wanted,)))
        return live
    taken = await services.api.apply(comparison.marked(wanted))
    services.store.put(kinds.NAMESPACE, taken)
    return taken


def _look_again(outcome: Outcome, seen: Seen) -> float | None:
    if outcome.waiting:
        return SETTLING_SECONDS
    if outcome.failed:
        return FAILED_SECONDS
    if not seen.models_counted:
        return UNCOUNTED_SECONDS
    stores_move = any(not (view.down if seen.suspended else view.up) for view in seen.stores.values())
    return STORES_SECONDS if stores_move or (seen.suspended and seen.models_up) else None


def _claim(services: Services, tenant: Tenant) -> Claim:
    name = place_of(tenant).namespace
    return Claim(
        tenant=tenant.metadata.name,
        uid=tenant.metadata.uid,
        namespace=name,
        adopt=tenant.spec.namespace.adopt,
        held=tenant.status.namespace == name,
        release_namespace=services.settings.release_namespace,
    )


def _parsed(raw: Raw) -> Tenant:
    try:
        return parse_tenant(raw)
    except InvalidResourceError as error:
        raise errors.GiveUp("Invalid", str(error)) from error
