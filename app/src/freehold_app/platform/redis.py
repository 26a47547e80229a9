"""The Redis client: RESP3, no call longer than its deadline: Redis never decides whether a request succeeds.

redis = connect(settings.redis)
await redis.xadd(...)      # redis.exceptions.RedisError where it fails or takes too long
await redis.aclose()
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.maint_notifications import MaintNotificationsConfig

from freehold_app.settings import RedisSettings

type RedisClient = Redis

# Nothing on a request's path waits for Redis in this release, so the deadline is there to notice a dead connection.
DEADLINE_SECONDS = 2.0


def connect(settings: RedisSettings, *, deadline_seconds: float = DEADLINE_SECONDS) -> RedisClient:
    """A client that connects at first use. Readers that block on purpose give a longer `deadline_seconds`."""
    return Redis.from_url(
        settings.url.get_secret_value(),
        protocol=3,
        legacy_responses=False,
        socket_timeout=deadline_seconds,
        socket_connect_timeout=deadline_seconds,
        retry=Retry(NoBackoff(), 0),  # waiting for a second try would pass the deadline; callers decide
        health_check_interval=30,
        maint_notifications_config=MaintNotificationsConfig(enabled=False),  # a vendor's command that Valkey refuses
    )


async def publish_numbered(redis: RedisClient, channel: str, counter: str, message: Callable[[int], bytes]) -> bool:
    """Publish `message(n)`, n counting up by one per counter; false, and a line in the log, where Redis failed."""
    try:
        await redis.publish(channel, message(await redis.incr(counter)))
    except RedisError as error:
        structlog.get_logger(__name__).warning("announcement_lost", channel=channel, error=type(error).__name__)
        return False
    return True


async def publish(redis: RedisClient, channel: str, data: bytes) -> bool:
    """Whether it was sent; false, and a line in the log, where Redis failed."""
    try:
        await redis.publish(channel, data)
    except (RedisError, OSError, TimeoutError) as error:
        structlog.get_logger(__name__).warning("announcement_lost", channel=channel, error=type(error).__name__)
        return False
    return True
