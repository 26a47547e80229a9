"""Echo Models on a live server, and waiting for what becomes of them."""

from __future__ import annotations

import json
from typing import Any

from tests.kube_fixtures import Kube

MADE_SECONDS = 40.0  # 2 s on a quiet machine; these tests run beside others
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
    has_namespace(kube, namespace)
    kube.apply(model(name, **FULL, **spec), namespace)
    kube.until(lambda: has_children(kube, namespace, name), "all children", MADE_SECONDS)


def has_namespace(kube: Kube, namespace: str) -> None:
    """Wait for the Tenant's namespace and quota, and play the quota controller, which this tier lacks."""
    place = f"--namespace={namespace}"
    quota = ("resourcequota", "freehold", place)
    kube.until(lambda: kube.call("get", *quota).returncode == 0, "the namespace and its quota", MADE_SECONDS)
    hard = kube.get(*quota)["spec"]["hard"]
    patch = json.dumps({"status": {"hard": hard, "used": dict.fromkeys(hard, "0")}})
    kube.kubectl("patch", *quota, "--subresource=status", "--type=merge", f"--patch={patch}")
