"""Which object owns which child; pure, so that builders may use it."""

from typing import Any

from freehold_operator.kube import labels


def owner_reference(owner: dict[str, Any]) -> dict[str, Any]:
    """The reference that lets garbage collection delete a child with its owner.

    Without `blockOwnerDeletion`, which would need the right to update finalizers of the owner.
    """
    metadata = owner["metadata"]
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
    }


def is_owned_by(child: dict[str, Any], uid: str) -> bool:
    """True when the owner with this uid controls the child; a label alone can be forged."""
    references = child.get("metadata", {}).get("ownerReferences") or []
    return any(reference.get("uid") == uid and reference.get("controller") for reference in references)


def owner_of(child: dict[str, Any]) -> tuple[str, str, str] | None:
    """(kind, namespace, name) of the Model or Tenant a labelled child belongs to, for the queue."""
    marks = labels.labels_of(child)
    if model := marks.get(labels.MODEL):
        return "Model", child["metadata"].get("namespace", ""), model
    if tenant := marks.get(labels.TENANT):
        return "Tenant", "", tenant
    return None
