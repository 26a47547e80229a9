"""Keeps the watch cache honest: a full list before anything is decided, and lists that find what a watch missed."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence

from freehold_operator import errors
from freehold_operator.controller import Controller
from freehold_operator.kube import labels
from freehold_operator.kube.api import KubeApi
from freehold_operator.kube.kinds import Kind, ObjectKey, Raw, name_of
from freehold_operator.kube.store import Store
from freehold_operator.watching import UNFILTERED

AFTER_RELIST_SECONDS = 2.0
TICK_SECONDS = 0.5


class Sync:
    """Feeds the cache from lists and watch events, and queues whom each change concerns."""

    def __init__(
        self,
        api: KubeApi,
        store: Store,
        controllers: Sequence[Controller],
        enqueue: Callable[[ObjectKey], None],
        resync_seconds: float,
        clock: Callable[[], float] = time.monotonic,  # a fake in tests
    ) -> None:
        self._api = api
        self._store = store
        self._controllers = controllers
        self._enqueue = enqueue
        self._resync_seconds = resync_seconds
        self._clock = clock
        self._sweep_at: dict[Kind, float] = {}
        self.kinds: tuple[Kind, ...] = tuple(dict.fromkeys(kind for one in controllers for kind in one.watched))

    async def fill(self) -> None:
        """List everything once. Without it a Model whose Tenant was not listed yet would lose its pods.

        Raises `errors.ApiError`; a missing kind is `errors.NotFoundError`.
        """
        for kind in self.kinds:
            for body in await self._api.list(kind, selector=selector_for(kind)):
                self._store.put(kind, body)
            self._sweep_at[kind] = self._clock() + self._resync_seconds
        for controller in self._controllers:
            for kind in self.kinds:
                if kind.kind == controller.kind:
                    self._queue_all(kind, self._store.all(kind))

    def event(self, kind: Kind, event: str | None, body: Raw) -> None:
        """One watch event; `event` is None while Kopf lists, after which a sweep is due."""
        if event == "DELETED":
            namespace, name = name_of(body)
            if self._store.remove(kind, namespace, name, body["metadata"].get("uid", "")):
                self._queue_all(kind, [body])
            return
        if event is None:
            self._sweep_at[kind] = self._clock() + AFTER_RELIST_SECONDS
        if self._store.put(kind, body):
            self._queue_all(kind, [body])
        elif kind in UNFILTERED:
            self._tell_the_other(kind, body)

    async def sweep_forever(self) -> None:
        """Sweep each kind when it is due, until cancelled."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            for kind in [kind for kind, at in self._sweep_at.items() if at <= self._clock()]:
                self._sweep_at[kind] = self._clock() + self._resync_seconds
                try:
                    await self.sweep(kind)
                except errors.ApiError:
                    self._sweep_at[kind] = self._clock() + AFTER_RELIST_SECONDS

    async def sweep(self, kind: Kind) -> None:
        """Find what was deleted unseen; confirmed by GET, as a list may be older than a watch's last word."""
        listed = await self._api.list(kind, selector=selector_for(kind), metadata_only=True)
        names = {name_of(body) for body in listed}
        for body in self._store.missing(kind, names):
            namespace, name = name_of(body)
            live = await self._api.get(kind, name, namespace)
            if live is None or live["metadata"].get("uid") != body["metadata"].get("uid"):
                self._store.remove(kind, namespace, name, body["metadata"].get("uid", ""))
                self._queue_all(kind, [body])

    def _tell_the_other(self, kind: Kind, body: Raw) -> None:
        """What one controller wrote is in the shared cache before its event comes; the other has yet to hear of it.

        Else Models that were looked at before their Tenant had its namespace would wait for the resync.
        """
        for controller in self._controllers:
            if controller.kind != kind.kind:
                for key in controller.owners(kind, body):
                    self._enqueue(key)

    def _queue_all(self, kind: Kind, bodies: Iterable[Raw]) -> None:
        for body in bodies:
            for controller in self._controllers:
                for key in controller.owners(kind, body):
                    self._enqueue(key)


def selector_for(kind: Kind) -> dict[str, str] | None:
    """What a kind is listed and watched by."""
    return None if kind in UNFILTERED else {labels.MANAGED_BY: labels.MANAGER}
