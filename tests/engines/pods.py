"""Pods of the engine's image as the operator would make them: restricted, limited, with a key file."""

from collections.abc import Sequence
from typing import Any

KEY = "sesame"
KEY_FILE = "/run/secrets/freehold/token"
KEY_ARGUMENTS = ("--api-key-file", KEY_FILE)
RESTRICTED = {
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/enforce-version": "latest",
}


def secret() -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "token"}, "stringData": {"token": KEY}}


def pod(name: str, image: str, args: Sequence[str], memory: str, command: Sequence[str] = ()) -> dict[str, Any]:
    """One CPU at most; ready when /health answers."""
    container: dict[str, Any] = {
        "name": "engine",
        "image": image,
        "args": list(args),
        "ports": [{"name": "http", "containerPort": 8080}],
        "startupProbe": {"httpGet": {"path": "/health", "port": "http"}, "periodSeconds": 1, "failureThreshold": 120},
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"cpu": "1", "memory": memory}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "volumeMounts": [
            {"name": "tmp", "mountPath": "/tmp"},
            {"name": "token", "mountPath": KEY_FILE.rpartition("/")[0], "readOnly": True},
        ],
    }
    if command:
        container["command"] = list(command)
    spec = {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 45,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "fsGroup": 65532,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [
            {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}},
            {"name": "token", "secret": {"secretName": "token", "defaultMode": 0o440}},
        ],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": name}}, "spec": spec}
