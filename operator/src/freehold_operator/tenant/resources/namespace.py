"""The Tenant's namespace: its marks, and the Pod Security level that everything in it must meet."""

from collections.abc import Mapping

from freehold_crds import Tenant
from freehold_operator.kube import labels
from freehold_operator.tenant.policies import RELEASED, TENANT_UID
from freehold_operator.tenant.resources.manifest import NAMESPACE, Raw, namespace_name

# Pinned to the oldest Kubernetes we support: a newer `restricted` must not refuse pods because a node was upgraded.
POD_SECURITY_VERSION = "v1.34"


def new_namespace(tenant: Tenant) -> Raw:
    """What is created first: only what never goes away again, because a creator owns its fields for good."""
    return _namespace(tenant, {})


def namespace(tenant: Tenant) -> Raw:
    """The namespace of a living Tenant."""
    return _namespace(tenant, tenant.spec.namespace.labels or {})


def released_namespace(tenant: Tenant) -> Raw:
    """The same when its Tenant leaves it behind: still walled, free to be adopted by a Tenant of that name."""
    return _namespace(tenant, {**(tenant.spec.namespace.labels or {}), RELEASED: tenant.metadata.name})


def _namespace(tenant: Tenant, further: Mapping[str, str]) -> Raw:
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": namespace_name(tenant),
            "labels": dict(further) | labels.tenant_labels(tenant.metadata.name, NAMESPACE) | _pod_security(),
            "annotations": {TENANT_UID: tenant.metadata.uid},
        },
    }


def _pod_security() -> dict[str, str]:
    modes = ("enforce", "audit", "warn")
    levels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in modes}
    return levels | {f"pod-security.kubernetes.io/{mode}-version": POD_SECURITY_VERSION for mode in modes}
