"""Usage events between process, Redis and disk: late rather than lost, and bounded everywhere."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from freehold_app.events import USAGE_FIELD, UsageEvent, unpack
from freehold_app.gateway.io.meter import RING_EVENTS, Meter
from freehold_app.gateway.io.spool import HEADER, Spool
from freehold_app.platform.redis import RedisClient


def an_event(number: int) -> UsageEvent:
    return UsageEvent(
        request_id=UUID(int=number), tenant_id=UUID(int=1), key_id=None, user_id=None, model="m", served_model="m",
        provider="", route="/v1/chat/completions", status=200, outcome="ok", prompt_tokens=1, cached_tokens=0,
        completion_tokens=1, reasoning_tokens=0, estimated=False, cost_usd_micros=0, price_version=0, ttft_ms=1,
        duration_ms=1, held_ms=0, attempts=1, replica="r", seq=number,
    )  # fmt: skip


class ScriptedPipeline:
    def __init__(self, redis: ScriptedRedis) -> None:
        self._redis = redis
        self._added: list[bytes] = []

    def xadd(self, stream: str, fields: dict[bytes, bytes]) -> None:
        assert stream.startswith("fh:usage:")
        self._added.append(fields[USAGE_FIELD])

    async def execute(self) -> None:
        if self._redis.down:
            raise RedisConnectionError("refused")
        self._redis.taken += [unpack(data).seq for data in self._added]


class ScriptedRedis:
    """Takes events, or refuses."""

    def __init__(self) -> None:
        self.down = False
        self.taken: list[int] = []

    def pipeline(self, *, transaction: bool) -> ScriptedPipeline:
        assert not transaction
        return ScriptedPipeline(self)


@pytest.fixture
def redis() -> ScriptedRedis:
    return ScriptedRedis()


def meter_on(redis: ScriptedRedis, spool: Spool | None = None) -> Meter:
    client: RedisClient = redis  # type: ignore[assignment]  # only what the meter calls
    return Meter(client, spool, "r")


async def test_events_go_to_redis_in_order(redis: ScriptedRedis) -> None:
    meter = meter_on(redis)
    for number in range(450):
        meter.emit(an_event(number))
    assert await meter.flush()
    assert redis.taken == list(range(450))
    assert (meter.counts.emitted, meter.counts.sent, meter.counts.dropped) == (450, 450, 0)


async def test_without_a_spool_events_wait_in_memory(redis: ScriptedRedis) -> None:
    meter = meter_on(redis)
    redis.down = True
    for number in range(300):
        meter.emit(an_event(number))
    assert not await meter.flush()
    redis.down = False
    assert await meter.flush()
    assert redis.taken == list(range(300))


async def test_the_ring_is_bounded_and_what_it_loses_is_counted(redis: ScriptedRedis) -> None:
    meter = meter_on(redis)
    redis.down = True
    for number in range(RING_EVENTS + 5):
        meter.emit(an_event(number))
    assert meter.counts.dropped == 5
    redis.down = False
    await meter.flush()
    assert redis.taken[0] == 5


async def test_an_outage_goes_to_disk_and_comes_back_after_a_restart(redis: ScriptedRedis, tmp_path: Path) -> None:
    meter = meter_on(redis, Spool(tmp_path, 1_000_000))
    redis.down = True
    for number in range(500):
        meter.emit(an_event(number))
        if number % 100 == 99:
            await meter.flush()
    await meter.close(1.0)
    assert meter.counts.dropped == 0
    redis.down = False
    later = meter_on(redis, Spool(tmp_path, 1_000_000))
    for _ in range(5):
        assert await later.flush()
    assert redis.taken == list(range(500))
    assert later.spool_bytes == 0
    await later.close(1.0)


async def test_a_full_spool_drops_and_counts(redis: ScriptedRedis, tmp_path: Path) -> None:
    size = HEADER.size + 150
    meter = meter_on(redis, Spool(tmp_path, size * 3))
    redis.down = True
    for number in range(20):
        meter.emit(an_event(number))
    await meter.flush()
    assert meter.counts.spooled + meter.counts.dropped == 20
    assert 0 < meter.counts.spooled < 20
    await meter.close(1.0)


def test_a_write_cut_short_by_a_crash_loses_only_itself(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 1_000_000)
    spool.write([b"one", b"two", b"three"])
    spool.close()
    path = tmp_path / "usage.spool"
    path.write_bytes(path.read_bytes()[:-2])
    again = Spool(tmp_path, 1_000_000)
    assert again.peek(10) == [b"one", b"two"]
    again.write([b"four"])
    assert again.peek(10) == [b"one", b"two", b"four"]
    again.close()


def test_what_was_sent_but_not_dropped_comes_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 1_000_000)
    spool.write([b"one", b"two", b"three"])
    assert spool.peek(2) == [b"one", b"two"]
    spool.drop_peeked()
    assert spool.peek(2) == [b"three"]
    spool.close()
    again = Spool(tmp_path, 1_000_000)
    assert again.peek(5) == [b"one", b"two", b"three"]
    again.drop_peeked()
    assert again.size_bytes == 0
    again.close()
