"""Every case renders to objects that Kubernetes knows, and the values say no to what they do not know."""

import json
from collections.abc import Iterator
from typing import Any

import helm_python
import pytest
import yaml

from tests.charts import schemas
from tests.charts.rendering import NAMESPACE, ROOT, UMBRELLA, Object, case, cases, render, values_of

pytestmark = pytest.mark.charts

OTHERS_KINDS = {"HTTPRoute", "PodMonitor"}  # not Kubernetes' own, so no schema is at hand
CLUSTER_SCOPED = {
    "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition",
    "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding",
}  # fmt: skip


@pytest.mark.parametrize("name", cases())
@pytest.mark.parametrize("version", ["1.34", "1.36"])
def test_every_object_is_what_kubernetes_expects(name: str, version: str) -> None:
    own = [item for item in case(name).objects if item["kind"] not in OTHERS_KINDS]
    assert [fault for item in own for fault in schemas.faults(item, version)] == []


def test_the_notes_name_the_address_from_which_sign_in_takes_its_cookie() -> None:
    exposed = values_of("ingress-tls")
    exposed["global"].pop("tls")  # something in front of the cluster ends it
    rendered = render(exposed | {"app": exposed["app"] | {"publicUrl": "https://ai.example.org/"}})
    (container,) = rendered.one("Deployment", "freehold-app")["spec"]["template"]["spec"]["containers"]
    assert {"name": "FREEHOLD_PUBLIC_URL", "value": "https://ai.example.org"} in container["env"]
    assert "  https://ai.example.org/setup" in rendered.notes.splitlines()
    assert "  https://freehold.example.com/setup" in render(exposed).notes.splitlines()


def test_a_misspelt_field_is_a_fault() -> None:
    broken = json.loads(json.dumps(case("small").one("Deployment", "freehold-app")))
    broken["spec"]["replica"] = 1
    assert ["replica" in fault for fault in schemas.faults(broken, "1.36")] == [True]


@pytest.mark.parametrize("name", cases())
def test_every_object_stands_once_and_in_the_release_namespace(name: str) -> None:
    objects = case(name).objects
    names = [(item["kind"], item["metadata"]["name"]) for item in objects]
    assert len(names) == len(set(names))
    places = {item["metadata"].get("namespace") for item in objects if item["kind"] not in CLUSTER_SCOPED}
    assert places == {NAMESPACE}


@pytest.mark.parametrize("name", cases())
def test_every_object_carries_the_recommended_labels(name: str) -> None:
    wanted = {"app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/managed-by"}
    bare = [
        (item["kind"], item["metadata"]["name"])
        for item in case(name).objects
        if item["kind"] != "CustomResourceDefinition" and not wanted <= set(item["metadata"].get("labels", {}))
    ]
    assert bare == []


@pytest.mark.parametrize("name", cases())
def test_every_selector_selects_its_own_pods(name: str) -> None:
    rendered = case(name)
    for kind in ("Deployment", "StatefulSet"):
        for item in rendered.of(kind).values():
            labels = item["spec"]["template"]["metadata"]["labels"]
            assert item["spec"]["selector"]["matchLabels"].items() <= labels.items()
    pods = [template["metadata"]["labels"] for _, template in rendered.pods()]
    for service in rendered.of("Service").values():
        assert [labels for labels in pods if service["spec"]["selector"].items() <= labels.items()], service


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"app": {"gatway": {}}}, "gatway"),
        ({"postgress": {}}, "postgress"),
        ({"global": {"image": {}}}, "image"),
        ({"operator": {"crds": {"instal": True}}}, "instal"),
        ({"app": {"gateway": {"replicas": "two"}}}, "replicas"),
        ({"postgres": {"mode": "sqlite"}}, "mode"),
        ({"app": {"extraEnv": {"A": 1}}}, "extraEnv"),
    ],
)
def test_a_value_that_nobody_reads_is_refused_by_its_name(values: Object, word: str) -> None:
    with pytest.raises(helm_python.HelmValuesError, match=word):
        render(values)


@pytest.mark.parametrize("chart", ["app", "operator"])
def test_each_chart_installs_alone_with_its_defaults(chart: str) -> None:
    assert render({}, chart=ROOT / "charts" / chart).of("Deployment")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"app": {"split": True}}, "operator.gateway.account: freehold-gateway"),
        ({"app": {"exposure": {"mode": "ingress"}}}, "needs global.host"),
        ({"operator": {"defaultProfile": "large:1"}}, "large:1 is not among operator.profiles"),
        ({"global": {"host": "a.example"}, "app": {"exposure": {"mode": "gatewayApi"}}}, "exposure.parentRefs"),
    ],
)
def test_values_that_contradict_each_other_are_refused_in_words(values: Object, sentence: str) -> None:
    with pytest.raises(helm_python.HelmRenderError, match=sentence):
        render(values)


def test_the_full_case_leaves_no_value_at_its_default() -> None:
    """So that every template and branch is rendered by some case; what full cannot hold, another case does."""
    elsewhere = {
        "global.secrets.database", "global.secrets.redis", "global.secrets.keys", "global.secrets.internal",
        "global.secrets.auth", "frontend.enabled", "frontend.global",
        "global.secrets.generate", "global.networkPolicy.enabled", "postgres.mode", "postgres.passwordsSecret",
        "postgres.tlsSecret", "valkey.mode", "valkey.usersSecret", "valkey.tlsSecret", "tests.enabled", "app.enabled",
        "app.exposure.parentRefs", "app.gateway.providerEgress", "app.global", "operator.global", "operator.enabled",
        "operator.split", "operator.admissionPolicies.enabled", "operator.crds.install", "operator.gateway.service",
    }  # fmt: skip
    defaults = yaml.safe_load((UMBRELLA / "values.yaml").read_text())
    for chart in ("app", "frontend", "operator"):
        defaults[chart] = yaml.safe_load((ROOT / f"charts/{chart}/values.yaml").read_text())
    full = dict(_leaves(values_of("full")))
    same = {path for path, value in _leaves(defaults) if full.get(path, value) == value}
    resources = {path for path in same if ".resources" in path or path.startswith("operator.profiles")}
    untouched = (
        same - resources - {path for path, _ in _leaves(defaults) if any(key.startswith(path + ".") for key in full)}
    )
    assert untouched == elsewhere


def _leaves(values: Object, path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        here = f"{path}.{key}".lstrip(".")
        if isinstance(value, dict) and value:
            yield from _leaves(value, here)
        else:
            yield here, value


def test_a_stores_volume_outlives_the_release_and_may_grow() -> None:
    claims = case("full").of("PersistentVolumeClaim")
    assert {name: claim["spec"]["resources"]["requests"]["storage"] for name, claim in claims.items()} == {
        "freehold-postgres": "50Gi",
        "freehold-valkey": "4Gi",
    }
    assert {claim["metadata"]["annotations"]["helm.sh/resource-policy"] for claim in claims.values()} == {"keep"}
    for name, item in case("full").of("StatefulSet").items():
        assert "volumeClaimTemplates" not in item["spec"]
        volumes = item["spec"]["template"]["spec"]["volumes"]
        assert {"name": "data", "persistentVolumeClaim": {"claimName": name}} in volumes
