"""What the watches have seen, trimmed: reconciling reads from here and not from the API server.

Not Kopf's index, which never forgets an object that was deleted while its watch was down.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable

from freehold_operator.kube import owners
from freehold_operator.kube.kinds import Kind, ObjectKey, Raw, name_of

Trimmer = Callable[[Raw], Raw]
NOISE = {"kubectl.kubernetes.io/last-applied-configuration"}


def trimmed(body: Raw) -> Raw:
    """An object without the parts that nobody here reads and that are most of its bytes."""
    metadata = {key: value for key, value in body["metadata"].items() if key != "managedFields"}
    if NOISE & (annotations := metadata.get("annotations") or {}).keys():
        metadata["annotations"] = {key: value for key, value in annotations.items() if key not in NOISE}
    return body | {"metadata": metadata}


class Store:
    """Objects by kind, namespace and name, and by the Model or Tenant they belong to."""

    def __init__(self, trimmers: dict[Kind, Trimmer] | None = None) -> None:
        self._trimmers = trimmers or {}
        self._objects: dict[Kind, dict[tuple[str, str], Raw]] = defaultdict(dict)
        self._by_owner: dict[tuple[str, str, str], set[tuple[Kind, str, str]]] = defaultdict(set)

    def put(self, kind: Kind, body: Raw) -> bool:
        """Remember an object unless a newer version is known; True when it is news."""
        body = {"apiVersion": kind.api_version, "kind": kind.kind} | body
        place = name_of(body)
        before = self._objects[kind].get(place)
        if before is not None and _is_older_or_same(body, before):
            return False
        if before is not None:
            self._unlink(kind, before)
        after = self._trimmers.get(kind, trimmed)(body)
        self._objects[kind][place] = after
        self._link(kind, after)
        return True

    def remove(self, kind: Kind, namespace: str, name: str, uid: str = "") -> bool:
        """Forget an object; with `uid`, only that one, so that a late DELETED cannot hide a successor."""
        before = self._objects[kind].get((namespace, name))
        if before is None or (uid and before["metadata"].get("uid") != uid):
            return False
        del self._objects[kind][namespace, name]
        self._unlink(kind, before)
        return True

    def get(self, kind: Kind, namespace: str, name: str) -> Raw | None:
        """One object, or None."""
        return self._objects[kind].get((namespace, name))

    def all(self, kind: Kind) -> Iterable[Raw]:
        """Every object of a kind."""
        return list(self._objects[kind].values())

    def in_namespace(self, kind: Kind, namespace: str) -> list[Raw]:
        """Every object of a kind in one namespace."""
        return [body for (place, _), body in self._objects[kind].items() if place == namespace]

    def owned(self, owner: ObjectKey, kinds: Iterable[Kind] | None = None) -> list[Raw]:
        """The children that carry the owner's labels, of the given kinds or all."""
        allowed = None if kinds is None else set(kinds)
        places = sorted(
            self._by_owner.get((owner.kind, owner.namespace, owner.name), ()),
            key=lambda place: (place[0].plural, *place[1:]),
        )
        return [self._objects[kind][ns, name] for kind, ns, name in places if allowed is None or kind in allowed]

    def missing(self, kind: Kind, names: set[tuple[str, str]]) -> list[Raw]:
        """What is remembered but not among `names`."""
        return [body for place, body in self._objects[kind].items() if place not in names]

    def _link(self, kind: Kind, body: Raw) -> None:
        if owner := owners.owner_of(body):
            self._by_owner[owner].add((kind, *name_of(body)))

    def _unlink(self, kind: Kind, body: Raw) -> None:
        owner = owners.owner_of(body)
        if owner and owner in self._by_owner:
            self._by_owner[owner].discard((kind, *name_of(body)))
            if not self._by_owner[owner]:
                del self._by_owner[owner]


def _is_older_or_same(body: Raw, before: Raw) -> bool:
    """Versions of one object are ordered numbers (guaranteed from Kubernetes 1.35 on, true before)."""
    new, old = body["metadata"], before["metadata"]
    if new.get("uid") != old.get("uid"):
        return False
    versions = str(new.get("resourceVersion", "")), str(old.get("resourceVersion", ""))
    return all(version.isdigit() for version in versions) and int(versions[0]) <= int(versions[1])
