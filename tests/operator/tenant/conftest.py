"""Real in tier `api`: the API server, its RBAC with exactly the roles of our RIGHTS table, the definitions, admission.

Faked: the watches (a LIST before each run) and the controllers of Kubernetes, of which this tier has none: pods of a
StatefulSet are never made, and a namespace being deleted is finalised by the test. Left open: networks and stores.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import yaml

from freehold_operator.kube.login import from_kubeconfig
from freehold_operator.rights import Right
from freehold_operator.tenant.handlers import RIGHTS
from gen.chart_roles import rule
from tests.kube_fixtures import Kube
from tests.operator.tenant.live import ACCOUNT, RELEASE_NAMESPACE, LiveWorld

ROOT = Path(__file__).resolve().parents[3]
RBAC = "rbac.authorization.k8s.io/v1"
# The Model controller's own role belongs to its own tests; to be bound, a role must exist and be ours to bind.
OTHER_ROLES = (Right("model-controller-ns", ("",), ("services",), ("get",)),)


def roles(rights: Iterable[Right]) -> Iterator[dict[str, Any]]:
    """The roles as the chart makes them."""
    for role, rows in groupby(sorted(rights, key=lambda right: right.role), key=lambda right: right.role):
        local = role.endswith("-release")
        metadata = {"name": f"freehold-{role.removesuffix('-release')}"}
        if local:
            metadata["namespace"] = RELEASE_NAMESPACE
        kind = "Role" if local else "ClusterRole"
        yield {"apiVersion": RBAC, "kind": kind, "metadata": metadata, "rules": [dict(rule(row)) for row in rows]}


def bindings() -> Iterator[dict[str, Any]]:
    """What the chart binds to the Tenant controller's account."""
    subjects = [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": RELEASE_NAMESPACE}]
    for kind, metadata in (
        ("ClusterRole", {"name": ACCOUNT}),
        ("Role", {"name": ACCOUNT, "namespace": RELEASE_NAMESPACE}),
    ):
        reference = {"apiGroup": RBAC.partition("/")[0], "kind": kind, "name": ACCOUNT}
        body = {"apiVersion": RBAC, "kind": f"{kind}Binding", "metadata": metadata}
        yield body | {"roleRef": reference, "subjects": subjects}


@pytest.fixture(scope="session")
def installed(kube_api: Kube, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Definitions, roles and the controller's account; returns the kubeconfig of that account."""
    for name in ("tenants", "models"):
        kube_api.apply((ROOT / f"k8s/crds/{name}.freehold.dev.yaml").read_text())
    kube_api.kubectl("wait", "--for=condition=Established", "crd", "tenants.freehold.dev", "models.freehold.dev")
    kube_api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": RELEASE_NAMESPACE}})
    kube_api.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": ACCOUNT}}, RELEASE_NAMESPACE)
    for body in (*roles((*RIGHTS, *OTHER_ROLES)), *bindings()):
        kube_api.apply(body, body["metadata"].get("namespace", "default"))
    token = kube_api.kubectl("create", "token", ACCOUNT, f"--namespace={RELEASE_NAMESPACE}").strip()
    return _kubeconfig(kube_api, token, tmp_path_factory.mktemp("account") / "kubeconfig")


def _kubeconfig(kube: Kube, token: str, path: Path) -> Path:
    config = yaml.safe_load(kube.kubeconfig.read_text())
    config["users"] = [{"name": user["name"], "user": {"token": token}} for user in config["users"]]
    path.write_text(yaml.safe_dump(config))
    return path


@pytest.fixture
async def live(kube_api: Kube, installed: Path) -> AsyncIterator[LiveWorld]:
    """A Tenant controller with the rights of its account and no more."""
    world = LiveWorld(kube_api, await from_kubeconfig(str(installed)))
    yield world
    await world.close()
