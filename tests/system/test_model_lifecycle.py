"""What an ML engineer sees: ten lines in, a model that serves; deleted, and nothing is left."""

from __future__ import annotations

import time

import pytest
import yaml

from tests.kube_fixtures import ROOT
from tests.system.figures import Figures
from tests.system.platform import Installation, Place, echo

pytestmark = pytest.mark.node

READY_SECONDS = 45.0
GONE_SECONDS = 30.0
CHILDREN = "deployments,replicasets,pods,services,endpointslices,hpa,pdb,networkpolicies,roles,rolebindings,secrets"


def sample(name: str, place: Place) -> str:
    text = (ROOT / "k8s/samples" / name).read_text()
    assert len([line for line in text.splitlines() if line and not line.startswith("#")]) <= 10
    return text.replace("tenant-acme", place.namespace)


def test_ten_lines_serve_a_model_and_deleting_it_leaves_nothing(
    platform: Installation, place: Place, figures: Figures
) -> None:
    begun = time.monotonic()
    platform.kube.apply(sample("model-smollm2.yaml", place), place.namespace)
    platform.wait("model", "smollm2", place.namespace)
    figures.measure(
        "ten-line Model applied to Ready, image present", time.monotonic() - begun, "s", limit=READY_SECONDS
    )
    answer = platform.client(platform.create_key(place.name)).chat.completions.create(
        model="smollm2", messages=[{"role": "user", "content": "Hi"}], max_tokens=4
    )
    assert answer.choices[0].message.content
    ours = ["-n", place.namespace, "-l", "freehold.dev/model=smollm2"]
    assert platform.kube.get(CHILDREN, *ours)["items"]
    begun = time.monotonic()
    platform.kube.kubectl("-n", place.namespace, "delete", "model", "smollm2")
    platform.gone(CHILDREN, *ours)
    figures.measure("children gone after a Model is deleted", time.monotonic() - begun, "s", limit=GONE_SECONDS)


def test_kubectl_get_models_reads_like_a_sentence(awake: Installation) -> None:
    header, *rows = awake.kube.kubectl("get", "models", "-A").splitlines()
    assert header.split()[:4] == ["NAMESPACE", "NAME", "PHASE", "READY"]
    row = next(row for row in rows if "smollm2" in row)
    assert {"Ready", "True", "LlamaCpp"} <= set(row.split())


def test_removing_a_field_removes_its_child(platform: Installation, place: Place) -> None:
    model = echo("shrink", place, minReplicas=1, maxReplicas=2)
    platform.apply(model)
    platform.wait("model", "shrink", place.namespace)
    ours = ["-n", place.namespace, "-l", "freehold.dev/model=shrink"]
    assert platform.kube.get("pdb", *ours)["items"]
    platform.apply(echo("shrink", place, minReplicas=1, maxReplicas=1))
    platform.gone("pdb", *ours)
    platform.kube.kubectl("-n", place.namespace, "delete", "model", "shrink", "--wait=false")


def test_a_model_scaled_by_hand_follows(platform: Installation, place: Place) -> None:
    platform.apply(echo("steps", place, autoscaling={"mode": "Fixed"}, replicas=1, maxReplicas=3))
    platform.wait("model", "steps", place.namespace)
    platform.kube.kubectl("-n", place.namespace, "scale", "model", "steps", "--replicas=2")
    platform.kube.until(lambda: platform.ready_replicas("steps", place.namespace) == 2, "two ready replicas")
    platform.kube.kubectl("-n", place.namespace, "delete", "model", "steps", "--wait=false")


def test_every_sample_is_accepted_by_the_server(platform: Installation) -> None:
    for file in sorted((ROOT / "k8s/samples").glob("*.yaml")):
        for document in yaml.safe_load_all(file.read_text()):
            platform.kube.kubectl("apply", "--dry-run=server", "-f", "-", stdin=yaml.safe_dump(document))
