"""Who listens in this process, and how news of one replica reaches the browsers of all.

    await hub.publish(News("turn", {"id": "..."}, tenant_id=..., user_id=...))    # to one person's browsers everywhere
    hub.spread(News("model", {...}, tenant_id=...))                               # to this process's browsers only

A Model's state is watched by every replica itself, so it is only spread. News is a hint and never the truth: whoever
misses some gets `resync` and reads again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from freehold_app.auth.principal import Principal
from freehold_app.kit.sse import RESYNC, Event
from freehold_app.platform.redis import RedisClient, publish

CHANNEL = "fh:live"
QUEUE = 256
TOPICS = frozenset({"model", "turn", "sync", "operation", "stale"})


class News(msgspec.Struct, frozen=True):
    """One thing that happened. Without `tenant_id` everybody may know, without `user_id` the whole tenant."""

    topic: str
    data: dict[str, Any]
    tenant_id: UUID | None = None
    user_id: UUID | None = None

    def concerns(self, principal: Principal) -> bool:
        in_tenant = self.tenant_id is None or self.tenant_id == principal.tenant_id
        return in_tenant and (self.user_id is None or self.user_id == principal.user_id)


@dataclass(eq=False, slots=True)
class _Listener:
    principal: Principal
    topics: frozenset[str]
    queue: asyncio.Queue[Event] = field(default_factory=lambda: asyncio.Queue(QUEUE))

    def take(self, event: Event) -> None:
        if self.queue.full():  # a browser that does not keep up reads again instead
            while not self.queue.empty():
                self.queue.get_nowait()
            event = RESYNC
        self.queue.put_nowait(event)


class Hub:
    """It is `platform.subscription.Ears` for CHANNEL."""

    def __init__(self, redis: RedisClient | None) -> None:
        self._redis = redis
        self._listeners: set[_Listener] = set()

    async def publish(self, news: News) -> None:
        """To every process; where Redis is away, to this one."""
        if self._redis is None or not await publish(self._redis, CHANNEL, msgspec.json.encode(news)):
            self.spread(news)

    def spread(self, news: News) -> None:
        for listener in self._listeners:
            if news.topic in listener.topics and news.concerns(listener.principal):
                listener.take(Event(news.topic, news.data))

    async def listen(self, principal: Principal, topics: frozenset[str], *, resumed: bool) -> AsyncIterator[Event]:
        """For ever. A stream that is resumed may have missed something and says so first."""
        listener = _Listener(principal, topics)
        self._listeners.add(listener)
        try:
            if resumed:
                yield RESYNC
            while True:
                yield await listener.queue.get()
        finally:
            self._listeners.discard(listener)

    def joined(self) -> None:
        for listener in self._listeners:
            listener.take(RESYNC)

    def heard(self, data: bytes) -> None:
        try:
            self.spread(msgspec.json.decode(data, type=News))
        except msgspec.MsgspecError:
            self.joined()

    def deaf(self) -> None:
        """Nothing to do: `joined` will tell everybody to read again."""
