"""Is a live object already what we want? Pure; the difference between 0 writes at rest and a write per resync.

A field counts as equal when the live one holds the same value, spelled in whatever way the server normalises it:
quantities (`1000m` = `1`), keyed lists in any order and with other writers' items, empty = absent.
"""

from typing import Any

from freehold_operator.fingerprints import fingerprint
from freehold_operator.kube import labels
from freehold_operator.quantities import quantity

# Lists that server-side apply merges by key, from the published schema; all others are replaced as a whole.
LIST_KEYS: dict[str, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "volumes": ("name",),
    "env": ("name",),
    "imagePullSecrets": ("name",),
    "volumeMounts": ("mountPath",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
    "ownerReferences": ("uid",),
    "conditions": ("type",),
}
PORT_KEYS = ("containerPort", "port")
QUANTITY_FIELDS = {"requests", "limits", "hard", "default", "defaultRequest", "max", "min", "sizeLimit", "capacity"}


def marked(body: dict[str, Any]) -> dict[str, Any]:
    """The manifest with the annotation that carries its own digest."""
    metadata = body["metadata"]
    annotations = (metadata.get("annotations") or {}) | {labels.HASH: fingerprint(body)}
    return body | {"metadata": metadata | {"annotations": annotations}}


def is_same(wanted: dict[str, Any], live: dict[str, Any]) -> bool:
    """True when applying `wanted` (already `marked`) would change nothing."""
    return _holds(wanted, live, "", keyed=True, quantities=False)


def _holds(wanted: Any, live: Any, field: str, *, keyed: bool, quantities: bool) -> bool:
    if _empty(wanted):
        return _empty(live)
    if isinstance(wanted, dict):
        return isinstance(live, dict) and all(
            _holds(value, live.get(key), key, keyed=keyed, quantities=quantities or key in QUANTITY_FIELDS)
            for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(live, list) and _list_holds(wanted, live, field, keyed=keyed, quantities=quantities)
    if bool(wanted == live) and isinstance(wanted, bool) == isinstance(live, bool):
        return True
    return quantities and quantity(wanted) is not None and quantity(wanted) == quantity(live)


def _list_holds(wanted: list[Any], live: list[Any], field: str, *, keyed: bool, quantities: bool) -> bool:
    keys = _keys(field, wanted) if keyed else ()
    if keys:
        by_key = {tuple(str(item.get(key)) for key in keys): item for item in live}
        found = [by_key.get(tuple(str(item.get(key)) for key in keys)) for item in wanted]
        return all(
            other is not None and _holds(item, other, "", keyed=True, quantities=quantities)
            for item, other in zip(wanted, found, strict=True)
        )
    return len(wanted) == len(live) and all(
        _holds(item, other, "", keyed=False, quantities=quantities) for item, other in zip(wanted, live, strict=True)
    )


def _keys(field: str, wanted: list[Any]) -> tuple[str, ...]:
    if field == "ports":
        return tuple(key for key in PORT_KEYS if all(key in item for item in wanted))[:1]
    return LIST_KEYS.get(field, ())


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, dict | list | str) and not value)
