"""The watch cache keeps a pod in a kilobyte."""

import json
from typing import Any

from freehold_operator.kube.kinds import CONFIG_MAP, POD
from freehold_operator.kube.store import Store
from freehold_operator.trimmers import TRIMMERS, trimmed_pod

CONTAINER = {
    "name": "engine",
    "image": "registry.example.com/freehold/engine-llamacpp:1.2.3",
    "imageID": "registry.example.com/freehold/engine-llamacpp@sha256:" + 64 * "a",
    "containerID": "containerd://" + 64 * "b",
    "ready": True,
    "started": True,
    "restartCount": 0,
    "state": {"running": {"startedAt": "2026-11-24T12:00:00Z"}},
    "lastState": {},
    "resources": {"limits": {"cpu": "1"}},
}
POD_BODY: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "model-smollm2-6bfcb7b54b-ct728",
        "namespace": "tenant-acme",
        "uid": 36 * "u",
        "resourceVersion": "123456",
        "labels": {"freehold.dev/model": "smollm2", "app.kubernetes.io/managed-by": "freehold-operator"},
        "managedFields": [{"f": "x" * 5000}],
        "creationTimestamp": "2026-11-24T12:00:00Z",
    },
    "spec": {"containers": [{"env": [{"name": "SECRET", "value": "s3cret"}]}]},
    "status": {
        "phase": "Running",
        "conditions": [
            {"type": kind, "status": "True", "lastTransitionTime": "2026-11-24T12:00:00Z"}
            for kind in ("PodScheduled", "ContainersReady", "Initialized", "Ready", "PodReadyToStartContainers")
        ],
        "containerStatuses": [CONTAINER],
    },
}


def test_a_pod_is_kept_in_a_kilobyte_without_its_environment() -> None:
    kept = trimmed_pod(POD_BODY)
    assert len(json.dumps(kept)) <= 1024
    assert "s3cret" not in json.dumps(kept)
    assert [item["type"] for item in kept["status"]["conditions"]] == ["PodScheduled", "ContainersReady"]
    assert kept["status"]["containerStatuses"][0]["state"] == CONTAINER["state"]


def test_the_cache_trims_what_it_stores() -> None:
    store = Store(TRIMMERS)
    store.put(POD, POD_BODY)
    found = store.get(POD, "tenant-acme", "model-smollm2-6bfcb7b54b-ct728")
    assert found
    assert "spec" not in found
    note = {"kubectl.kubernetes.io/last-applied-configuration": "x" * 1000, "mine": "1"}
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "annotations": note}}
    store.put(CONFIG_MAP, body)
    kept = store.get(CONFIG_MAP, "", "c")
    assert kept
    assert kept["metadata"]["annotations"] == {"mine": "1"}
