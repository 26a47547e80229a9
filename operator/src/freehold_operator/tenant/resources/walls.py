"""Network walls: nothing passes but what is named here.

A policy that allows nothing carries `policyTypes` alone: an empty `ingress: []` would bump the object's generation on
every apply, and 0 writes at rest would never be reached.
"""

from collections.abc import Mapping
from typing import Any

from freehold_crds import Tenant
from freehold_crds.v1alpha1.tenant import Egress, Isolation
from freehold_operator.kube import labels
from freehold_operator.tenant.resources.manifest import COMPONENT, NETWORK, POSTGRES, REDIS, Raw, place_of

STORE_PORTS = {POSTGRES: 5432, REDIS: 6379}
NAMESPACE_LABEL = "kubernetes.io/metadata.name"
ENGINE_PORT = "http"  # the name of every engine's port, whatever its number
NODE_LOCAL_DNS = "169.254.20.10/32"  # its pods are on the host network, where a namespace selector sees nothing


def walls(tenant: Tenant, release_namespace: str, stores: Mapping[str, bool]) -> tuple[Raw, ...]:
    """The policies of a Tenant; `stores` holds each store that runs and whether Models may reach it."""
    isolation = tenant.spec.network.isolation
    guarded = [_store_door(tenant, store, exposed=exposed) for store, exposed in stores.items()]
    if isolation == Isolation.NONE:
        return tuple(guarded)
    own = [_own_pods(tenant)] if isolation == Isolation.NAMESPACE else []
    out = [_way_out(tenant, tenant.spec.network.egress)] if tenant.spec.network.egress else []
    ways = [_way_to_store(tenant, store, exposed=exposed) for store, exposed in stores.items()]
    return (_deny_all(tenant), _dns(tenant), _gateway_in(tenant, release_namespace), *own, *out, *ways, *guarded)


def _policy(tenant: Tenant, name: str, selector: Raw, **rules: Any) -> Raw:
    types = [word for word, key in (("Ingress", "ingress"), ("Egress", "egress")) if key in rules]
    spec = {"podSelector": selector, "policyTypes": types or ["Ingress", "Egress"], **rules}
    place = place_of(tenant)
    return place.child("networking.k8s.io/v1", "NetworkPolicy", f"freehold-{name}", NETWORK, spec=spec)


def _deny_all(tenant: Tenant) -> Raw:
    return _policy(tenant, "deny-all", {})


def _dns(tenant: Tenant) -> Raw:
    servers = [_namespace_peer("kube-system"), {"ipBlock": {"cidr": NODE_LOCAL_DNS}}]
    return _policy(tenant, "dns", {}, egress=[{"to": servers, "ports": [_port(53, "UDP"), _port(53)]}])


def _gateway_in(tenant: Tenant, release_namespace: str) -> Raw:
    gateway = _namespace_peer(release_namespace) | {"podSelector": {"matchLabels": {labels.ROLE: "gateway"}}}
    engines = {"matchExpressions": [{"key": labels.MODEL, "operator": "Exists"}]}
    return _policy(tenant, "gateway", engines, ingress=[{"from": [gateway], "ports": [_port(ENGINE_PORT)]}])


def _own_pods(tenant: Tenant) -> Raw:
    neighbours: list[Raw] = [{"podSelector": {}}]
    return _policy(tenant, "own-pods", {}, ingress=[{"from": neighbours}], egress=[{"to": neighbours}])


def _way_out(tenant: Tenant, destinations: tuple[Egress, ...]) -> Raw:
    return _policy(tenant, "egress", _no_stores(), egress=[_destination(item) for item in destinations])


def _destination(item: Egress) -> Raw:
    rule: Raw = {"to": [{"ipBlock": {"cidr": item.cidr}}]}
    return rule | ({"ports": [_port(port) for port in item.ports]} if item.ports else {})


def _way_to_store(tenant: Tenant, store: str, *, exposed: bool) -> Raw:
    rule = {"to": [{"podSelector": _store_pods(store)}], "ports": [_port(STORE_PORTS[store])]}
    return _policy(tenant, f"to-{store}", _clients(exposed=exposed), egress=[rule])


def _store_door(tenant: Tenant, store: str, *, exposed: bool) -> Raw:
    rule = {"from": [{"podSelector": _clients(exposed=exposed)}], "ports": [_port(STORE_PORTS[store])]}
    return _policy(tenant, store, _store_pods(store), ingress=[rule])


def _store_pods(store: str) -> Raw:
    return {"matchLabels": {COMPONENT: store, labels.MANAGED_BY: labels.MANAGER}}


def _no_stores() -> Raw:
    return {"matchExpressions": [{"key": COMPONENT, "operator": "NotIn", "values": list(STORE_PORTS)}]}


def _clients(*, exposed: bool) -> Raw:
    """Pods that may use a store: never another store, and a Model's only if the Tenant says so."""
    models = [] if exposed else [{"key": labels.MODEL, "operator": "DoesNotExist"}]
    return {"matchExpressions": [*_no_stores()["matchExpressions"], *models]}


def _namespace_peer(name: str) -> Raw:
    return {"namespaceSelector": {"matchLabels": {NAMESPACE_LABEL: name}}}


def _port(port: int | str, protocol: str = "TCP") -> Raw:
    return {"protocol": protocol, "port": port}
