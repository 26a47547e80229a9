"""What each persona may do on a real API server, as one table; everything that is not in it is refused."""

import pytest

from tests.charts.personas import (
    ADMIN,
    EDITOR,
    GATEWAY,
    MODEL_CONTROLLER,
    SYSTEM,
    TENANT,
    TENANT_CONTROLLER,
    VIEWER,
    Cast,
    Question,
)

pytestmark = pytest.mark.api

# what is asked -> who may
TABLE: dict[tuple[str, str, str], set[str]] = {
    ("list", "models.freehold.dev", TENANT): {"admin", "editor", "viewer", "gateway", "model", "tenant"},
    ("create", "models.freehold.dev", TENANT): {"admin", "editor"},
    ("patch", "models/status.freehold.dev", TENANT): {"model"},
    ("patch", "models/scale.freehold.dev", TENANT): {"admin", "editor", "model", "gateway"},
    ("get", "pods/log", TENANT): {"admin", "editor", "viewer"},
    ("create", "secrets", TENANT): {"admin", "model", "tenant"},
    ("get", "secrets", TENANT): {"model", "tenant"},
    ("list", "secrets", TENANT): set(),
    ("get", "secrets", SYSTEM): set(),
    ("get", "secrets", "kube-system"): set(),
    ("create", "pods", TENANT): set(),
    ("create", "pods/exec", TENANT): set(),
    ("create", "deployments.apps", TENANT): {"model"},
    ("create", "statefulsets.apps", TENANT): {"tenant"},
    ("create", "deployments.apps", SYSTEM): set(),
    ("create", "roles.rbac.authorization.k8s.io", TENANT): {"model"},
    ("create", "resourcequotas", TENANT): {"tenant"},
    ("create", "namespaces", ""): {"tenant"},
    ("patch", "tenants/status.freehold.dev", ""): {"tenant"},
    ("create", "tenants.freehold.dev", ""): set(),
    ("create", "clusterrolebindings.rbac.authorization.k8s.io", ""): set(),
    ("create", "serviceaccounts/token", TENANT): set(),
    ("update", "customresourcedefinitions.apiextensions.k8s.io", ""): set(),
}
PERSONAS = {
    "admin": ADMIN,
    "editor": EDITOR,
    "viewer": VIEWER,
    "gateway": GATEWAY,
    "model": MODEL_CONTROLLER,
    "tenant": TENANT_CONTROLLER,
}


Asked = tuple[str, str, str]


@pytest.fixture(scope="module")
def answers(cast: Cast) -> dict[Asked, set[str]]:
    pairs = [(asked, name) for asked in TABLE for name in PERSONAS]
    allowed = cast.allowed([Question(PERSONAS[name], *asked) for asked, name in pairs])
    return {
        asked: {name for (other, name), yes in zip(pairs, allowed, strict=True) if yes and other == asked}
        for asked in TABLE
    }


@pytest.mark.parametrize("asked", list(TABLE), ids=" ".join)
def test_who_may(answers: dict[Asked, set[str]], asked: Asked) -> None:
    assert answers[asked] == TABLE[asked]


def test_binding_is_allowed_for_the_five_roles_by_name(cast: Cast) -> None:
    roles = [f"freehold-tenant-{role}" for role in ("admin", "editor", "viewer", "controller-ns")]
    roles += ["freehold-model-controller-ns", "cluster-admin"]
    asked = [
        Question(who, "bind", "clusterroles.rbac.authorization.k8s.io", name=role)
        for who in (TENANT_CONTROLLER, MODEL_CONTROLLER)
        for role in roles
    ]
    assert cast.allowed(asked) == [True] * 5 + [False] * 7
