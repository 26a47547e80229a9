"""Gathers what one run needs to know: from the watch cache where it can, by GET where we may not watch."""

import dataclasses
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from freehold_crds import Tenant
from freehold_operator.controller import Services
from freehold_operator.kube import kinds, labels
from freehold_operator.kube.kinds import ObjectKey
from freehold_operator.tenant.credentials import AUTHORITY_SECRET, NAMES, wanted_stores
from freehold_operator.tenant.observed import Observed
from freehold_operator.tenant.resources.manifest import COMPONENT, place_of
from freehold_operator.tenant.trouble import is_up

Raw = dict[str, Any]

CHILD_KINDS = (
    kinds.ROLE_BINDING,
    kinds.RESOURCE_QUOTA,
    kinds.LIMIT_RANGE,
    kinds.NETWORK_POLICY,
    kinds.SERVICE,
    kinds.STATEFUL_SET,
    kinds.VOLUME_CLAIM,
)
SECRET_NAMES = (AUTHORITY_SECRET, *(name for names in NAMES.values() for name in names))


def now_of(services: Services) -> datetime:
    """The moment of this run."""
    return datetime.fromisoformat(services.now())


async def live_namespace(services: Services, tenant: Tenant) -> Raw | None:
    """The Tenant's namespace, whosever it is. By GET: the cache holds only ours, and may hold one that is gone."""
    return await services.api.get(kinds.NAMESPACE, place_of(tenant).namespace)


def children(services: Services, tenant: Tenant) -> tuple[Raw, ...]:
    """What carries the Tenant's labels, in its own namespace."""
    key = ObjectKey("Tenant", "", tenant.metadata.name)
    namespace = place_of(tenant).namespace
    owned = services.store.owned(key, CHILD_KINDS)
    return tuple(body for body in owned if body["metadata"].get("namespace") == namespace)


def blindly(services: Services, tenant: Tenant, namespace: Raw | None) -> Observed:
    """What the watches know, which is all but Secrets."""
    models = services.store.in_namespace(kinds.MODEL, place_of(tenant).namespace)
    return Observed(
        tenant=tenant,
        now=now_of(services),
        namespace=namespace,
        children=children(services, tenant),
        models=len(models),
        models_up=sum(1 for model in models if _has_pods(model)),
    )


async def inside(services: Services, tenant: Tenant, namespace: Raw | None) -> Observed:
    """The whole picture; needs our access in the namespace. Raises `errors.ApiError`."""
    observed = blindly(services, tenant, namespace)
    return dataclasses.replace(observed, secrets=await _secrets(services, tenant, observed.children))


def forget_secrets(services: Services, tenant: Tenant) -> None:
    """Nothing watches Secrets: what the cache holds of them is true for one run, and no longer in memory after it."""
    for name in SECRET_NAMES:
        services.store.remove(kinds.SECRET, place_of(tenant).namespace, name)


async def pods_of_waiting_stores(services: Services, tenant: Tenant) -> dict[str, tuple[Raw, ...]]:
    """The pods of each requested store that is not up, to say why; nothing is asked once all are."""
    found: dict[str, tuple[Raw, ...]] = {}
    for component in wanted_stores(tenant):
        place = place_of(tenant)
        name = NAMES[component][0]
        if is_up(services.store.get(kinds.STATEFUL_SET, place.namespace, name)):
            continue
        wanted = {labels.MANAGED_BY: labels.MANAGER, COMPONENT: component}
        found[component] = tuple(await services.api.list(kinds.POD, place.namespace, wanted))
    return found


async def _secrets(services: Services, tenant: Tenant, live: Iterable[Raw]) -> dict[str, Raw]:
    """Our Secrets there, by GET of a closed set of names: we may not list any. None where no store ever was."""
    place = place_of(tenant)
    had_stores = any(body["kind"] in {"Service", "StatefulSet"} for body in live)
    status = tenant.status
    if not (wanted_stores(tenant) or had_stores or status.postgres or status.redis):
        return {}
    forget_secrets(services, tenant)
    found = {}
    for name in SECRET_NAMES:
        body = await services.api.get(kinds.SECRET, name, place.namespace)
        if body is not None:
            services.store.put(kinds.SECRET, body)  # so that applying it need not ask again
        if body is not None and labels.is_ours(body):
            found[name] = body
    return found


def _has_pods(model: Raw) -> bool:
    return bool(((model.get("status") or {}).get("replicas") or {}).get("current", 0))
