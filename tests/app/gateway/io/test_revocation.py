"""Revoked keys over a real Valkey: forgotten at once, all forgotten after a gap, short trust while nobody listens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from redis.asyncio import Redis

from freehold_app.auth import INVALIDATION_CHANNEL, Invalidation
from freehold_app.gateway.io import revocation
from freehold_app.gateway.io.principals import TTL_SECONDS, TTL_UNHEARD_SECONDS, Principals
from freehold_app.gateway.io.revocation import Revocations
from freehold_app.platform.redis import connect
from freehold_app.settings import RedisSettings
from tests.app.conftest import FakeClock
from tests.app.gateway.running import KEY, KEY_ID, OTHER_KEY, ScriptedKeys, until

pytestmark = pytest.mark.stores


@asynccontextmanager
async def listening(url: str, principals: Principals) -> AsyncIterator[Redis]:
    """Both ends know of each other and nothing was said: what cannot be read makes the listener forget all."""
    client = connect(RedisSettings.model_validate({"url": url}), deadline_seconds=2)
    principals.ttl_seconds = TTL_UNHEARD_SECONDS
    task = asyncio.create_task(Revocations(client, principals).run())
    publisher = Redis.from_url(url)
    async with asyncio.timeout(5):
        while (await publisher.pubsub_numsub(INVALIDATION_CHANNEL))[0][1] == 0:  # noqa: ASYNC110  no event says so
            await asyncio.sleep(0.01)
    await until(lambda: principals.ttl_seconds == TTL_SECONDS, "the listener has begun")
    try:
        yield publisher
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await publisher.aclose()
        await client.aclose()


async def remembered(principals: Principals, clock: FakeClock, *keys: str) -> None:
    for key in keys:
        await principals.find(key.encode(), "1.1.1.1", clock.monotonic())


def news(seq: int, key_id: UUID) -> bytes:
    return Invalidation(seq=seq, tenant_id=UUID(int=1), kind="key", id=key_id).encode()


async def test_a_revoked_key_is_forgotten_and_others_stay(valkey: str, clock: FakeClock) -> None:
    principals = Principals(ScriptedKeys(), clock)
    async with listening(valkey, principals) as publisher:
        await remembered(principals, clock, KEY, OTHER_KEY)
        await publisher.publish(INVALIDATION_CHANNEL, news(1, KEY_ID))
        await until(lambda: principals.known(KEY.encode(), clock.monotonic()) is None, "the key is forgotten")
        assert principals.known(OTHER_KEY.encode(), clock.monotonic()) is not None
        assert principals.ttl_seconds == TTL_SECONDS


@pytest.mark.parametrize("second", [news(3, UUID(int=99)), b"no announcement"], ids=["gap", "garbage"])
async def test_what_may_have_been_missed_drops_all(valkey: str, clock: FakeClock, second: bytes) -> None:
    principals = Principals(ScriptedKeys(), clock)
    async with listening(valkey, principals) as publisher:
        await publisher.publish(INVALIDATION_CHANNEL, news(1, UUID(int=98)))
        await remembered(principals, clock, KEY)
        await publisher.publish(INVALIDATION_CHANNEL, second)
        await until(lambda: principals.known(KEY.encode(), clock.monotonic()) is None, "all is forgotten")


async def test_without_redis_grants_live_three_seconds(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revocation, "PAUSE_SECONDS", 0.01)
    principals = Principals(ScriptedKeys(), clock)
    client = connect(RedisSettings.model_validate({"url": "redis://127.0.0.1:9/0"}))
    task = asyncio.create_task(Revocations(client, principals).run())
    await until(lambda: principals.ttl_seconds == TTL_UNHEARD_SECONDS, "the trust is short")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await client.aclose()


async def test_a_quiet_channel_is_not_a_dead_one(
    valkey: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revocation, "PING_SECONDS", 0.02)
    principals = Principals(ScriptedKeys(), clock)
    async with listening(valkey, principals) as publisher:
        await remembered(principals, clock, KEY)
        for _ in range(5):
            await asyncio.sleep(0.04)
        assert principals.known(KEY.encode(), clock.monotonic()) is not None, "a new subscription would have dropped it"
        await publisher.publish(INVALIDATION_CHANNEL, news(1, KEY_ID))
        await until(lambda: principals.known(KEY.encode(), clock.monotonic()) is None, "it still listens")
