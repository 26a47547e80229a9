"""Revoked keys, heard at once: the subscription that empties the principal cache.

A gap in the numbering, or a time without a connection, means that something may have been missed: then all is dropped.
While nobody listens, grants live three seconds, so a revocation arrives within five with or without Redis.
"""

from __future__ import annotations

import asyncio

import msgspec
import structlog
from redis.exceptions import RedisError

from freehold_app.auth import INVALIDATION_CHANNEL, Invalidation
from freehold_app.gateway.io.principals import TTL_SECONDS, TTL_UNHEARD_SECONDS, Principals
from freehold_app.platform.redis import RedisClient

PAUSE_SECONDS = 1.0
PING_SECONDS = 1.0


class Revocations:
    """Listens on `fh:inv` for ever."""

    def __init__(self, redis: RedisClient, principals: Principals) -> None:
        self._redis = redis
        self._principals = principals
        self._seq: int | None = None
        self._log = structlog.get_logger(__name__)

    async def run(self) -> None:
        """Subscribe, listen, and begin again after each break."""
        while True:
            try:
                await self._listen()
            except (RedisError, OSError, TimeoutError) as error:
                self._deaf(type(error).__name__)
                await asyncio.sleep(PAUSE_SECONDS)

    async def _listen(self) -> None:
        async with self._redis.pubsub() as subscription:
            await subscription.subscribe(INVALIDATION_CHANNEL)
            self._principals.drop()
            self._seq = None
            self._principals.ttl_seconds = TTL_SECONDS
            asked = False
            while True:
                message = await subscription.get_message(ignore_subscribe_messages=True, timeout=PING_SECONDS)
                if message is None:
                    if asked:  # a half-open connection takes what is written and never answers
                        raise TimeoutError
                    await subscription.ping()
                    asked = True
                    continue
                asked = False
                if message["type"] == "message":
                    self._hear(message["data"])

    def _hear(self, data: bytes) -> None:
        """One announcement; what cannot be read counts as one that was missed."""
        try:
            news = Invalidation.decode(data)
        except msgspec.MsgspecError:
            self._seq = None
            return self._principals.drop()
        missed = self._seq is not None and news.seq != self._seq + 1
        self._seq = news.seq
        self._principals.forget(news.id)
        if missed:
            self._principals.drop()
        return None

    def _deaf(self, reason: str) -> None:
        if self._principals.ttl_seconds != TTL_UNHEARD_SECONDS:
            self._log.warning("revocations_unheard", reason=reason)
        self._principals.ttl_seconds = TTL_UNHEARD_SECONDS
