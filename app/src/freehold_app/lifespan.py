"""Everything with a connection: made in the order in which it is needed, closed in reverse.

    async with open_resources(settings, clock) as resources:
        ... resources.database ...

Nothing connects here: pools and clients connect at first use, so a dependency that is away delays nobody's start.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from freehold_app.kit.clock import Clock
from freehold_app.platform.kubernetes import KubeClient, KubernetesUnavailableError, found_access
from freehold_app.platform.postgres import Database, open_database
from freehold_app.platform.redis import DEADLINE_SECONDS, RedisClient, connect
from freehold_app.platform.telemetry import new_registry, watch_pool
from freehold_app.settings import Role, Settings

# The worker waits for new entries inside Redis, so its own client must wait longer than that.
WORKER_REDIS_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Resources:
    """What is none was not configured, or no role of this process uses it."""

    clock: Clock
    registry: CollectorRegistry
    database: Database | None = None
    worker_database: Database | None = None
    redis: RedisClient | None = None
    worker_redis: RedisClient | None = None
    kube: KubeClient | None = None


@asynccontextmanager
async def open_resources(settings: Settings, clock: Clock) -> AsyncIterator[Resources]:
    async with AsyncExitStack() as stack:
        registry = new_registry()
        yield Resources(
            clock=clock,
            registry=registry,
            database=_database(settings, registry, clock, stack),
            worker_database=_worker_database(settings, registry, clock, stack),
            redis=_redis(settings, stack, DEADLINE_SECONDS),
            worker_redis=_redis(settings, stack, WORKER_REDIS_SECONDS) if Role.WORKER in settings.roles else None,
            kube=_kube(settings, stack),
        )


def _database(settings: Settings, registry: CollectorRegistry, clock: Clock, stack: AsyncExitStack) -> Database | None:
    if not settings.database.url.get_secret_value():
        return None
    database = open_database(settings.database.url, settings.database, clock)
    stack.push_async_callback(database.close)
    watch_pool(registry, "app", database)
    return database


def _worker_database(
    settings: Settings, registry: CollectorRegistry, clock: Clock, stack: AsyncExitStack
) -> Database | None:
    if Role.WORKER not in settings.roles or not settings.database.worker_url.get_secret_value():
        return None
    database = open_database(
        settings.database.worker_url,
        settings.database,
        clock,
        statement_timeout_seconds=settings.database.worker_statement_timeout_seconds,
    )
    stack.push_async_callback(database.close)
    watch_pool(registry, "worker", database)
    return database


def _kube(settings: Settings, stack: AsyncExitStack) -> KubeClient | None:
    """For control; none without a cluster (`make dev`), where Models come from a file."""
    if Role.CONTROL not in settings.roles:
        return None
    try:
        kube = KubeClient(found_access())
    except KubernetesUnavailableError:
        return None
    stack.push_async_callback(kube.aclose)
    return kube


def _redis(settings: Settings, stack: AsyncExitStack, deadline_seconds: float) -> RedisClient | None:
    if not settings.redis.url.get_secret_value():
        return None
    redis = connect(settings.redis, deadline_seconds=deadline_seconds)
    stack.push_async_callback(redis.aclose)
    return redis
