"""What a controller wants to be true: the one shape that `plan` returns and `kube.apply` carries out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """The end state of one object's children.

    `apply`: manifests in the order in which they must be written, each with apiVersion, kind, name,
    namespace and our labels; `delete`: live objects (with uid) to remove, nothing else is ever deleted;
    `stop`: live Deployments or StatefulSets whose replicas go to 0 while all else about them stays;
    `scale`: the number to write to the owner's scale subresource, None for "leave it";
    `requeue_after`: seconds until the object must be looked at again, None for the ordinary resync.
    """

    apply: tuple[Raw, ...] = ()
    delete: tuple[Raw, ...] = ()
    stop: tuple[Raw, ...] = ()
    scale: int | None = None
    requeue_after: float | None = None


def identity(body: Raw) -> tuple[str, str, str, str]:
    """What makes two manifests the same object: apiVersion, kind, namespace, name."""
    metadata = body["metadata"]
    return body["apiVersion"], body["kind"], metadata.get("namespace", ""), metadata["name"]


def unplanned(live: Iterable[Raw], wanted: Sequence[Raw]) -> tuple[Raw, ...]:
    """The live children that nothing asks for any more: a field removed from a spec removes its child."""
    names = {identity(body) for body in wanted}
    return tuple(body for body in live if identity(body) not in names)
