"""The labels and annotations that mark what is ours; pure, so that builders may use it."""

from collections.abc import Mapping
from typing import Any

GROUP = "freehold.dev"
MANAGER = "freehold-operator"
MANAGED_BY = "app.kubernetes.io/managed-by"
TENANT = f"{GROUP}/tenant"
MODEL = f"{GROUP}/model"
ROLE = f"{GROUP}/role"
CREDENTIAL = f"{GROUP}/credential"
HASH = f"{GROUP}/hash"


def tenant_labels(tenant: str, component: str = "tenant") -> dict[str, str]:
    """Labels of every child of a Tenant; `component` says what it is, such as `postgres`."""
    return {
        MANAGED_BY: MANAGER,
        "app.kubernetes.io/part-of": "freehold",
        "app.kubernetes.io/component": component,
        TENANT: tenant,
    }


def model_labels(tenant: str, model: str) -> dict[str, str]:
    """Labels of every child of a Model, its pods included."""
    return tenant_labels(tenant, "model") | {"app.kubernetes.io/instance": model, MODEL: model}


def model_selector(model: str) -> dict[str, str]:
    """What selects a Model's pods; immutable in a Deployment, so it names no tenant."""
    return {MANAGED_BY: MANAGER, MODEL: model}


def query(labels: Mapping[str, str]) -> str:
    """The text form of a selector, for a labelSelector parameter or `status.selector`."""
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def labels_of(body: Mapping[str, Any]) -> Mapping[str, str]:
    """An object's labels; empty when it has none."""
    found: Mapping[str, str] = body.get("metadata", {}).get("labels") or {}
    return found


def is_ours(body: Mapping[str, Any]) -> bool:
    """True for an object that this operator made: nothing else may be overwritten or deleted."""
    return labels_of(body).get(MANAGED_BY) == MANAGER
