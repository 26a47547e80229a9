"""Keeps what becomes of Models: one control process of all writes each change that its watch shows into the tenant's
own rows.

It compares with what is stored, so a restart repeats nothing, and what happened in between is one change.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import NoReturn
from uuid import UUID

import structlog

from freehold_app.catalog import repository
from freehold_app.catalog.informer import Key, Listener, ModelInformer
from freehold_app.catalog.places import Places
from freehold_app.catalog.transitions import Changed, changes, departure
from freehold_app.kit.clock import Clock
from freehold_app.platform.errors import PlatformError
from freehold_app.platform.postgres import Database

KEEP = timedelta(days=90)
PRUNE_SECONDS = 3600.0
RETRY_SECONDS = 2.0


class Recorder:
    """`run` under the advisory lock `catalog.history`."""

    def __init__(
        self,
        informer: ModelInformer,
        places: Places,
        database: Database,
        clock: Clock,
        *,
        retry_seconds: float = RETRY_SECONDS,  # less in tests
    ) -> None:
        self._informer = informer
        self._places = places
        self._database = database
        self._clock = clock
        self._retry_seconds = retry_seconds
        self._known: dict[UUID, dict[str, dict[str, tuple[str, str]]]] = {}
        self._pruned_at: dict[UUID, float] = {}

    async def run(self) -> NoReturn:
        """For ever, until cancelled."""
        self._known = {}
        listener = self._informer.subscribe()
        try:
            while True:
                await listener.news.wait()
                await self._take(listener)
        finally:
            self._informer.unsubscribe(listener)

    async def _take(self, listener: Listener) -> None:
        if not self._informer.listed:
            listener.take()  # the first list brings everything
            return
        keys = listener.take()
        try:
            await self.record(keys)
        except PlatformError as error:
            structlog.get_logger(__name__).warning("models_not_recorded", error=type(error).__name__)
            await asyncio.sleep(self._retry_seconds)
            listener.note(keys)

    async def record(self, keys: Iterable[Key]) -> None:
        """Store what changed of these Models; on the first call also which of the stored ones are gone."""
        by_place: dict[str, set[str]] = defaultdict(set)
        for namespace, name in keys:
            by_place[namespace].add(name)
        if not self._known:
            for namespace in await self._places.read():
                by_place[namespace] |= set()
        for namespace, names in by_place.items():
            tenant_id = await self._places.tenant_of(namespace)
            if tenant_id is not None:
                await self._record_tenant(tenant_id, namespace, names)

    async def _record_tenant(self, tenant_id: UUID, namespace: str, names: set[str]) -> None:
        async with self._database.tenant(tenant_id) as session:
            known = self._known.get(tenant_id)
            if known is None:
                known = await repository.last(session)
                names = names | set(known) | set(self._informer.names(namespace))
            found = [change for name in sorted(names) for change in self._compared(known, namespace, name)]
            if found:
                await repository.insert(session, tenant_id, self._clock, found)
            if self._prunes(tenant_id):
                await repository.prune(session, self._clock.now() - KEEP)
        self._known[tenant_id] = _with(known, found)

    def _compared(self, known: dict[str, dict[str, tuple[str, str]]], namespace: str, name: str) -> list[Changed]:
        raw = self._informer.find((namespace, name))
        if raw is not None:
            return changes(known.get(name, {}), raw, self._clock.now())
        return [departure(name, self._clock.now())] if name in known else []

    def _prunes(self, tenant_id: UUID) -> bool:
        now = self._clock.monotonic()
        due = now - self._pruned_at.get(tenant_id, float("-inf")) >= PRUNE_SECONDS
        if due:
            self._pruned_at[tenant_id] = now
        return due


def _with(
    known: dict[str, dict[str, tuple[str, str]]], found: Iterable[Changed]
) -> dict[str, dict[str, tuple[str, str]]]:
    """What is stored once `found` is. A Model that is gone is not known any more."""
    merged = {name: dict(facts) for name, facts in known.items()}
    for change in found:
        if change.status == "Deleted" and change.type == "Phase":
            merged.pop(change.model, None)
        else:
            merged.setdefault(change.model, {})[change.type] = (change.status, change.reason)
    return merged
