"""Every kind this operator touches, with what a URL needs to name it."""

from dataclasses import dataclass
from typing import Any, NamedTuple

Raw = dict[str, Any]
"""One Kubernetes object as the API server speaks it."""


class ObjectKey(NamedTuple):
    """Names one object for the queue: `ObjectKey("Model", "tenant-acme", "smollm2")`."""

    kind: str
    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Kind:
    """One served kind: `Kind("apps", "v1", "deployments", "Deployment")`."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True

    @property
    def api_version(self) -> str:
        """As written in a manifest."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """The URL path of the collection, of one object, or of its subresource."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        place = f"/namespaces/{namespace}" if self.namespaced and namespace else ""
        tail = "".join(f"/{part}" for part in (name, subresource) if part)
        return f"{root}{place}/{self.plural}{tail}"


MODEL = Kind("freehold.dev", "v1alpha1", "models", "Model")
TENANT = Kind("freehold.dev", "v1alpha1", "tenants", "Tenant", namespaced=False)
NAMESPACE = Kind("", "v1", "namespaces", "Namespace", namespaced=False)
POD = Kind("", "v1", "pods", "Pod")
SERVICE = Kind("", "v1", "services", "Service")
SECRET = Kind("", "v1", "secrets", "Secret")
CONFIG_MAP = Kind("", "v1", "configmaps", "ConfigMap")
VOLUME_CLAIM = Kind("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim")
RESOURCE_QUOTA = Kind("", "v1", "resourcequotas", "ResourceQuota")
LIMIT_RANGE = Kind("", "v1", "limitranges", "LimitRange")
DEPLOYMENT = Kind("apps", "v1", "deployments", "Deployment")
STATEFUL_SET = Kind("apps", "v1", "statefulsets", "StatefulSet")
AUTOSCALER = Kind("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler")
DISRUPTION_BUDGET = Kind("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget")
NETWORK_POLICY = Kind("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy")
ROLE = Kind("rbac.authorization.k8s.io", "v1", "roles", "Role")
ROLE_BINDING = Kind("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding")
ENDPOINT_SLICE = Kind("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice")
EVENT = Kind("events.k8s.io", "v1", "events", "Event")
LEASE = Kind("coordination.k8s.io", "v1", "leases", "Lease")

ALL = (
    MODEL,
    TENANT,
    NAMESPACE,
    POD,
    SERVICE,
    SECRET,
    CONFIG_MAP,
    VOLUME_CLAIM,
    RESOURCE_QUOTA,
    LIMIT_RANGE,
    DEPLOYMENT,
    STATEFUL_SET,
    AUTOSCALER,
    DISRUPTION_BUDGET,
    NETWORK_POLICY,
    ROLE,
    ROLE_BINDING,
    ENDPOINT_SLICE,
    EVENT,
    LEASE,
)
BY_NAME = {(kind.api_version, kind.kind): kind for kind in ALL}


def kind_of(body: Raw) -> Kind:
    """The Kind of a manifest, from its apiVersion and kind."""
    return BY_NAME[body["apiVersion"], body["kind"]]


def name_of(body: Raw) -> tuple[str, str]:
    """(namespace, name) of an object; the namespace is empty for cluster-scoped kinds."""
    metadata = body["metadata"]
    return metadata.get("namespace", ""), metadata["name"]
