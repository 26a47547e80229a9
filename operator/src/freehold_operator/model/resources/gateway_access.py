"""What lets the gateway read the Secrets of exactly this Model."""

from freehold_operator.model.names import gateway_role_name, token_secret_name
from freehold_operator.model.observed import Observed
from freehold_operator.model.resources.metadata import Raw, child


def secrets_for_gateway(seen: Observed) -> tuple[str, ...]:
    """The token of our own pods, or the provider's key."""
    external = seen.model.spec.external
    if external:
        return (external.secret_ref.name,) if external.secret_ref else ()
    return (token_secret_name(seen.name),)


def gateway_role(seen: Observed) -> Raw:
    """`get` on the named Secrets and nothing else."""
    rule = {
        "apiGroups": [""],
        "resources": ["secrets"],
        "resourceNames": list(secrets_for_gateway(seen)),
        "verbs": ["get"],
    }
    return child(seen, "rbac.authorization.k8s.io/v1", "Role", gateway_role_name(seen.name)) | {"rules": [rule]}


def gateway_role_binding(seen: Observed) -> Raw:
    """Bound to the ServiceAccount of whatever serves /v1."""
    name = gateway_role_name(seen.name)
    subject = {
        "kind": "ServiceAccount",
        "name": seen.platform.gateway_account,
        "namespace": seen.platform.release_namespace,
    }
    return child(seen, "rbac.authorization.k8s.io/v1", "RoleBinding", name) | {
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
        "subjects": [subject],
    }
