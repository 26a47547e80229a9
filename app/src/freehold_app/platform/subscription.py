"""A Redis channel that is listened to for ever, and that says when nobody could listen.

    await follow_channel(redis, "fh:inv", ears)      # never returns; ears.joined(), ears.heard(data), ears.deaf()

Between `deaf` and `joined` anything may have been missed.
"""

from __future__ import annotations

import asyncio
from typing import NoReturn, Protocol

import structlog
from redis.exceptions import RedisError

from freehold_app.platform.redis import RedisClient

PAUSE_SECONDS = 1.0
PING_SECONDS = 1.0


class Ears(Protocol):
    def joined(self) -> None:
        """The subscription stands, possibly after a time in which it did not."""

    def heard(self, data: bytes) -> None:
        """One message."""

    def deaf(self) -> None:
        """Nothing will be heard until `joined`."""


async def follow_channel(redis: RedisClient, channel: str, ears: Ears) -> NoReturn:
    while True:
        try:
            await _listen(redis, channel, ears)
        except (RedisError, OSError, TimeoutError) as error:
            structlog.get_logger(__name__).warning("channel_unheard", channel=channel, error=type(error).__name__)
            ears.deaf()
            await asyncio.sleep(PAUSE_SECONDS)


async def _listen(redis: RedisClient, channel: str, ears: Ears) -> NoReturn:
    async with redis.pubsub() as subscription:
        await subscription.subscribe(channel)
        ears.joined()
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
                ears.heard(message["data"])
