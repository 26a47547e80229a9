"""Tells browsers what becomes of their tenant's Models: each process its own, from its own watch."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Protocol
from uuid import UUID

import structlog

from freehold_app.catalog.informer import Key, ModelInformer
from freehold_app.catalog.schemas import ModelState
from freehold_app.live.hub import News
from freehold_app.platform.errors import PlatformError

LOOK_SECONDS = 5.0
MODEL = "model"
STALE = "stale"


class Places(Protocol):
    """`places.Places`."""

    async def tenant_of(self, namespace: str) -> UUID | None: ...


class Audience(Protocol):
    """`live.hub.Hub`, of which two calls are made."""

    def spread(self, news: News) -> None: ...

    def joined(self) -> None: ...


class ModelNews:
    """Topic `model`: `{"name", "row"}`, row null where the Model is gone; else a `ModelState`. Topic `stale`:
    `{"what": "models", "stale"}`, when the cluster stopped being seen and when it is seen again.
    """

    def __init__(self, informer: ModelInformer, places: Places, hub: Audience) -> None:
        self._informer = informer
        self._places = places
        self._hub = hub
        self._sent: dict[Key, ModelState] = {}
        self._stale = False

    async def run(self, stop: asyncio.Event) -> None:
        listener = self._informer.subscribe()
        self.remember(listener.take())  # whoever connects reads the list first
        try:
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(listener.news.wait(), LOOK_SECONDS)
                await self.tell(listener.take())
        finally:
            self._informer.unsubscribe(listener)

    def remember(self, keys: list[Key]) -> None:
        self._sent = {key: self._informer.state(*key) for key in keys}

    async def tell(self, keys: list[Key]) -> None:
        """Whatever differs from what was told last."""
        self._tell_stale()
        try:
            for key in keys:
                await self._tell_one(key)
        except PlatformError as error:
            structlog.get_logger(__name__).warning("models_not_told", error=type(error).__name__)
            self._hub.joined()  # everybody reads again what could not be told

    async def _tell_one(self, key: Key) -> None:
        state = self._informer.state(*key) if self._informer.find(key) is not None else None
        if state == self._sent.get(key):
            return
        tenant_id = await self._places.tenant_of(key[0])
        if tenant_id is None:
            return
        if state is None:
            self._sent.pop(key, None)
        else:
            self._sent[key] = state
        row = None if state is None else state.model_dump(mode="json")
        self._hub.spread(News(MODEL, {"name": key[1], "row": row}, tenant_id=tenant_id))

    def _tell_stale(self) -> None:
        if self._informer.stale != self._stale:
            self._stale = self._informer.stale
            self._hub.spread(News(STALE, {"what": "models", "stale": self._stale}))
