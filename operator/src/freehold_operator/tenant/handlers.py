"""The Tenant controller as `main` wires it: what it watches, whom a change concerns, what it may do."""

from collections.abc import Iterable, Sequence

from freehold_operator.controller import Enqueue, Services
from freehold_operator.kube import kinds, labels, owners
from freehold_operator.kube.kinds import Kind, ObjectKey, Raw
from freehold_operator.rights import READ, WRITE, Right
from freehold_operator.tenant.departing import ORPHANS
from freehold_operator.tenant.observe import CHILD_KINDS
from freehold_operator.tenant.reconcile import reconcile

CLUSTER, NAMESPACED, RELEASE = "tenant-controller", "tenant-controller-ns", "tenant-controller-release"
FREEHOLD, RBAC = "freehold.dev", "rbac.authorization.k8s.io"
BOUND_ROLES = (
    "freehold-tenant-controller-ns",
    "freehold-model-controller-ns",
    "freehold-tenant-admin",
    "freehold-tenant-editor",
    "freehold-tenant-viewer",
)
ADMIN, EDITOR, VIEWER = "tenant-admin", "tenant-editor", "tenant-viewer"

CONTROLLER_RIGHTS = (
    Right(CLUSTER, (FREEHOLD,), ("tenants",), (*READ, "patch")),
    Right(CLUSTER, (FREEHOLD,), ("tenants/status",), ("patch",)),
    Right(CLUSTER, (FREEHOLD,), ("models",), READ),
    Right(CLUSTER, ("",), ("namespaces",), (*READ, *WRITE)),
    Right(CLUSTER, ("",), ("resourcequotas", "limitranges", "services", "persistentvolumeclaims"), READ),
    Right(CLUSTER, ("",), ("pods",), ("list",)),
    Right(CLUSTER, ("apps",), ("statefulsets",), READ),
    Right(CLUSTER, ("networking.k8s.io",), ("networkpolicies",), READ),
    Right(CLUSTER, (RBAC,), ("rolebindings",), (*READ, *WRITE)),
    Right(CLUSTER, (RBAC,), ("clusterroles",), ("bind",), BOUND_ROLES),
    Right(CLUSTER, ("events.k8s.io",), ("events",), ("get", "create", "patch")),
    Right(NAMESPACED, ("",), ("resourcequotas", "limitranges", "services", "persistentvolumeclaims"), WRITE),
    Right(NAMESPACED, ("",), ("secrets",), ("get", *WRITE)),
    Right(NAMESPACED, ("apps",), ("statefulsets",), WRITE),
    Right(NAMESPACED, ("networking.k8s.io",), ("networkpolicies",), WRITE),
    Right(RELEASE, ("",), ("configmaps",), ("create",)),
    Right(RELEASE, ("",), ("configmaps",), ("patch",), (ORPHANS,)),
)


def _reading(role: str) -> tuple[Right, ...]:
    return (
        Right(role, (FREEHOLD,), ("models",), READ),
        Right(role, ("",), ("pods", "pods/log", "events"), READ),
        Right(role, ("events.k8s.io",), ("events",), READ),
    )


def _writing(role: str) -> tuple[Right, ...]:
    return (
        Right(role, (FREEHOLD,), ("models",), ("create", "update", "patch", "delete")),
        Right(role, (FREEHOLD,), ("models/scale",), ("get", "update", "patch")),
    )


PEOPLES_RIGHTS = (
    *_reading(VIEWER),
    *_reading(EDITOR),
    *_writing(EDITOR),
    *_reading(ADMIN),
    *_writing(ADMIN),
    Right(ADMIN, ("",), ("secrets",), WRITE),
)
RIGHTS: tuple[Right, ...] = (*CONTROLLER_RIGHTS, *PEOPLES_RIGHTS)


class TenantController:
    """Implements `controller.Controller`: `TenantController(services)`."""

    kind: str = kinds.TENANT.kind
    watched: Sequence[Kind] = (kinds.TENANT, kinds.MODEL, kinds.NAMESPACE, *CHILD_KINDS)
    rights: Sequence[Right] = RIGHTS

    def __init__(self, services: Services) -> None:
        self._services = services

    def owners(self, kind: Kind, body: Raw) -> Iterable[ObjectKey]:
        """A Tenant itself, the Tenant of a child, and for a Model the Tenant of its namespace, whose count changes."""
        name = self._tenant_of(kind, body)
        return [ObjectKey(self.kind, "", name)] if name else []

    def _tenant_of(self, kind: Kind, body: Raw) -> str | None:
        if kind == kinds.TENANT:
            name: str = body["metadata"]["name"]
            return name
        if kind == kinds.MODEL:
            place = self._services.store.get(kinds.NAMESPACE, "", body["metadata"].get("namespace", ""))
            return labels.labels_of(place).get(labels.TENANT) if place else None
        owner = owners.owner_of(body)
        return owner[2] if owner and owner[0] == self.kind else None

    async def reconcile(self, key: ObjectKey) -> float | None:
        """Make one Tenant true."""
        return await reconcile(self._services, key)

    async def background(self, enqueue: Enqueue) -> None:  # noqa: ARG002 - the protocol's signature
        """Everything here is driven by events."""
        return
