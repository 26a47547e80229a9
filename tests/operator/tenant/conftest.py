"""Real in tier `api`: the API server with the rights and admission policies of the rendered chart, the definitions.

Faked: the watches (a LIST before each run) and the controllers of Kubernetes, of which this tier has none: pods of a
StatefulSet are never made, and a namespace being deleted is finalised by the test. Left open: networks and stores.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import yaml

from freehold_operator.kube.login import from_kubeconfig
from tests.charts.rendering import render
from tests.kube_fixtures import Kube
from tests.operator.tenant.live import ACCOUNT, RELEASE_NAMESPACE, LiveWorld

POLICY_KINDS = ("ValidatingAdmissionPolicyBinding", "ValidatingAdmissionPolicy")
INSTALLED_KINDS = {
    "CustomResourceDefinition",
    "ServiceAccount",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    *POLICY_KINDS,
}


@pytest.fixture(scope="module")
def installed(kube_api: Kube, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What the chart installs beside pods; gives the kubeconfig of the controller's account."""
    rendered = render({}, namespace=RELEASE_NAMESPACE)
    kube_api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": RELEASE_NAMESPACE}})
    kube_api.apply([body for body in rendered.objects if body["kind"] in INSTALLED_KINDS], RELEASE_NAMESPACE)
    kube_api.kubectl("wait", "--for=condition=Established", "crd", "tenants.freehold.dev", "models.freehold.dev")
    token = kube_api.kubectl("create", "token", ACCOUNT, f"--namespace={RELEASE_NAMESPACE}").strip()
    yield _kubeconfig(kube_api, token, tmp_path_factory.mktemp("account") / "kubeconfig")
    for kind in POLICY_KINDS:
        kube_api.kubectl("delete", kind, *rendered.of(kind), "--ignore-not-found")


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
