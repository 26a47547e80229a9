"""The operator end to end, without pods: what it makes, repairs, leaves alone, and that it rests."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from localkube import audit
from tests.kube_fixtures import Kube
from tests.operator.live.conftest import ACCOUNT, QUICK, ROOT
from tests.operator.live.process import RELEASE_NAMESPACE, OperatorProcess
from tests.operator.live.samples import CHILDREN, MADE_SECONDS, has_namespace, made, model

pytestmark = [pytest.mark.api, pytest.mark.timeout(180)]

REPAIRED_SECONDS = 10.0
MODELS_AT_REST = 50
REST_SECONDS = 15.0
RESYNC_SECONDS = "5"  # Secrets are not watched: a resync brings theirs back; and several fall into the rest
USER = f"system:serviceaccount:{RELEASE_NAMESPACE}:{ACCOUNT}"


@pytest.fixture(scope="module")
def operator(account: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OperatorProcess]:
    """One operator for all tests here."""
    settings = {**QUICK, "RESYNC_SECONDS": RESYNC_SECONDS, "LOG_LEVEL": "debug"}
    with OperatorProcess(account, tmp_path_factory.mktemp("operator"), settings) as running:
        yield running


def test_ten_lines_become_a_deployment_and_a_line_that_reads_well(
    kube_api: Kube, operator: OperatorProcess, tenant: str
) -> None:
    namespace = f"tenant-{tenant}"
    sample = yaml.safe_load((ROOT / "k8s/samples/model-smollm2.yaml").read_text())
    sample["metadata"]["namespace"] = namespace
    has_namespace(kube_api, namespace)
    kube_api.apply(sample, namespace)

    def line() -> list[str]:
        return kube_api.kubectl("get", "models", f"--namespace={namespace}", "--no-headers").split()

    kube_api.until(lambda: line()[1] == "Pending", "a line with a phase", MADE_SECONDS)
    assert line()[:6] == ["smollm2", "Pending", "False", "0", "LlamaCpp", tenant]
    deployment = kube_api.get("deployment", "model-smollm2", f"--namespace={namespace}")
    assert deployment["spec"]["replicas"] == 1
    scale = json.loads(
        kube_api.kubectl("get", "--raw", f"/apis/freehold.dev/v1alpha1/namespaces/{namespace}/models/smollm2/scale")
    )
    assert scale["spec"]["replicas"] == 1
    assert scale["status"]["selector"].endswith("freehold.dev/model=smollm2")


def test_the_pod_is_admitted_under_restricted(kube_api: Kube, operator: OperatorProcess, tenant: str) -> None:
    namespace = f"tenant-{tenant}"
    made(kube_api, namespace, "m")
    labels = kube_api.get("namespace", namespace)["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    template = kube_api.get("deployment", "model-m", f"--namespace={namespace}")["spec"]["template"]
    kube_api.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}, namespace)
    pod = {"apiVersion": "v1", "kind": "Pod", **template}
    pod["metadata"] = template["metadata"] | {"name": "tried"}
    arguments = ("create", "--dry-run=server", f"--namespace={namespace}", "--filename=-")
    kube_api.kubectl(*arguments, stdin=yaml.safe_dump(pod))
    pod["spec"] = template["spec"] | {"hostNetwork": True}
    refused = kube_api.call(*arguments, stdin=yaml.safe_dump(pod))
    assert "violates PodSecurity" in refused.stderr


def test_deleted_children_come_back(kube_api: Kube, operator: OperatorProcess, tenant: str) -> None:
    namespace = f"tenant-{tenant}"
    made(kube_api, namespace, "m")
    names = [child.format("m") for child in CHILDREN]

    def uids() -> dict[str, str]:
        found = kube_api.get(*names, f"--namespace={namespace}", "--ignore-not-found")["items"]
        return {body["kind"]: body["metadata"]["uid"] for body in found}

    before = uids()
    assert len(before) == len(CHILDREN)
    kube_api.kubectl("delete", *names, f"--namespace={namespace}", "--wait=false", "--cascade=background")

    def back() -> bool:
        now = uids()
        return now.keys() == before.keys() and not set(now.values()) & set(before.values())

    kube_api.until(back, "every child is made anew", REPAIRED_SECONDS)


Right = Callable[[Any], bool]
DRIFT: tuple[tuple[str, dict[str, Any], Right], ...] = (
    ("deployment/model-m", {"replicas": 7}, lambda spec: spec["replicas"] == 1),
    ("service/model-m", {"selector": {"freehold.dev/model": "x"}}, lambda spec: "m" in spec["selector"].values()),
    ("networkpolicy/model-m", {"egress": [{}]}, lambda spec: {} not in spec["egress"]),
    ("hpa/model-m", {"maxReplicas": 9}, lambda spec: spec["maxReplicas"] == 3),
    ("poddisruptionbudget/model-m", {"maxUnavailable": 2}, lambda spec: spec["maxUnavailable"] == 1),
)


def test_every_altered_child_is_repaired_and_foreign_fields_stay(
    kube_api: Kube, operator: OperatorProcess, tenant: str
) -> None:
    namespace = f"tenant-{tenant}"
    made(kube_api, namespace, "m")
    theirs = {"annotations": {"example.com/note": "theirs"}}
    for name, spec, _ in DRIFT:
        text = f"--patch={json.dumps({'metadata': theirs, 'spec': spec})}"
        kube_api.kubectl("patch", name, f"--namespace={namespace}", "--type=merge", text)

    def repaired() -> list[Any]:
        found = kube_api.get(*(name for name, _, _ in DRIFT), f"--namespace={namespace}")["items"]
        return found if all(right(body["spec"]) for body, (_, _, right) in zip(found, DRIFT, strict=True)) else []

    for body in kube_api.until(repaired, "every child is repaired", REPAIRED_SECONDS):
        assert body["metadata"]["annotations"]["example.com/note"] == "theirs"


def test_nothing_is_written_at_rest_says_the_server(kube_api: Kube, operator: OperatorProcess, tenant: str) -> None:
    namespace = f"tenant-{tenant}"
    made(kube_api, namespace, "first")
    kube_api.apply([model(f"m{number}", maxReplicas=1 + number % 2) for number in range(MODELS_AT_REST - 1)], namespace)

    def all_told() -> bool:
        items = kube_api.get("models", f"--namespace={namespace}")["items"]
        return len(items) == MODELS_AT_REST and all((item.get("status") or {}).get("templateHash") for item in items)

    kube_api.until(all_told, "every Model has a status", 2 * MADE_SECONDS)
    kube_api.until(lambda: operator.metric("freehold_operator_queue_depth") == 0, "an empty queue", MADE_SECONDS)
    runs = operator.metric("freehold_operator_reconcile_total")
    kube_api.until(lambda: written_within(kube_api, 5.0) == {}, "five seconds without a write", 3 * MADE_SECONDS)
    start = datetime.now(UTC)
    kube_api.until(lambda: (datetime.now(UTC) - start).total_seconds() > REST_SECONDS, "the rest", 2 * REST_SECONDS)
    assert written(kube_api, start) == {}
    assert operator.metric("freehold_operator_reconcile_total") - runs >= MODELS_AT_REST, "nothing was looked at"


def written(kube: Kube, since: datetime) -> dict[tuple[str, str], int]:
    """(verb, resource) -> writes of the operator since then, its Leases aside."""
    log = kube.kubeconfig.parent / "audit" / "audit.log"
    counted = audit.counted(audit.calls(log), since)
    assert sum(counted.values()), "the audit log is empty: the count would prove nothing"
    return {(verb, what): n for (user, verb, what), n in counted.items() if user == USER and what != "leases"}


def written_within(kube: Kube, seconds: float) -> dict[tuple[str, str], int]:
    return written(kube, datetime.now(UTC) - timedelta(seconds=seconds))


def test_probes_tell_the_truth_and_no_line_holds_a_token(
    kube_api: Kube, operator: OperatorProcess, tenant: str
) -> None:
    namespace = f"tenant-{tenant}"
    made(kube_api, namespace, "m")
    assert operator.answer("/healthz") == (200, "ok")
    assert operator.answer("/readyz")[0] == 200
    assert operator.answer("/nowhere")[0] == 404
    token = kube_api.get("secret", "model-m-token", f"--namespace={namespace}")["data"]["token"]
    text = operator.log.read_text()
    assert token not in text
    assert "Bearer" not in text
