"""What should exist for a Tenant, step by step: each step has its own condition, and a failing one stops no other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from freehold_crds import Tenant, TenantCondition
from freehold_operator.desired import Plan, unplanned
from freehold_operator.kube import labels
from freehold_operator.tenant.credentials import AUTHORITY_SECRET, NAMES, Material, wanted_stores
from freehold_operator.tenant.observed import Observed
from freehold_operator.tenant.policies import image_refusal
from freehold_operator.tenant.refusal import Refusal
from freehold_operator.tenant.resources import access, postgres, quota, store, valkey, walls
from freehold_operator.tenant.resources.manifest import (
    ACCESS,
    COMPONENT,
    NETWORK,
    POSTGRES,
    QUOTA,
    REDIS,
    place_of,
)

Raw = dict[str, Any]

CONTROL_ACCOUNT = "freehold-control"
IMAGES = {POSTGRES: "postgres", REDIS: "valkey"}
CONDITIONS = {POSTGRES: TenantCondition.POSTGRES_READY, REDIS: TenantCondition.REDIS_READY}
# Without these a store's Secrets would be gone before its server, or its server found by name without them.
REMOVAL_ORDER = ("StatefulSet", "Secret", "Service")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The installation as far as a Tenant's children name it."""

    release_namespace: str
    store_images: Mapping[str, str]
    tenant_account: str
    model_account: str


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the end state that succeeds or fails as one."""

    condition: TenantCondition
    plan: Plan = field(default_factory=Plan)
    refusal: Refusal | None = None


def controllers(tenant: Tenant, around: Surroundings) -> Step:
    """The first step after the namespace: without it nothing else in there can be written."""
    return Step(TenantCondition.ACCESS_READY, Plan(apply=_controller_bindings(tenant, around)))


def steps(observed: Observed, around: Surroundings) -> tuple[Step, ...]:
    """The steps that need nothing secret."""
    return _quota(observed), _network(observed, around), _access(observed, around)


def store_steps(observed: Observed, around: Surroundings, material: Material | None) -> tuple[Step, ...]:
    """The stores, last: they take longest and matter least to the walls. `observed.secrets` must have been read."""
    return tuple(_store(observed, around, material, component) for component in (REDIS, POSTGRES))


def _quota(observed: Observed) -> Step:
    limits = quota.limit_range(observed.tenant)
    overlooked = quota.is_overlooked(observed.child("ResourceQuota", quota.NAME), observed.tenant, observed.now)
    counted = () if overlooked else (quota.resource_quota(observed.tenant),)
    wanted = (*counted, *((limits,) if limits else ()))
    return Step(TenantCondition.QUOTA_READY, _replacing(observed, QUOTA, wanted))


def _network(observed: Observed, around: Surroundings) -> Step:
    spec = observed.tenant.spec
    exposed = {POSTGRES: spec.postgres.expose_to_models, REDIS: spec.redis.expose_to_models}
    stores = {name: exposed[name] for name in wanted_stores(observed.tenant)}
    wanted = walls.walls(observed.tenant, around.release_namespace, stores)
    return Step(TenantCondition.NETWORK_READY, _replacing(observed, NETWORK, wanted))


def _access(observed: Observed, around: Surroundings) -> Step:
    """People's access ends with the Tenant; the controllers keep theirs, or Models could not be stopped."""
    tenant = observed.tenant
    own = _controller_bindings(tenant, around)
    control = access.control_binding(tenant, around.release_namespace, CONTROL_ACCOUNT)
    people = () if observed.leaves else (control, *access.access_bindings(tenant))
    return Step(TenantCondition.ACCESS_READY, _replacing(observed, ACCESS, (*own, *people)))


def _store(observed: Observed, around: Surroundings, material: Material | None, component: str) -> Step:
    condition = CONDITIONS[component]
    if material is None or component not in material.stores:
        return Step(condition, Plan(delete=_remains(observed, component)))
    image = around.store_images.get(IMAGES[component]) or _running_image(observed, component)
    if not image:
        # One who leaves need not be told which setting is missing: there is nothing to stop.
        return Step(condition, refusal=None if observed.leaves else image_refusal(IMAGES[component]))
    authority = {"ca.crt": material.authority.certificate, "ca.key": material.authority.key}
    builder = postgres.children if component == POSTGRES else valkey.children
    wanted = (
        store.secret(place_of(observed.tenant), AUTHORITY_SECRET, "authority", authority),
        *builder(observed.tenant, image, material.stores[component], running=not observed.stopped),
    )
    return Step(condition, Plan(apply=wanted))


def _running_image(observed: Observed, component: str) -> str:
    """What the server runs now: it goes on, and can be stopped, when the setting that named its image is gone."""
    live = observed.child("StatefulSet", NAMES[component][0])
    return str(live["spec"]["template"]["spec"]["containers"][0]["image"]) if live else ""


def _remains(observed: Observed, component: str) -> tuple[Raw, ...]:
    """What a store that is no longer asked for leaves: all but its volume, which is the Tenant's data."""
    names = set(NAMES[component]) | (set() if wanted_stores(observed.tenant) else {AUTHORITY_SECRET})
    kept_secrets = [body for name, body in observed.secrets.items() if name in names]
    live = [*_of(observed, component), *kept_secrets]
    goes = [body for body in live if body["kind"] in REMOVAL_ORDER]
    return tuple(sorted(goes, key=lambda body: REMOVAL_ORDER.index(body["kind"])))


def _controller_bindings(tenant: Tenant, around: Surroundings) -> tuple[Raw, ...]:
    accounts = {
        "freehold-tenant-controller-ns": around.tenant_account,
        "freehold-model-controller-ns": around.model_account,
    }
    return access.controller_bindings(tenant, around.release_namespace, accounts)


def _replacing(observed: Observed, component: str, wanted: tuple[Raw, ...]) -> Plan:
    return Plan(apply=wanted, delete=unplanned(_of(observed, component), wanted))


def _of(observed: Observed, component: str) -> list[Raw]:
    return [body for body in observed.children if labels.labels_of(body).get(COMPONENT) == component]
