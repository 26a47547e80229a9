"""Real in tier `api`: the API server with its RBAC, our definitions, the operator as a process of its own.

Faked: Kubernetes' controllers, of which this tier has none, so no pod is ever made and nobody collects garbage.
Asserted is what stands on the server and what its audit log counted. Left open: whatever needs a pod to run.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import yaml

from freehold_operator.model.handlers import RIGHTS as MODEL_RIGHTS
from freehold_operator.tenant.handlers import RIGHTS as TENANT_RIGHTS
from gen.chart_roles import rule
from tests.kube_fixtures import Kube
from tests.operator.live.process import RELEASE_NAMESPACE, OperatorProcess

ROOT = Path(__file__).resolve().parents[3]
RBAC = "rbac.authorization.k8s.io"
ACCOUNT = "freehold-operator"
QUICK = {
    "TENANT_ACCOUNT": ACCOUNT,
    "MODEL_ACCOUNT": ACCOUNT,
    "LEASE_SECONDS": "4",
    "LEASE_RENEW_DEADLINE": "30",  # a busy machine must not end an operator that a test still needs
    "LEASE_RETRY": "0.3",
}
LEASES = {
    "apiVersion": f"{RBAC}/v1",
    "kind": "Role",
    "metadata": {"name": "leases"},
    "rules": [
        {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["create"]},
        {
            "apiGroups": ["coordination.k8s.io"],
            "resources": ["leases"],
            "resourceNames": ["freehold-tenant-controller", "freehold-model-controller"],
            "verbs": ["get", "patch", "update"],
        },
    ],
}


def roles() -> Iterator[dict[str, Any]]:
    """The roles as the chart makes them, from both RIGHTS tables."""
    table = sorted((*MODEL_RIGHTS, *TENANT_RIGHTS), key=lambda right: right.role)
    for role, rows in groupby(table, key=lambda right: right.role):
        kind = "Role" if role.endswith("-release") else "ClusterRole"
        metadata = {"name": f"freehold-{role.removesuffix('-release')}"}
        yield {
            "apiVersion": f"{RBAC}/v1",
            "kind": kind,
            "metadata": metadata,
            "rules": [dict(rule(row)) for row in rows],
        }


def binding(kind: str, name: str) -> dict[str, Any]:
    subjects = [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": RELEASE_NAMESPACE}]
    reference = {"apiGroup": RBAC, "kind": kind, "name": name}
    metadata = {"name": f"{ACCOUNT}-{name}"}
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": f"{kind}Binding",
        "metadata": metadata,
        "roleRef": reference,
        "subjects": subjects,
    }


@pytest.fixture(scope="session")
def account(kube_api: Kube, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Definitions, roles and one account that holds both controllers' roles; the kubeconfig of that account."""
    for name in ("tenants", "models"):
        kube_api.apply((ROOT / f"k8s/crds/{name}.freehold.dev.yaml").read_text())
    kube_api.kubectl("wait", "--for=condition=Established", "crd", "tenants.freehold.dev", "models.freehold.dev")
    kube_api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": RELEASE_NAMESPACE}})
    kube_api.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": ACCOUNT}}, RELEASE_NAMESPACE)
    bound = [binding("ClusterRole", f"freehold-{name}-controller") for name in ("tenant", "model")]
    bound += [binding("Role", name) for name in ("freehold-tenant-controller", "leases")]
    for body in (*roles(), LEASES, *bound):
        kube_api.apply(body, RELEASE_NAMESPACE)
    token = kube_api.kubectl("create", "token", ACCOUNT, f"--namespace={RELEASE_NAMESPACE}").strip()
    config = yaml.safe_load(kube_api.kubeconfig.read_text())
    config["users"] = [{"name": user["name"], "user": {"token": token}} for user in config["users"]]
    path = tmp_path_factory.mktemp("account") / "kubeconfig"
    path.write_text(yaml.safe_dump(config))
    return path


@pytest.fixture
def operator_of(account: Path, tmp_path: Path) -> Iterator[Callable[..., OperatorProcess]]:
    """Makes operator processes, started; those still running at the test's end are killed."""
    made: list[OperatorProcess] = []

    def make(name: str = "operator", **settings: str) -> OperatorProcess:
        one = OperatorProcess(account, tmp_path, QUICK | settings, name=name)
        made.append(one)
        one.start()
        return one

    yield make
    for one in made:
        one.kill()


@pytest.fixture
def tenant(kube_api: Kube) -> Iterator[str]:
    """A Tenant's name; the Tenant is applied, and gone afterwards with all that its namespace holds."""
    name = f"t{uuid.uuid4().hex[:8]}"
    spec = {"models": {"max": 200}}
    kube_api.apply({"apiVersion": "freehold.dev/v1alpha1", "kind": "Tenant", "metadata": {"name": name}, "spec": spec})
    yield name
    kube_api.call("delete", "models", "--all", f"--namespace=tenant-{name}", "--wait=false")
    kube_api.call("patch", "tenant", name, "--type=merge", '--patch={"metadata":{"finalizers":null}}')
    kube_api.call("delete", "tenant", name, "--ignore-not-found", "--wait=false")
