"""The operator end to end, without pods: what it makes, repairs, leaves alone, and survives."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from localkube import audit
from tests.kube_fixtures import Kube
from tests.operator.live.conftest import ACCOUNT, ROOT
from tests.operator.live.process import RELEASE_NAMESPACE, OperatorProcess

pytestmark = pytest.mark.api

Make = Callable[..., OperatorProcess]
MADE_SECONDS = 15.0
REPAIRED_SECONDS = 10.0
TAKEOVER_SECONDS = 5.0  # with the quick Lease of these tests
MODELS_AT_REST = 50
REST_SECONDS = 15.0
RESYNC_AT_REST = "5"  # several resyncs of every object fall into the rest
KILLS = 5
USER = f"system:serviceaccount:{RELEASE_NAMESPACE}:{ACCOUNT}"
CHILDREN = (
    "deployment/model-{0}",
    "service/model-{0}",
    "networkpolicy/model-{0}",
    "poddisruptionbudget/model-{0}",
    "hpa/model-{0}",
    "secret/model-{0}-token",
    "role/model-{0}-gateway",
    "rolebinding/model-{0}-gateway",
)
FULL: dict[str, Any] = {"minReplicas": 1, "maxReplicas": 3, "autoscaling": {"mode": "HPA"}}


def model(name: str, **spec: Any) -> dict[str, Any]:
    metadata = {"name": name}
    return {
        "apiVersion": "freehold.dev/v1alpha1",
        "kind": "Model",
        "metadata": metadata,
        "spec": {"engine": "Echo"} | spec,
    }


def has_children(kube: Kube, namespace: str, name: str) -> bool:
    wanted = [child.format(name) for child in CHILDREN]
    return kube.call("get", *wanted, f"--namespace={namespace}").returncode == 0


def made(kube: Kube, namespace: str, name: str, **spec: Any) -> None:
    """Apply a Model with every kind of child and wait for them."""
    kube.until(lambda: kube.call("get", "namespace", namespace).returncode == 0, "the namespace", MADE_SECONDS)
    kube.apply(model(name, **FULL, **spec), namespace)
    kube.until(lambda: has_children(kube, namespace, name), "all children", MADE_SECONDS)


def test_ten_lines_become_a_deployment_and_a_line_that_reads_well(
    kube_api: Kube, operator_of: Make, tenant: str
) -> None:
    operator_of()
    namespace = f"tenant-{tenant}"
    sample = yaml.safe_load((ROOT / "k8s/samples/model-smollm2.yaml").read_text())
    sample["metadata"]["namespace"] = namespace
    kube_api.until(lambda: kube_api.call("get", "namespace", namespace).returncode == 0, "namespace", MADE_SECONDS)
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


def test_the_pod_is_admitted_under_the_restricted_standard(kube_api: Kube, operator_of: Make, tenant: str) -> None:
    operator_of()
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


def test_deleted_children_come_back(kube_api: Kube, operator_of: Make, tenant: str) -> None:
    operator_of(RESYNC_SECONDS="5")  # Secrets are not watched: the next resync brings theirs back
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
    kube_api: Kube, operator_of: Make, tenant: str
) -> None:
    operator_of()
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


@pytest.mark.timeout(180)
def test_nothing_is_written_at_rest_counted_by_the_server(kube_api: Kube, operator_of: Make, tenant: str) -> None:
    operator = operator_of(RESYNC_SECONDS=RESYNC_AT_REST)
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


@pytest.mark.timeout(180)
def test_killed_again_and_again_it_loses_and_doubles_nothing(kube_api: Kube, operator_of: Make, tenant: str) -> None:
    operator = operator_of(LEASE_SECONDS="1", LEASE_RENEW_DEADLINE="0.8", LEASE_RETRY="0.1")
    namespace = f"tenant-{tenant}"
    kube_api.until(lambda: kube_api.call("get", "namespace", namespace).returncode == 0, "namespace", MADE_SECONDS)
    for number in range(KILLS):
        kube_api.apply([model(f"k{number}-{one}") for one in range(3)], namespace)
        if number:
            kube_api.apply(model(f"k{number - 1}-0", maxReplicas=4), namespace)
            kube_api.kubectl("delete", "model", f"k{number - 1}-1", f"--namespace={namespace}", "--wait=false")
        operator.kill()
        operator.start()
    wanted = {f"k{number}-{one}" for number in range(KILLS) for one in range(3)}
    wanted -= {f"k{number}-1" for number in range(KILLS - 1)}

    def converged() -> bool:
        told = kube_api.get("models", f"--namespace={namespace}")["items"]
        return {item["metadata"]["name"] for item in told if (item.get("status") or {}).get("templateHash")} == wanted

    kube_api.until(converged, "every Model that is left has its children", 2 * MADE_SECONDS)
    uids = {item["metadata"]["uid"] for item in kube_api.get("models", f"--namespace={namespace}")["items"]}
    for kind in ("deployments", "services", "roles", "networkpolicies"):
        mine = kube_api.get(kind, f"--namespace={namespace}", "--selector=freehold.dev/model")["items"]
        alive = [body for body in mine if body["metadata"]["ownerReferences"][0]["uid"] in uids]
        assert len(alive) == len(wanted), f"{kind}: {[body['metadata']['name'] for body in mine]}"
    changed = kube_api.get("poddisruptionbudgets", f"--namespace={namespace}", "--selector=freehold.dev/model")["items"]
    assert {body["metadata"]["name"] for body in changed} == {f"model-k{number}-0" for number in range(KILLS - 1)}


def test_a_standby_takes_over_after_sigterm_and_after_sigkill(kube_api: Kube, operator_of: Make, tenant: str) -> None:
    first = operator_of("first")
    namespace = f"tenant-{tenant}"
    made(kube_api, namespace, "m")
    second = operator_of("second")
    assert second.answer("/readyz")[0] == 200
    assert second.metric("freehold_operator_leader") == 0
    assert first.terminate() == 0
    started = time.monotonic()
    kube_api.until(lambda: second.metric("freehold_operator_leader") == 1, "the standby leads", TAKEOVER_SECONDS)
    assert time.monotonic() - started < 2
    first.start()
    second.kill()
    kube_api.until(lambda: first.metric("freehold_operator_leader") == 1, "it leads again", TAKEOVER_SECONDS + 3)


def test_probes_tell_the_truth_and_no_log_line_holds_a_token(kube_api: Kube, operator_of: Make, tenant: str) -> None:
    operator = operator_of(LOG_LEVEL="debug")
    namespace = f"tenant-{tenant}"
    made(kube_api, namespace, "m")
    assert operator.answer("/healthz") == (200, "ok")
    assert operator.answer("/readyz")[0] == 200
    assert operator.answer("/nowhere")[0] == 404
    token = kube_api.get("secret", "model-m-token", f"--namespace={namespace}")["data"]["token"]
    text = operator.log.read_text()
    assert token not in text
    assert "Bearer" not in text
