"""The charts' own objects on a real API server, for what only a server can judge: rights and admission policies.

Real: etcd and the API server, the rendered roles, bindings, policies and custom resources. Not there: controllers,
pods, the operator; its accounts are played by impersonation, whose requests pass the same authorisation and admission.
"""

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.charts.personas import SYSTEM, Cast
from tests.charts.rendering import Rendered, render
from tests.kube_fixtures import Kube

WITHOUT_PODS = {
    "CustomResourceDefinition", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding",
    "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding",
}  # fmt: skip
POLICIES = ("freehold-marks", "freehold-fence", "freehold-bindings")


@pytest.fixture(scope="module")
def cast(kube_api: Kube) -> Iterator[Cast]:
    """The release's rights and policies in force, and one tenant's namespace `tenant-blue` with its people."""
    rendered = render({}, namespace=SYSTEM)
    cast = Cast(kube_api)
    cast.namespace(SYSTEM)
    kube_api.apply([item for item in rendered.objects if item["kind"] in WITHOUT_PODS], SYSTEM)
    try:
        cast.open()
        _wait_until_enforced(kube_api)
        yield cast
    finally:
        _remove(kube_api, rendered)


def _wait_until_enforced(kube: Kube) -> None:
    """A policy is compiled some time after it is stored; an offence against each tells."""
    offences = Cast(kube).offences()
    assert set(offences) == set(POLICIES)
    for policy, offence in offences.items():
        kube.until(partial(_refuses, policy, offence), f"{policy} refuses")


def _refuses(policy: str, offence: Callable[[], str]) -> bool:
    return policy in offence()


def _remove(kube: Kube, rendered: Rendered) -> None:
    for kind in ("ValidatingAdmissionPolicyBinding", "ValidatingAdmissionPolicy"):
        kube.kubectl("delete", kind, *rendered.of(kind), "--ignore-not-found")
