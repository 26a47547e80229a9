"""What a node of localkube can do that others build upon: names, storage, limits, images, ways in.

Real: everything. Other clusters do these things too, so most of this also runs on a stock one; what is localkube's own
(the local registry, the base image stand-ins) is skipped there with its reason.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from localkube.storage import PRIVATE, storage_environment
from tests.kube_fixtures import ROOT, Kube, localkube
from tests.localkube.talkers import IMAGE, RESTRICTED, pod

pytestmark = pytest.mark.node

PATIENCE_SECONDS = 90.0


@pytest.fixture(scope="module")
def space(kube_node: Kube) -> Iterator[str]:
    kube_node.load(IMAGE)
    with kube_node.namespace("lk") as name:
        yield name


@pytest.fixture
def name(kube_node: Kube) -> str:
    """The name of a cluster that localkube made."""
    context = str(yaml.safe_load(kube_node.kubeconfig.read_text())["current-context"])
    if not context.startswith("localkube-"):
        pytest.skip(f"{context} is not one of localkube's")
    return context.removeprefix("localkube-")


def fetch(url: str) -> bytes:
    """The body, or nothing while nobody answers."""
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=2) as answer:
            return bytes(answer.read())
    except OSError:
        return b""


def finished(kube: Kube, space: str, name: str) -> str:
    """Wait for a pod that runs to its end; Succeeded or Failed."""

    def phase() -> str:
        seen = str(kube.get("pod", name, f"--namespace={space}")["status"].get("phase"))
        return seen if seen in {"Succeeded", "Failed"} else ""

    return kube.until(phase, f"pod {name} ends", PATIENCE_SECONDS)


def python(name: str, code: str, **changes: Any) -> dict[str, Any]:
    made = pod(name, {"app": name}, ["python3", "-u", "-c", code], restart="Never")
    made["spec"]["containers"][0] |= changes
    return made


def claim(name: str) -> dict[str, Any]:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}}
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": spec}


def with_volume(made: dict[str, Any], claimed: str) -> dict[str, Any]:
    made["spec"]["volumes"] = [{"name": "data", "persistentVolumeClaim": {"claimName": claimed}}]
    made["spec"]["containers"][0]["volumeMounts"] = [{"name": "data", "mountPath": "/data"}]
    return made


def test_a_pod_finds_the_api_server_by_name(kube_node: Kube, space: str) -> None:
    code = "import socket; socket.create_connection(('kubernetes.default.svc.cluster.local', 443), 5)"
    kube_node.apply(python("resolver", code), space)
    assert finished(kube_node, space, "resolver") == "Succeeded", kube_node.kubectl("logs", "resolver", f"-n{space}")


def test_any_user_can_write_its_volume_from_the_first_moment_and_the_data_go_with_the_claim(
    kube_node: Kube, space: str
) -> None:
    kube_node.apply(claim("data"), space)
    kube_node.apply(with_volume(python("writer", "open('/data/x', 'w').write('kept')"), "data"), space)
    assert finished(kube_node, space, "writer") == "Succeeded", kube_node.kubectl("logs", "writer", f"-n{space}")
    kube_node.apply(with_volume(python("reader", "print(open('/data/x').read())"), "data"), space)
    assert finished(kube_node, space, "reader") == "Succeeded"
    assert kube_node.kubectl("logs", "reader", f"-n{space}") == "kept\n"

    volume = kube_node.get("pvc", "data", f"--namespace={space}")["spec"]["volumeName"]
    kube_node.kubectl("delete", "pod", "writer", "reader", f"--namespace={space}")
    kube_node.kubectl("delete", "pvc", "data", f"--namespace={space}")
    gone = kube_node.until(lambda: kube_node.call("get", "pv", volume).returncode, "the volume goes with its claim")
    assert gone


def test_deleted_claims_leave_no_directory(kube_node: Kube, space: str, name: str) -> None:
    volumes = kube_node.kubeconfig.parent / "volumes"
    before = set(volumes.iterdir())
    kube_node.apply(claim("short"), space)
    made = kube_node.until(lambda: set(volumes.iterdir()) - before, "a directory for the claim")
    assert {path.stat().st_mode & 0o777 for path in made} == {0o777}
    kube_node.kubectl("delete", "pvc", "short", f"--namespace={space}")
    kube_node.until(lambda: set(volumes.iterdir()) <= before, "the directory goes")


def test_a_container_past_its_memory_limit_is_killed_and_says_so(kube_node: Kube, space: str) -> None:
    limits = {"limits": {"memory": "48Mi", "cpu": "500m"}, "requests": {"memory": "16Mi", "cpu": "50m"}}
    kube_node.apply(python("eater", "x = bytearray(200 << 20)", resources=limits), space)
    assert finished(kube_node, space, "eater") == "Failed"
    status = kube_node.get("pod", "eater", f"--namespace={space}")["status"]["containerStatuses"][0]
    assert status["state"]["terminated"]["reason"] == "OOMKilled"


BURN = """
import pathlib, time
while time.process_time() < 0.6: pass
v1, v2 = pathlib.Path('/sys/fs/cgroup/cpu/cpu.stat'), pathlib.Path('/sys/fs/cgroup/cpu.stat')
stat = dict(line.split() for line in (v1 if v1.exists() else v2).read_text().splitlines())
print(stat['nr_throttled'])
"""


def test_a_container_past_its_cpu_limit_is_slowed_down(kube_node: Kube, space: str) -> None:
    limits = {"limits": {"memory": "64Mi", "cpu": "200m"}, "requests": {"memory": "16Mi", "cpu": "50m"}}
    kube_node.apply(python("burner", BURN, resources=limits), space)
    assert finished(kube_node, space, "burner") == "Succeeded"
    assert int(kube_node.kubectl("logs", "burner", f"-n{space}")) > 5


def test_use_of_cpu_and_memory_is_measured(kube_node: Kube, space: str) -> None:
    kube_node.apply(pod("measured", {}, ["sleep", "600"]), space)
    words = ("top", "pod", "measured", "--no-headers", f"--namespace={space}")
    seen = kube_node.until(
        lambda: (found := kube_node.call(*words)).returncode == 0 and found.stdout, "metrics", PATIENCE_SECONDS
    )
    assert "Mi" in str(seen)


def test_a_service_is_reached_from_the_host_through_a_node_port(kube_node: Kube, space: str, name: str) -> None:
    kube_node.apply(python("web", "import http.server as h; h.test(h.SimpleHTTPRequestHandler, port=8000)"), space)
    ports = [{"port": 80, "targetPort": 8000}]
    spec = {"type": "NodePort", "selector": {"app": "web"}, "ports": ports}
    kube_node.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": spec}, space)
    port = kube_node.get("service", "web", f"--namespace={space}")["spec"]["ports"][0]["nodePort"]
    node = json.loads(localkube("status", "--json", "--name", name))["node_ip"]

    page = kube_node.until(lambda: fetch(f"http://{node}:{port}/"), "the NodePort answers")
    assert b"Directory listing" in page


def test_an_image_from_an_ordinary_dockerfile_runs_under_its_own_name(
    kube_node: Kube, space: str, name: str, tmp_path: Path
) -> None:
    (tmp_path / "Dockerfile").write_text(
        'ARG BASE=python:3.13-slim\nFROM ${BASE}\nARG WORD=none\nRUN echo $WORD >/word\nCMD ["cat", "/word"]\n'
    )
    tag = "lk-test/word:1"
    localkube("image", "-t", tag, str(tmp_path), "--", "--build-arg", "WORD=built")
    archive = tmp_path / "word.tar"
    storage = f"containers-storage:localhost/{tag}"
    copy = [*PRIVATE, "skopeo", "copy", "--quiet", storage, f"docker-archive:{archive}:lk-test/from-tar:1"]
    subprocess.run(copy, check=True, env=storage_environment(), capture_output=True)
    localkube("load", "--name", name, tag, str(archive))
    for image, label in ((tag, "by-name"), ("lk-test/from-tar:1", "by-tar")):
        made = pod(label, {}, [], restart="Never")
        made["spec"]["containers"][0] |= {"image": image, "imagePullPolicy": "Always"}
        del made["spec"]["containers"][0]["command"]
        kube_node.apply(made, space)
        assert finished(kube_node, space, label) == "Succeeded"
        assert kube_node.kubectl("logs", label, f"-n{space}") == "built\n"


def test_what_is_loaded_already_is_not_copied_again(kube_node: Kube, name: str) -> None:
    localkube("load", "--name", name, IMAGE)
    assert "load " not in localkube("load", "--name", name, IMAGE)


STORES = {
    "postgres:17": (
        {"POSTGRES_PASSWORD": "secret", "POSTGRES_USER": "fh", "POSTGRES_DB": "app", "PGDATA": "/data/pg"},
        ["psql", "-h127.0.0.1", "-Ufh", "-dapp", "-Atc", "create extension vector; select usename from pg_user"],
        "fh",
    ),
    "valkey:8": ({}, ["valkey-cli", "PING"], "PONG"),
}


@pytest.mark.parametrize("image", STORES)
def test_a_store_stand_in_runs_restricted_and_keeps_its_data(
    kube_node: Kube, space: str, name: str, image: str
) -> None:
    env, command, expected = STORES[image]
    kube_node.load(image)
    label = image.partition(":")[0]
    kube_node.apply(claim(label), space)
    store = with_volume(pod(label, {}, []), label)
    container = store["spec"]["containers"][0]
    del container["command"]
    container |= {"image": image, "env": [{"name": k, "value": v} for k, v in env.items()]}
    container["securityContext"] = RESTRICTED | {"readOnlyRootFilesystem": True}
    store["spec"]["volumes"].append({"name": "tmp", "emptyDir": {}})
    container["volumeMounts"].append({"name": "tmp", "mountPath": "/tmp"})
    kube_node.apply(store, space)
    words = ("exec", f"--namespace={space}", label, "--", "env", "PGPASSWORD=secret", *command)
    said = kube_node.until(lambda: (r := kube_node.call(*words)).returncode == 0 and r.stdout, image, PATIENCE_SECONDS)
    assert expected in str(said)


def test_a_loopback_port_leads_to_the_node(name: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "localkube", "forward", "--name", name, "0", "5000"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT / "tools",
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split(" ")[0]
        assert fetch(f"{address}/v2/") == b"{}"
    finally:
        process.terminate()
        process.communicate()
