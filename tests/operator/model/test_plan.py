"""The manifests: each engine with each source and profile, and that no spec makes an unsafe pod."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freehold_operator.kube import comparison
from freehold_operator.model.observed import TenantView, Verdict
from freehold_operator.model.plan import plan, replicas
from freehold_operator.model.policies import judge
from tests.operator.model.restricted import violations
from tests.operator.model.seen import seen

SOURCES = ("file:///models/a.gguf", "pvc://claim/dir/a.gguf", "https://example.com/x/a.gguf")
CUSTOM = {"engine": "Custom", "image": "registry.example.com/x:1"}
SHELLS = {"sh", "bash", "/bin/sh", "/bin/bash", "-c"}


def planned(**spec: Any) -> dict[str, dict[str, Any]]:
    observed = seen(spec=spec)
    verdict = judge(observed)
    assert verdict.accepted, verdict
    return {body["kind"]: body for body in plan(observed, verdict).apply}


def engine(objects: dict[str, dict[str, Any]]) -> dict[str, Any]:
    container: dict[str, Any] = objects["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    return container


@pytest.mark.parametrize("url", SOURCES)
@pytest.mark.parametrize("profile", ["cpu", "cpu:2", "cpu-large", "nvidia-gpu"])
@pytest.mark.parametrize("base", [{"engine": "LlamaCpp"}, CUSTOM], ids=["LlamaCpp", "Custom"])
def test_every_engine_source_and_profile_makes_a_restricted_pod(base: dict[str, Any], url: str, profile: str) -> None:
    objects = planned(**base, url=url, resourceProfile=profile)
    assert violations(objects["Deployment"]["spec"]["template"]) == []
    assert set(objects) == {"Service", "NetworkPolicy", "Deployment", "Role", "RoleBinding"}


def test_the_checker_finds_what_it_must() -> None:
    template = planned(engine="Echo")["Deployment"]["spec"]["template"]
    template["spec"]["hostNetwork"] = True
    template["spec"]["containers"][0]["securityContext"] = {}
    template["spec"]["volumes"].append({"name": "x", "hostPath": {"path": "/"}})
    assert len(violations(template)) == 5


def test_llamacpp_argv_says_everything_the_engine_needs() -> None:
    objects = planned(
        engine="LlamaCpp",
        url="file:///models/a.gguf",
        contextLength=2048,
        targetRequests=3,
        resources={"limits": {"cpu": "2500m"}},
        features=["TextEmbedding"],
        args=["--batch-size=64"],
        drainSeconds=7,
    )
    assert engine(objects)["args"] == [
        *("--model", "/models/a.gguf", "--alias", "m", "--parallel", "3", "--metrics", "--threads", "2"),
        *("--cache-ram-mib", "0", "--api-key-file", "/run/freehold/token", "--drain-seconds", "7"),
        *("--ctx-size", "6144", "--embeddings", "--batch-size=64"),
    ]
    assert "command" not in engine(objects)
    assert engine(objects)["ports"] == [{"name": "http", "containerPort": 8080, "protocol": "TCP"}]


def test_echo_runs_its_own_program_in_the_same_image() -> None:
    container = engine(planned(engine="Echo", args=["--start-seconds=1"]))
    assert container["command"] == ["python3", "/opt/engine/echo.py"]
    assert container["args"][-1] == "--start-seconds=1"


def test_custom_learns_name_weights_and_token_from_its_environment() -> None:
    container = engine(planned(**CUSTOM, url="pvc://claim/a.gguf", port=9000, args=["--x"]))
    variables = {item["name"]: item for item in container["env"]}
    assert variables["FREEHOLD_MODEL_NAME"]["value"] == "m"
    assert variables["FREEHOLD_MODEL_PATH"]["value"] == "/weights/a.gguf"
    assert variables["FREEHOLD_TOKEN"]["valueFrom"]["secretKeyRef"]["name"] == "model-m-token"
    assert container["args"] == ["--x"]
    assert container["ports"][0]["containerPort"] == 9000


def test_a_claim_is_mounted_read_only_and_fetched_weights_are_written_by_the_fetch_alone() -> None:
    spec = planned(engine="LlamaCpp", url="pvc://claim/a.gguf")["Deployment"]["spec"]["template"]["spec"]
    claim = next(volume for volume in spec["volumes"] if volume["name"] == "weights")
    assert claim["persistentVolumeClaim"] == {"claimName": "claim", "readOnly": True}
    spec = planned(engine="LlamaCpp", url="https://example.com/x/a.gguf")["Deployment"]["spec"]["template"]["spec"]
    fetch = spec["initContainers"][0]
    assert fetch["command"] == ["python", "-m", "freehold_operator.fetch"]
    assert fetch["args"] == ["--url", "https://example.com/x/a.gguf", "--to", "/weights/a.gguf"]
    mount = next(mount for mount in spec["containers"][0]["volumeMounts"] if mount["name"] == "weights")
    assert mount["readOnly"]


def test_only_a_fetching_pod_may_go_out_to_public_addresses() -> None:
    without = planned(engine="Echo")["NetworkPolicy"]["spec"]["egress"]
    fetching = planned(engine="LlamaCpp", url="https://example.com/a.gguf")["NetworkPolicy"]["spec"]["egress"]
    assert "0.0.0.0/0" not in json.dumps(without)
    public = fetching[-1]
    assert public["ports"] == [{"port": 443, "protocol": "TCP"}]
    assert {"10.0.0.0/8", "169.254.0.0/16"} <= set(public["to"][0]["ipBlock"]["except"])


def test_the_gateway_alone_may_come_in() -> None:
    rules = planned(engine="Echo")["NetworkPolicy"]["spec"]["ingress"]
    assert rules == [
        {
            "from": [
                {
                    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "freehold-system"}},
                    "podSelector": {"matchLabels": {"freehold.dev/role": "gateway"}},
                }
            ],
            "ports": [{"port": 8080, "protocol": "TCP"}],
        }
    ]


def test_the_tenants_own_way_out_is_the_models_too() -> None:
    tenant = TenantView("acme", egress=({"cidr": "10.9.0.0/16", "ports": [5432]}, {"cidr": "192.0.2.7/32"}))
    observed = seen(spec={"engine": "Echo"}, tenant=tenant)
    policy = next(body for body in plan(observed, judge(observed)).apply if body["kind"] == "NetworkPolicy")
    assert policy["spec"]["egress"][1:] == [
        {"to": [{"ipBlock": {"cidr": "10.9.0.0/16"}}], "ports": [{"port": 5432, "protocol": "TCP"}]},
        {"to": [{"ipBlock": {"cidr": "192.0.2.7/32"}}]},
    ]


def test_probes_follow_the_engine_and_the_spec() -> None:
    container = engine(planned(engine="Echo"))
    assert container["startupProbe"]["failureThreshold"] == 60
    assert (container["readinessProbe"]["periodSeconds"], container["livenessProbe"]["failureThreshold"]) == (5, 6)
    changed = {"liveness": {"enabled": False}, "readiness": {"path": "/ready", "periodSeconds": 2}}
    container = engine(planned(engine="Echo", probes=changed))
    assert "livenessProbe" not in container
    assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": "http"}
    assert container["readinessProbe"]["periodSeconds"] == 2
    assert container["readinessProbe"]["failureThreshold"] == 2


@pytest.mark.parametrize(("base", "pause"), [({"engine": "Echo"}, 5), (CUSTOM, 40)])
def test_a_leaving_pod_waits_as_long_as_its_engine_needs(base: dict[str, Any], pause: int) -> None:
    objects = planned(**base, drainSeconds=40)
    assert engine(objects)["lifecycle"] == {"preStop": {"sleep": {"seconds": pause}}}
    assert objects["Deployment"]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] == 55


def test_disruption_is_the_specs_or_one_at_a_time() -> None:
    assert planned(engine="Echo", maxReplicas=2)["PodDisruptionBudget"]["spec"]["maxUnavailable"] == 1
    given = planned(engine="Echo", maxReplicas=2, disruption={"minAvailable": "50%"})["PodDisruptionBudget"]["spec"]
    assert given["minAvailable"] == "50%"
    assert "maxUnavailable" not in given
    assert "PodDisruptionBudget" not in planned(engine="Echo")


def test_the_autoscaler_scales_the_model_not_the_deployment() -> None:
    spec = planned(
        engine="Echo", minReplicas=1, maxReplicas=4, autoscaling={"mode": "HPA", "hpa": {"targetCPUPercent": 55}}
    )["HorizontalPodAutoscaler"]["spec"]
    assert spec["scaleTargetRef"] == {"apiVersion": "freehold.dev/v1alpha1", "kind": "Model", "name": "m"}
    assert (spec["minReplicas"], spec["maxReplicas"]) == (1, 4)
    assert spec["metrics"][0]["resource"]["target"]["averageUtilization"] == 55


@pytest.mark.parametrize(
    ("spec", "first"),
    [
        ({"engine": "Echo"}, 1),
        ({"engine": "Echo", "autoscaling": {"initialReplicas": 0}}, 0),
        ({"engine": "Echo", "minReplicas": 2, "maxReplicas": 3}, 2),
        ({"engine": "Echo", "minReplicas": 2, "maxReplicas": 3, "autoscaling": {"mode": "HPA"}}, 2),
        ({"engine": "Echo", "autoscaling": {"mode": "Fixed"}}, 1),
        ({"engine": "Echo", "replicas": 0}, None),
    ],
)
def test_replicas_are_written_once_at_the_start(spec: dict[str, Any], first: int | None) -> None:
    observed = seen(spec=spec)
    assert plan(observed, judge(observed)).scale == first
    assert replicas(observed) == (first if first is not None else 0)


def test_a_refused_model_keeps_what_it_has() -> None:
    observed = seen(spec={"engine": "Echo"})
    refused = Verdict(accepted=False, reason=judge(observed).reason, message="no")
    assert plan(observed, refused) == plan(observed, refused)
    assert plan(observed, refused).apply == ()
    assert plan(observed, refused).delete == ()


def test_a_model_that_is_going_is_left_to_garbage_collection() -> None:
    observed = seen(spec={"engine": "Echo"})
    observed.raw["metadata"]["deletionTimestamp"] = "2026-11-24T12:00:00Z"
    assert plan(observed, judge(observed)).apply == ()


def test_a_rollout_is_given_as_long_as_the_engine_without_a_startup_probe() -> None:
    probed = planned(engine="Echo")["Deployment"]["spec"]["progressDeadlineSeconds"]
    unprobed = planned(engine="Echo", probes={"startup": {"enabled": False}})["Deployment"]["spec"]
    assert probed == unprobed["progressDeadlineSeconds"] == 180
    assert "startupProbe" not in unprobed["template"]["spec"]["containers"][0]


def test_no_manifest_has_an_empty_list_or_map() -> None:
    """`egress: []` bumps a NetworkPolicy's generation with every apply."""
    for body in planned(**CUSTOM, url="https://example.com/a", maxReplicas=2).values():
        assert list(empties(body)) == []


def empties(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, dict | list) and not value:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from empties(item, f"{path}/{key}")


text = st.text(max_size=30)
AMOUNTS = {"cpu": st.sampled_from(["1", "250m", "64"]), "memory": st.sampled_from(["1Gi", "64Mi", "1G"])}
amounts = st.fixed_dictionaries({}, optional=AMOUNTS)
names = st.from_regex(r"[A-Z_]{1,8}", fullmatch=True).filter(lambda name: not name.startswith("FREEHOLD_"))
models = st.fixed_dictionaries(
    {"engine": st.sampled_from(["LlamaCpp", "Custom", "Echo"])},
    optional={
        "args": st.lists(text, max_size=4),
        "env": st.dictionaries(names, text, max_size=3).map(
            lambda found: [{"name": name, "value": value} for name, value in found.items()]
        ),
        "resourceProfile": st.sampled_from(["cpu", "cpu:9", "cpu-large:2", "nvidia-gpu"]),
        "resources": st.fixed_dictionaries({}, optional={"requests": amounts, "limits": amounts}),
        "maxReplicas": st.integers(1, 1000),
        "drainSeconds": st.integers(0, 3600),
        "suspend": st.booleans(),
        "contextLength": st.integers(1, 10_000_000),
        "displayName": st.text(min_size=1, max_size=80),
    },
)


@settings(max_examples=100, deadline=None)
@given(models, st.sampled_from(SOURCES))
def test_no_model_makes_an_unsafe_pod_and_no_string_reaches_a_shell(spec: dict[str, Any], url: str) -> None:
    spec = dict(spec)
    spec |= {"url": url} if spec["engine"] != "Echo" else {}
    spec |= {"image": "registry.example.com/x"} if spec["engine"] == "Custom" else {}
    objects = planned(**spec)
    template = objects["Deployment"]["spec"]["template"]
    assert violations(template) == []
    for container in [*template["spec"]["containers"], *template["spec"].get("initContainers", [])]:
        assert not SHELLS & set(container.get("command", []))
        assert all(isinstance(word, str) for word in container.get("args", []))
    for body in objects.values():
        assert comparison.is_same(comparison.marked(body), comparison.marked(body))
