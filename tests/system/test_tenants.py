"""What a platform team sees: one Tenant, a walled place; two Tenants, no way between them."""

from __future__ import annotations

import base64
import json
from typing import Any

import openai
import pytest

from tests.system.figures import Figures
from tests.system.platform import Installation, Place, echo

pytestmark = pytest.mark.node

PLAIN_SECONDS = 15.0
STORES_SECONDS = 90.0
QUOTA = {"hard": {"requests.cpu": "2"}}
RANGE = {"default": {"cpu": "200m", "memory": "128Mi"}}
IMAGE_OF_ENGINE = "{.spec.template.spec.containers[0].image}"

PROBE = """
import socket, sys
for target in sys.argv[1:]:
    host, _, port = target.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=3).close()
        print(target, "open")
    except OSError as error:
        print(target, "refused")
"""


def probe(platform: Installation, place: Place, image: str, targets: list[str]) -> dict[str, str]:
    """Connect to each `host:port` from a pod of that tenant; `open` or `refused`."""
    security = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True}
    small = {"cpu": "50m", "memory": "64Mi"}
    container: dict[str, Any] = {
        "name": "probe",
        "image": image,
        "command": ["python3", "-c", PROBE, *targets],
        "securityContext": security,
        "resources": {"requests": small, "limits": small},
    }
    spec = {
        "restartPolicy": "Never",
        "containers": [container],
        "automountServiceAccountToken": False,
        "securityContext": {"runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}},
    }
    name = "probe"
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": place.namespace}, "spec": spec}
    platform.kube.kubectl("apply", "-f", "-", stdin=json.dumps(pod))
    there = ("-n", place.namespace)
    platform.kube.until(
        lambda: platform.kube.get("pod", name, *there)["status"].get("phase") in {"Succeeded", "Failed"},
        "the probe ends",
    )
    lines = platform.kube.kubectl("logs", name, *there).splitlines()
    platform.kube.kubectl("delete", "pod", name, *there, "--wait=true", "--grace-period=0", "--force")
    return {target: outcome for target, _, outcome in (line.rpartition(" ") for line in lines)}


def engine_image(platform: Installation) -> str:
    return platform.kube.kubectl(
        "-n", "tenant-acme", "get", "deployment", "model-smollm2", "-o", f"jsonpath={IMAGE_OF_ENGINE}"
    )


def pod_address(platform: Installation, namespace: str, labels: str) -> str:
    def address() -> str:
        pods = platform.kube.get("pods", "-n", namespace, "-l", labels)["items"]
        return str(pods[0]["status"].get("podIP", "")) if pods else ""

    return platform.kube.until(address, f"a pod {labels} in {namespace}")


def test_a_tenant_without_stores_is_ready_soon(platform: Installation, figures: Figures) -> None:
    with platform.tenant(quota=QUOTA, limitRange=RANGE) as made:
        figures.measure("Tenant Ready, without stores", made.seconds, "s", limit=PLAIN_SECONDS)
        kinds = {
            item["kind"]
            for item in platform.kube.get("resourcequota,limitrange,networkpolicy,rolebinding", "-n", made.namespace)[
                "items"
            ]
        }
        assert {"ResourceQuota", "LimitRange", "NetworkPolicy", "RoleBinding"} <= kinds
        labels = platform.kube.get("namespace", made.namespace)["metadata"]["labels"]
        assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


@pytest.mark.timeout(400)
def test_a_pod_reaches_its_own_tenants_stores_and_nothing_of_another(platform: Installation, figures: Figures) -> None:
    both = {"postgres": {"mode": "Dedicated"}, "redis": {"mode": "Dedicated"}}
    image = engine_image(platform)
    with platform.tenant("own", **both) as own, platform.tenant("other", **both) as other:
        figures.measure("Tenant Ready, with its own PostgreSQL and Valkey", own.seconds, "s", limit=STORES_SECONDS)
        platform.apply(echo("private", other))
        platform.wait("model", "private", other.namespace)
        model = pod_address(platform, other.namespace, "freehold.dev/model=private")
        stores = {"freehold-postgres": 5432, "freehold-redis": 6379}
        mine = [f"{name}.{own.namespace}.svc:{port}" for name, port in stores.items()]
        theirs = [f"{name}.{other.namespace}.svc:{port}" for name, port in stores.items()]
        pods = [f"{model}:8080", f"model-private.{other.namespace}.svc:80"]
        seen = probe(platform, own, image, [*mine, *theirs, *pods])
        assert {target: seen[target] for target in mine} == dict.fromkeys(mine, "open")
        assert {target: seen[target] for target in [*theirs, *pods]} == dict.fromkeys([*theirs, *pods], "refused")


def test_the_secrets_of_a_tenants_stores_hold_what_a_client_needs(platform: Installation) -> None:
    def secret(name: str) -> dict[str, str]:
        data = platform.kube.get("secret", name, "-n", "tenant-acme")["data"]
        return {key: base64.b64decode(value).decode() for key, value in data.items()}

    postgres, redis = secret("freehold-postgres"), secret("freehold-redis")
    assert postgres["uri"].startswith("postgresql://")
    assert "sslmode=verify-full" in postgres["uri"]
    assert postgres["asyncpg"].startswith("postgresql+asyncpg://")
    assert redis["url"].startswith("rediss://")
    assert "BEGIN CERTIFICATE" in postgres["ca.crt"]
    assert "BEGIN CERTIFICATE" in redis["ca.crt"]


def test_another_tenants_model_is_as_unknown_as_one_that_does_not_exist(platform: Installation) -> None:
    with platform.tenant() as stranger:
        client = platform.client(platform.create_key(stranger.name))
        errors = [refusal(client, name) for name in ("smollm2", "no-such-model")]
    assert [status for status, _ in errors] == [404, 404]
    assert errors[0][1].replace("smollm2", "X") == errors[1][1].replace("no-such-model", "X")


def refusal(client: Any, model: str) -> tuple[int, str]:
    with pytest.raises(openai.APIStatusError) as refused:
        client.chat.completions.create(model=model, messages=[{"role": "user", "content": "hi"}])
    return refused.value.status_code, str(refused.value.body)
