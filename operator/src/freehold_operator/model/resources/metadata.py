"""Labels and owner of every child of a Model."""

from typing import Any

from freehold_operator.kube import labels, owners
from freehold_operator.model.names import child_name
from freehold_operator.model.observed import Observed

Raw = dict[str, Any]


def child(seen: Observed, api_version: str, kind: str, name: str = "") -> Raw:
    """The head of a child's manifest."""
    tenant = seen.tenant.name if seen.tenant else ""
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {
            "name": name or child_name(seen.name),
            "namespace": seen.namespace,
            "labels": labels.model_labels(tenant, seen.name),
            "ownerReferences": [owners.owner_reference(seen.raw)],
        },
    }
