"""Who may do what in the namespace: the controllers, the control plane, and the Tenant's own people."""

from freehold_crds import Tenant
from freehold_crds.v1alpha1.tenant import Access, Role, SubjectKind
from freehold_operator.tenant.resources.manifest import ACCESS, Place, Raw, place_of

RBAC = "rbac.authorization.k8s.io"
TENANT_ROLES = {
    Role.ADMIN: "freehold-tenant-admin",
    Role.EDITOR: "freehold-tenant-editor",
    Role.VIEWER: "freehold-tenant-viewer",
}


def controller_bindings(tenant: Tenant, release_namespace: str, accounts: dict[str, str]) -> tuple[Raw, ...]:
    """The controllers' write access, by ClusterRole; without it no later step of the Tenant can be carried out."""
    place = place_of(tenant)
    return tuple(
        _binding(place, role.removesuffix("-ns"), role, [_account(account, release_namespace)])
        for role, account in accounts.items()
    )


def control_binding(tenant: Tenant, release_namespace: str, account: str) -> Raw:
    """The control plane acts for the Tenant's administrators, so it gets their role and nothing more."""
    role = TENANT_ROLES[Role.ADMIN]
    return _binding(place_of(tenant), "freehold-control", role, [_account(account, release_namespace)])


def access_bindings(tenant: Tenant) -> tuple[Raw, ...]:
    """One binding per role that `access[]` names."""
    place = place_of(tenant)
    by_role = {
        role: [_subject(place, access) for access in tenant.spec.access or () if access.role == role] for role in Role
    }
    return tuple(
        _binding(place, TENANT_ROLES[role], TENANT_ROLES[role], subjects)
        for role, subjects in by_role.items()
        if subjects
    )


def _subject(place: Place, access: Access) -> Raw:
    if access.kind == SubjectKind.SERVICE_ACCOUNT:
        return _account(access.name, place.namespace)
    return {"apiGroup": RBAC, "kind": access.kind.value, "name": access.name}


def _account(name: str, namespace: str) -> Raw:
    return {"kind": "ServiceAccount", "name": name, "namespace": namespace}


def _binding(place: Place, name: str, role: str, subjects: list[Raw]) -> Raw:
    reference = {"apiGroup": RBAC, "kind": "ClusterRole", "name": role}
    return place.child(f"{RBAC}/v1", "RoleBinding", name, ACCESS, roleRef=reference, subjects=subjects)
