"""A KubeApi in memory, for tests that need an API server's manners and no API server.

Real here: uid, resourceVersion and generation, the status split, server-side apply with one set of owned fields per
manager (a field we stop sending disappears), keyed lists, merge patch, preconditions, label selectors, deletion by
ownerReference, finalizers. Not here: schemas, defaults, admission, controllers. Counts every write, and can crash
before or after the n-th.
"""

import copy
import itertools
from collections.abc import Callable, Mapping
from typing import Any

from freehold_operator import errors
from freehold_operator.kube import comparison, labels
from freehold_operator.kube.kinds import Kind, Raw, kind_of, name_of
from freehold_operator.kube.store import Store

Place = tuple[Kind, str, str]
Path = tuple[str, ...]
SPECLESS = {"Secret", "ConfigMap", "Role", "RoleBinding"}


class CrashError(BaseException):
    """The operator process dies here; not an Exception, so that no handler can swallow it."""


class FakeKube:
    """Implements `KubeApi`; `put` and `change` play the other clients."""

    def __init__(self) -> None:
        self.objects: dict[Place, Raw] = {}
        self.writes: list[tuple[str, str, str]] = []
        self.crash_before: int | None = None
        self.crash_after: int | None = None
        self.refuse: Callable[[str, str, str], errors.ApiError | None] = lambda verb, plural, name: None
        self.warnings: tuple[str, ...] = ()
        self.listeners: list[Callable[[str, Kind, Raw], None]] = []
        self._owned: dict[tuple[Place, str], set[Path]] = {}
        self._versions = itertools.count(100)
        self._uids = itertools.count(1)

    # What tests ask -------------------------------------------------------------------------------------------

    def feed(self, store: Store) -> None:
        """Let a watch cache see everything there is and everything that will be."""
        for (kind, _, _), body in self.objects.items():
            store.put(kind, copy.deepcopy(body))

        def listen(event: str, kind: Kind, body: Raw) -> None:
            if event == "DELETED":
                store.remove(kind, *name_of(body), uid=body["metadata"]["uid"])
            else:
                store.put(kind, copy.deepcopy(body))

        self.listeners.append(listen)

    def find(self, kind: Kind, name: str, namespace: str = "") -> Raw:
        """An object that must exist."""
        return self.objects[kind, namespace, name]

    def names(self, kind: Kind, namespace: str = "") -> list[str]:
        """Names of a kind's objects, sorted."""
        return sorted(name for found, place, name in self.objects if found == kind and place == namespace)

    # What other clients do ------------------------------------------------------------------------------------

    def put(self, body: Raw) -> Raw:
        """Another client creates or replaces an object, status included; not counted as a write of ours."""
        kind, (namespace, name) = kind_of(body), name_of(body)
        before = self.objects.get((kind, namespace, name))
        after = copy.deepcopy(body)
        metadata = after["metadata"]
        metadata["uid"] = before["metadata"]["uid"] if before else metadata.get("uid") or f"uid-{next(self._uids)}"
        changed_spec = before is None or before.get("spec") != after.get("spec")
        generation = before["metadata"].get("generation", 0) if before else 0
        metadata["generation"] = generation + changed_spec
        metadata["resourceVersion"] = str(next(self._versions))
        self._store((kind, namespace, name), after)
        return after

    def change(self, kind: Kind, name: str, namespace: str = "", **parts: Any) -> Raw:
        """Another client sets top-level parts of an object: `change(POD, "x", "ns", status={...})`."""
        return self.put(copy.deepcopy(self.find(kind, name, namespace)) | parts)

    def remove(self, kind: Kind, name: str, namespace: str = "") -> None:
        """Another client deletes an object."""
        self._delete((kind, namespace, name))

    # KubeApi --------------------------------------------------------------------------------------------------

    async def get(self, kind: Kind, name: str, namespace: str = "") -> Raw | None:
        self._maybe_refuse("get", kind, name)
        return copy.deepcopy(self.objects.get((kind, namespace, name)))

    async def list(
        self, kind: Kind, namespace: str = "", selector: Mapping[str, str] | None = None, *, metadata_only: bool = False
    ) -> list[Raw]:
        self._maybe_refuse("list", kind, "")
        wanted = dict(selector or {}).items()
        return [
            copy.deepcopy(body)
            for (found, place, _), body in sorted(self.objects.items(), key=lambda item: item[0][1:])
            if found == kind and namespace in {"", place} and wanted <= dict(labels.labels_of(body)).items()
        ]

    async def apply(self, body: Raw) -> Raw:
        place = (kind_of(body), *name_of(body))
        self._require_namespace(place)
        return self._write("apply", place, lambda: self._applied(place, body, labels.MANAGER))

    async def apply_status(self, body: Raw) -> Raw:
        place = (kind_of(body), *name_of(body))
        if place not in self.objects:
            raise errors.NotFoundError(f"{place[2]} not found", status=404)
        status = {key: body[key] for key in ("apiVersion", "kind", "metadata", "status")}
        return self._write("status", place, lambda: self._applied(place, status, f"{labels.MANAGER}/status"))

    async def warnings_of(self, body: Raw) -> tuple[str, ...]:
        self._maybe_refuse("warnings", kind_of(body), name_of(body)[1])
        return self.warnings

    async def create(self, body: Raw) -> Raw:
        place = (kind_of(body), *name_of(body))
        self._require_namespace(place)
        if place in self.objects:
            raise errors.ConflictError(f"{place[2]} already exists", status=409, reason="AlreadyExists")
        return self._write("create", place, lambda: self.put(body))

    async def merge_patch(self, kind: Kind, name: str, namespace: str, patch: Raw, subresource: str = "") -> Raw:
        place = (kind, namespace, name)
        live = self.objects.get(place)
        if live is None:
            raise errors.NotFoundError(f"{name} not found", status=404)
        version = patch.get("metadata", {}).get("resourceVersion")
        if version and version != live["metadata"]["resourceVersion"]:
            raise errors.ConflictError(f"{name} changed", status=409, reason="Conflict")
        return self._write(subresource or "patch", place, lambda: self._commit(place, _merged(live, patch)))

    async def patch_scale(
        self, kind: Kind, name: str, namespace: str, replicas: int, resource_version: str = ""
    ) -> None:
        metadata = {"metadata": {"resourceVersion": resource_version}} if resource_version else {}
        await self.merge_patch(kind, name, namespace, metadata | {"spec": {"replicas": replicas}}, "scale")

    async def delete(self, kind: Kind, name: str, namespace: str, uid: str) -> bool:
        place = (kind, namespace, name)
        live = self.objects.get(place)
        if live is None or live["metadata"]["uid"] != uid:
            return False
        self._write("delete", place, lambda: self._delete(place))
        return True

    async def close(self) -> None:
        return None

    # Inside ---------------------------------------------------------------------------------------------------

    def _write[T](self, verb: str, place: Place, act: Callable[[], T]) -> T:
        self._maybe_refuse(verb, place[0], place[2])
        number = len(self.writes)
        if self.crash_before == number:
            raise CrashError(f"before write {number}")
        self.writes.append((verb, place[0].kind, place[2]))
        result = act()
        if self.crash_after == number:
            raise CrashError(f"after write {number}")
        return copy.deepcopy(result)

    def _maybe_refuse(self, verb: str, kind: Kind, name: str) -> None:
        if error := self.refuse(verb, kind.plural, name):
            raise error

    def _require_namespace(self, place: Place) -> None:
        kind, namespace, _ = place
        known = {name for found, _, name in self.objects if found.kind == "Namespace"}
        if kind.namespaced and known and namespace not in known:
            raise errors.NotFoundError(f'namespaces "{namespace}" not found', status=404)

    def _applied(self, place: Place, body: Raw, manager: str) -> Raw:
        live = copy.deepcopy(self.objects.get(place, {}))
        wanted = set(_leaves(body))
        dropped = self._owned.get((place, manager), set()) - wanted
        for (other, name), paths in self._owned.items():
            if other == place and name != manager:
                dropped -= paths
        for path in dropped:
            _forget(live, path)
        self._owned[place, manager] = wanted
        return self._commit(place, _overlaid(live, body, "", keyed=True))

    def _commit(self, place: Place, after: Raw) -> Raw:
        before = self.objects.get(place)
        metadata = after["metadata"]
        if before is None:
            metadata |= {"uid": f"uid-{next(self._uids)}", "generation": 1}
        elif _without_version(before) == _without_version(after):
            return before
        elif before.get("spec") != after.get("spec"):
            metadata["generation"] = before["metadata"].get("generation", 1) + 1
        metadata["resourceVersion"] = str(next(self._versions))
        self._store(place, after)
        if metadata.get("deletionTimestamp") and not metadata.get("finalizers"):
            self._delete(place)
        return after

    def _store(self, place: Place, body: Raw) -> None:
        self.objects[place] = body
        self._tell("MODIFIED", place[0], body)

    def _delete(self, place: Place) -> None:
        body = self.objects.get(place)
        if body is None:
            return
        if body["metadata"].get("finalizers"):
            if not body["metadata"].get("deletionTimestamp"):
                marked = body | {"metadata": body["metadata"] | {"deletionTimestamp": "2026-01-01T00:00:00Z"}}
                marked["metadata"]["resourceVersion"] = str(next(self._versions))
                self._store(place, marked)
            return
        del self.objects[place]
        for key in [key for key in self._owned if key[0] == place]:
            del self._owned[key]
        self._tell("DELETED", place[0], body)
        uid = body["metadata"]["uid"]
        for other, child in list(self.objects.items()):
            references = child["metadata"].get("ownerReferences") or []
            in_namespace = place[0].kind == "Namespace" and other[1] == place[2]
            if in_namespace or any(reference["uid"] == uid for reference in references):
                self._delete(other)

    def _tell(self, event: str, kind: Kind, body: Raw) -> None:
        for listener in self.listeners:
            listener(event, kind, body)


def _without_version(body: Raw) -> Raw:
    metadata = {key: value for key, value in body["metadata"].items() if key not in {"resourceVersion", "generation"}}
    return body | {"metadata": metadata}


def _leaves(value: Any, path: Path = ()) -> list[Path]:
    """Paths of all scalars, and of lists as a whole unless server-side apply merges them by key."""
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in _leaves(item, (*path, key))]
    keys = comparison.LIST_KEYS.get(path[-1], ()) if path else ()
    if isinstance(value, list) and keys:
        return [leaf for item in value for leaf in _leaves(item, (*path, _item_key(item, keys)))]
    return [path]


def _item_key(item: Raw, keys: tuple[str, ...]) -> str:
    return "k:" + "/".join(str(item.get(key)) for key in keys)


def _overlaid(live: Any, wanted: Any, field: str, *, keyed: bool) -> Any:
    if isinstance(wanted, dict):
        base = live if isinstance(live, dict) else {}
        return base | {key: _overlaid(base.get(key), item, key, keyed=keyed) for key, item in wanted.items()}
    keys = comparison.LIST_KEYS.get(field, ())
    if isinstance(wanted, list) and keys and isinstance(live, list):
        merged = {_item_key(item, keys): item for item in live}
        for item in wanted:
            merged[_item_key(item, keys)] = _overlaid(merged.get(_item_key(item, keys)), item, "", keyed=True)
        return list(merged.values())
    return copy.deepcopy(wanted)


def _forget(live: Any, path: Path) -> None:
    """Remove one leaf, and the maps and keyed items that it leaves empty."""
    head, *rest = path
    if isinstance(live, list):
        _forget_item(live, head, tuple(rest))
        return
    if not isinstance(live, dict) or head not in live:
        return
    if rest:
        _forget(live[head], tuple(rest))
    if not rest or live[head] in ({}, []):
        del live[head]


def _forget_item(live: list[Any], key: str, rest: Path) -> None:
    for names in set(comparison.LIST_KEYS.values()):
        for item in [item for item in live if isinstance(item, dict) and _item_key(item, names) == key]:
            if rest:
                _forget(item, rest)
            if not rest or not item:
                live.remove(item)


def _merged(live: Raw, patch: Raw) -> Raw:
    result = copy.deepcopy(live)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            result[key] = _merged(result.get(key) or {}, value)
        else:
            result[key] = copy.deepcopy(value)
    return result
