"""Every pod of every case: hardened, bounded, told nothing secret by its environment."""

from copy import deepcopy
from typing import Any

import pytest
import yaml

from tests.charts.rendering import UMBRELLA, case, cases, containers, render
from tests.charts.restricted import faults

pytestmark = pytest.mark.charts


@pytest.mark.parametrize("name", cases())
def test_every_pod_passes_the_restricted_profile_with_requests_and_limits(name: str) -> None:
    found = {pod: faults(template) for pod, template in case(name).pods()}
    assert found, "no pod was rendered"
    assert {pod: list_ for pod, list_ in found.items() if list_} == {}


def test_the_edit_loops_pods_keep_the_same_rules_and_the_web_app_has_the_same_volumes() -> None:
    ours = dict(render(yaml.safe_load((UMBRELLA / "dev-values.yaml").read_text())).pods())
    assert {pod: found for pod, template in ours.items() if (found := faults(template))} == {}
    web = "Deployment/freehold-frontend"  # a patch of its pod lists all volumes anew
    names = [{v["name"] for v in each[web]["spec"]["volumes"]} for each in (ours, dict(case("small").pods()))]
    assert names[0] == names[1]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda spec: spec["securityContext"].pop("runAsNonRoot"), "runs as root"),
        (lambda spec: spec.update(hostNetwork=True), "uses the host's namespaces"),
        (lambda spec: spec["volumes"].append({"name": "h", "hostPath": {"path": "/"}}), "refused kind"),
        (lambda spec: spec["containers"][0]["resources"]["limits"].pop("memory"), "no limits for memory"),
        (lambda spec: spec["containers"][0]["securityContext"]["capabilities"].update(add=["SYS_ADMIN"]), "capabilit"),
        (lambda spec: spec["volumes"].append({"name": "big", "emptyDir": {}}), "size limit"),
    ],
)
def test_the_profile_checker_finds_what_is_wrong(change: Any, fault: str) -> None:
    template = deepcopy(dict(case("small").pods())["Deployment/freehold-app"])
    change(template["spec"])
    assert any(fault in found for found in faults(template))


@pytest.mark.parametrize("name", cases())
def test_no_secret_reaches_an_environment(name: str) -> None:
    for pod, template in case(name).pods():
        for container in containers(template):
            sources = [variable for variable in container.get("env", []) if "secretKeyRef" in str(variable)]
            assert not sources, pod
            assert not container.get("envFrom"), pod


@pytest.mark.parametrize("name", [name for name in cases() if name != "gitops"])
def test_no_secret_value_stands_outside_a_secret(name: str) -> None:
    rendered = case(name)
    others = str([item for item in rendered.objects if item["kind"] != "Secret"])
    values = [
        value for secret in rendered.of("Secret").values() for key, value in secret["data"].items() if "ca" not in key
    ]
    assert not [value for value in values if value in others]


def test_only_pods_that_talk_to_the_api_server_hold_a_token_and_only_for_ten_minutes() -> None:
    holders = {}
    for pod, template in case("split").pods():
        for volume in template["spec"].get("volumes", []):
            for source in volume.get("projected", {}).get("sources", []):
                if "serviceAccountToken" in source:
                    holders[pod] = source["serviceAccountToken"]["expirationSeconds"]
    assert holders == {
        "Deployment/freehold-control": 600,
        "Deployment/freehold-gateway": 600,
        "Deployment/freehold-model-controller": 600,
        "Deployment/freehold-tenant-controller": 600,
    }


def test_only_the_container_that_migrates_sees_the_migrators_password() -> None:
    volumes = {v["name"]: v for v in dict(case("small").pods())["Deployment/freehold-app"]["spec"]["volumes"]}
    assert "migrator" in str(volumes["migrator"])
    assert "migrator" not in str(volumes["secrets"])
    template = dict(case("small").pods())["Deployment/freehold-app"]
    mounts = {c["name"]: {m["name"] for m in c["volumeMounts"]} for c in containers(template)}
    assert "migrator" in mounts["migrate"]
    assert "migrator" not in mounts["app"]


def test_a_pods_grace_is_twenty_seconds_longer_than_its_drain() -> None:
    spec = dict(case("full").pods())["Deployment/freehold-gateway"]["spec"]
    assert spec["terminationGracePeriodSeconds"] == 140
    assert {"name": "FREEHOLD_DRAIN_SECONDS", "value": "120"} in spec["containers"][0]["env"]


def test_a_patch_reaches_the_pod_template_and_leaves_the_rest() -> None:
    spec = dict(case("full").pods())["Deployment/freehold-worker"]["spec"]
    assert spec["priorityClassName"] == "platform"
    assert spec["serviceAccountName"] == "freehold-worker"


def test_every_image_comes_from_the_mirror_where_one_is_named() -> None:
    images = {c["image"] for _, template in case("air-gapped").pods() for c in containers(template)}
    assert len(images) == 5
    assert all(image.startswith("registry.internal.example/freehold-mirror/") for image in images)
    for pod, template in case("air-gapped").pods():
        assert template["spec"]["imagePullSecrets"] == [{"name": "mirror"}], pod
