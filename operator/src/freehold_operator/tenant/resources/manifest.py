"""The frame every child of a Tenant shares, so that no builder can forget the labels it is found by."""

from dataclasses import dataclass
from typing import Any

from freehold_crds import Tenant
from freehold_operator.kube import labels

Raw = dict[str, Any]

# Values of app.kubernetes.io/component. They say which step of a Tenant a child belongs to.
NAMESPACE, QUOTA, NETWORK, ACCESS, POSTGRES, REDIS = "namespace", "quota", "network", "access", "postgres", "redis"
COMPONENT = "app.kubernetes.io/component"


@dataclass(frozen=True, slots=True)
class Place:
    """Whose child and where: `Place("acme", "tenant-acme")`."""

    tenant: str
    namespace: str

    def child(self, api_version: str, kind: str, name: str, component: str, **body: Any) -> Raw:
        """One manifest in this place; `body` is everything beside its metadata."""
        metadata = {
            "name": name,
            "namespace": self.namespace,
            "labels": labels.tenant_labels(self.tenant, component),
        }
        return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **body}


def namespace_name(tenant: Tenant) -> str:
    """The one namespace a Tenant means, whether it exists or not."""
    return tenant.spec.namespace.name or f"tenant-{tenant.metadata.name}"


def place_of(tenant: Tenant) -> Place:
    """Where this Tenant's children live."""
    return Place(tenant.metadata.name, namespace_name(tenant))
