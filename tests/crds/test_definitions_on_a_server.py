"""What a real API server makes of the definitions: rules, defaults, unknown fields, scale, columns, explain."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from freehold_crds import API_VERSION, parse_model, parse_tenant
from freehold_crds.render import definitions
from tests.crds.examples import DEFAULT_NAME, Example, examples
from tests.crds.server import CRDS, ROOTS, Server
from tests.kube_fixtures import Kube

pytestmark = pytest.mark.api

SAMPLES = sorted((Path(__file__).resolve().parents[2] / "k8s" / "samples").glob("*.yaml"))
CREATED, REFUSED = 201, 422


def resource(kind: str, spec: Mapping[str, Any], name: str = DEFAULT_NAME) -> dict[str, Any]:
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name}, "spec": dict(spec)}


@pytest.fixture
def stored(server: Server) -> Iterator[Server]:
    """The server; whatever a test stored under the default name is gone afterwards."""
    yield server
    for kind in ROOTS:
        server.delete(kind, DEFAULT_NAME)


@pytest.mark.parametrize("example", [e for e in examples() if e.before is None], ids=str)
def test_a_rule_admits_its_good_object_and_names_itself_on_its_bad_one(server: Server, example: Example) -> None:
    good = server.create(resource(example.kind, example.good, example.good_name), "dryRun=All&fieldValidation=Strict")
    bad = server.create(resource(example.kind, example.bad, example.bad_name), "dryRun=All&fieldValidation=Strict")
    assert good.code == CREATED, good
    assert bad.code == REFUSED, bad
    assert example.rule in bad.message


@pytest.mark.parametrize("example", [e for e in examples() if e.before is not None], ids=str)
def test_a_rule_on_changes_admits_the_good_one_and_refuses_the_bad_one(stored: Server, example: Example) -> None:
    before = stored.create(resource(example.kind, example.before or {}))
    assert before.code == CREATED, before
    version = {"name": DEFAULT_NAME, "resourceVersion": before.body["metadata"]["resourceVersion"]}
    bad = stored.replace({**resource(example.kind, example.bad), "metadata": version})
    assert bad.code == REFUSED, bad
    assert example.rule in bad.message
    good = stored.replace({**resource(example.kind, example.good), "metadata": version})
    assert good.code == 200, good


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_every_sample_is_admitted(server: Server, path: Path) -> None:
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    raw["metadata"].pop("namespace", None)
    answer = server.create(raw, "dryRun=All&fieldValidation=Strict")
    assert answer.code == CREATED, answer


@pytest.mark.parametrize("kind", ROOTS)
def test_an_unknown_field_is_refused_by_its_name(server: Server, kind: str) -> None:
    spec = {"engine": "Echo"} if kind == "Model" else {}
    answer = server.create(resource(kind, {**spec, "replicsa": 1}), "dryRun=All&fieldValidation=Strict")
    assert answer.code == 400
    assert 'unknown field "spec.replicsa"' in answer.message


def test_a_wrong_type_is_refused_by_the_field_name(server: Server) -> None:
    answer = server.create(resource("Model", {"engine": "Echo", "minReplicas": "two"}))
    assert answer.code == REFUSED
    assert "spec.minReplicas" in answer.message


def test_an_engine_of_another_name_is_answered_with_the_names_there_are(server: Server) -> None:
    answer = server.create(resource("Model", {"engine": "VLLM"}))
    assert answer.code == REFUSED
    assert all(engine in answer.message for engine in ("LlamaCpp", "Custom", "External", "Echo"))


def test_the_smallest_model_comes_back_with_every_default_the_class_has(stored: Server) -> None:
    live = stored.create(resource("Model", {"engine": "Echo"})).body
    assert live["spec"]["autoscaling"] == {"mode": "Requests", "initialReplicas": 1, "hpa": {"targetCPUPercent": 70}}
    bare = parse_model(resource("Model", {"engine": "Echo"}))
    assert parse_model(live).spec == bare.spec
    assert parse_model(live).metadata.uid


def test_a_tenant_without_spec_comes_back_with_every_default_the_class_has(stored: Server) -> None:
    live = stored.create({"apiVersion": API_VERSION, "kind": "Tenant", "metadata": {"name": DEFAULT_NAME}}).body
    assert live["spec"]["postgres"] == {"size": "10Gi", "memory": "512Mi", "exposeToModels": False}
    assert parse_tenant(live).spec == parse_tenant({"metadata": {"name": "x"}}).spec


def test_scale_reads_replicas_and_selector_and_writes_the_spec(stored: Server) -> None:
    live = stored.create(resource("Model", {"engine": "Echo", "replicas": 1})).body
    live["status"] = {"replicas": {"current": 1, "ready": 1}, "selector": "freehold.dev/model=rule"}
    assert stored.replace(live, "/status").code == 200
    scale = stored.get(f"{ROOTS['Model']}/{DEFAULT_NAME}/scale").body
    assert (scale["spec"]["replicas"], scale["status"]) == (
        1,
        {"replicas": 1, "selector": "freehold.dev/model=rule"},
    )


def test_the_columns_are_the_ones_a_user_reads(stored: Server) -> None:
    stored.create(resource("Model", {"engine": "Echo"}))
    table = stored.session.get(
        f"{stored.address}{ROOTS['Model']}",
        headers={"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"},
    ).json()
    shown = [column["name"] for column in table["columnDefinitions"] if column["priority"] == 0]
    assert shown == ["Name", "Phase", "Ready", "Replicas", "Engine", "Tenant", "Age"]


def test_models_can_be_selected_by_engine(stored: Server) -> None:
    stored.create(resource("Model", {"engine": "Echo"}))
    found = stored.get(f"{ROOTS['Model']}?fieldSelector=spec.engine%3DEcho").body["items"]
    missed = stored.get(f"{ROOTS['Model']}?fieldSelector=spec.engine%3DCustom").body["items"]
    assert DEFAULT_NAME in [item["metadata"]["name"] for item in found]
    assert DEFAULT_NAME not in [item["metadata"]["name"] for item in missed]


def test_explain_has_a_sentence_for_every_field_of_the_spec(server: Server) -> None:
    document = server.get(f"/openapi/v3/apis/{API_VERSION}").body["components"]["schemas"]
    spec = next(schema for name, schema in document.items() if name.endswith(".Model"))["properties"]["spec"]
    assert spec["properties"]["minReplicas"]["description"].startswith("Fewest pods")
    assert [name for name, field in spec["properties"].items() if not field.get("description")] == []


@pytest.mark.usefixtures("server")
def test_kubectl_explains_a_field_in_words(kube_api: Kube) -> None:
    explained = kube_api.until(lambda: kube_api.kubectl("explain", "tenant.spec.postgres"), "the field is explained")
    assert "mode\t<string>" in explained
    assert "Dedicated: a server of its own in the namespace." in explained
    assert "enum: Dedicated, None" in explained


@pytest.mark.usefixtures("server")
def test_kubectl_refuses_a_misspelt_field_by_its_name(kube_api: Kube) -> None:
    assert 'unknown field "spec.targetRequest"' in kube_api.refusal(resource("Model", {"targetRequest": 1}))


@pytest.mark.parametrize("name", definitions())
def test_a_second_apply_of_a_definition_changes_nothing(server: Server, name: str) -> None:
    raw = definitions()[name]
    first = server.apply(f"{CRDS}/{name}", raw).body["metadata"]["generation"]
    assert server.apply(f"{CRDS}/{name}", raw).body["metadata"]["generation"] == first


def test_the_smallest_status_needs_nothing_but_what_is_known(stored: Server) -> None:
    live = stored.create(resource("Model", {"engine": "Echo"})).body
    live["status"] = {"conditions": [{"type": "Ready", "status": "Odd", "reason": "X", "lastTransitionTime": "now"}]}
    refused = stored.replace(live, "/status")
    assert refused.code == REFUSED
    assert "status.conditions[0].status" in refused.message
