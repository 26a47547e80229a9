"""Every Model of the cluster as this process saw it last: one watch for all, so that lists cost no call.

What was seen keeps being shown while the watch is broken; `stale` says that it is. Who may see which namespace is the
callers' affair: they ask with the principal's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any

from freehold_app.catalog.errors import ModelNotFoundError, NotWatchedYetError
from freehold_app.catalog.reading import name_of, state_of
from freehold_app.catalog.schemas import ModelState
from freehold_app.kit.clock import Clock

type Raw = dict[str, Any]
type Key = tuple[str, str]
"""Namespace and name."""

STALE_SECONDS = 15.0


class Listener:
    """Collects what changed until somebody has time for it; the newest state only."""

    def __init__(self) -> None:
        self.news = asyncio.Event()
        self._changed: dict[Key, None] = {}

    def note(self, keys: Iterable[Key]) -> None:
        self._changed.update(dict.fromkeys(keys))
        self.news.set()

    def take(self) -> list[Key]:
        """What changed since the last call, oldest first."""
        taken, self._changed = list(self._changed), {}
        self.news.clear()
        return taken


class ModelInformer:
    """It is `platform.kubernetes.WatchSink`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._objects: dict[str, dict[str, Raw]] = {}
        self._states: dict[Key, ModelState] = {}
        self._listeners: set[Listener] = set()
        self._lost_at: float | None = None
        self.listed = False

    @property
    def stale(self) -> bool:
        """Whether the watch has been broken for longer than a hiccup."""
        return self._lost_at is not None and self._clock.monotonic() - self._lost_at >= STALE_SECONDS

    def names(self, namespace: str) -> list[str]:
        """Sorted; NotWatchedYetError before the first list."""
        return sorted(self._in(namespace))

    def get(self, namespace: str, name: str) -> Raw:
        """The object, not to be changed; ModelNotFoundError."""
        found = self._in(namespace).get(name)
        if found is None:
            raise ModelNotFoundError(f"there is no Model {name!r}")
        return found

    def find(self, key: Key) -> Raw | None:
        return self._objects.get(key[0], {}).get(key[1])

    def state(self, namespace: str, name: str) -> ModelState:
        """The object's row, made once per change."""
        key = namespace, name
        if key not in self._states:
            self._states[key] = state_of(self.get(namespace, name))
        return self._states[key]

    def keys(self) -> Iterator[Key]:
        for namespace, objects in self._objects.items():
            for name in objects:
                yield namespace, name

    def subscribe(self) -> Listener:
        """With everything that is there as its first news."""
        listener = Listener()
        listener.note(self.keys())
        self._listeners.add(listener)
        return listener

    def unsubscribe(self, listener: Listener) -> None:
        self._listeners.discard(listener)

    def note(self, item: Raw) -> None:
        """What the API server answered to a write of ours: it is shown before the watch brings it."""
        self._put(item)

    def forget(self, namespace: str, name: str, uid: str) -> None:
        """It was deleted by us; one of the same name that was made since stays."""
        found = self.find((namespace, name))
        if found is not None and found["metadata"].get("uid") == uid:
            self._drop(found)

    def replace(self, objects: list[Raw]) -> None:
        before = set(self.keys())
        self._objects, self._states, self.listed = {}, {}, True
        for item in objects:
            self._objects.setdefault(_key(item)[0], {})[name_of(item)] = item
        self._tell(before | set(self.keys()))

    def change(self, kind: str, item: Raw) -> None:
        if kind == "DELETED":
            self._drop(item)
        else:
            self._put(item)

    def heard(self) -> None:
        if self._lost_at is not None:
            self._lost_at = None
            self._tell(())

    def lost(self, error: Exception) -> None:  # noqa: ARG002  logged by the client
        if self._lost_at is None:
            self._lost_at = self._clock.monotonic()
            self._tell(())

    def _in(self, namespace: str) -> dict[str, Raw]:
        if not self.listed:
            raise NotWatchedYetError
        return self._objects.get(namespace, {})

    def _put(self, item: Raw) -> None:
        key = _key(item)
        if _is_older(item, self.find(key)):
            return
        self._objects.setdefault(key[0], {})[key[1]] = item
        self._states.pop(key, None)
        self._tell([key])

    def _drop(self, item: Raw) -> None:
        key = _key(item)
        self._objects.get(key[0], {}).pop(key[1], None)
        self._states.pop(key, None)
        self._tell([key])

    def _tell(self, keys: Iterable[Key]) -> None:
        for listener in self._listeners:
            listener.note(keys)


def _key(item: Raw) -> Key:
    return str(item["metadata"].get("namespace", "")), name_of(item)


def _is_older(item: Raw, known: Raw | None) -> bool:
    """Whether the watch brings a state from before our own write. Versions are numbers in order (KEP-5504)."""
    if known is None or known["metadata"].get("uid") != item["metadata"].get("uid"):
        return False
    versions = [str(one["metadata"].get("resourceVersion", "")) for one in (item, known)]
    return all(version.isdigit() for version in versions) and int(versions[0]) < int(versions[1])
