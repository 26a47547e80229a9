"""Live events: whom they concern, across replicas, and how a stream lives and ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from freehold_app.auth.principal import Principal, Role
from freehold_app.kit.errors import RateLimitedError
from freehold_app.kit.sse import STREAMS_PER_USER, Event, Streams
from freehold_app.live.hub import CHANNEL, QUEUE, Hub, News
from freehold_app.platform.redis import connect
from freehold_app.platform.subscription import follow_channel
from freehold_app.settings import RedisSettings
from tests.app.conftest import FakeClock
from tests.app.people import Control

ACME, BETA = UUID(int=1), UUID(int=2)
ADA, BOB = UUID(int=11), UUID(int=12)
ALL = frozenset({"model", "turn"})


def person(tenant_id: UUID = ACME, user_id: UUID = ADA) -> Principal:
    return Principal(tenant_id=tenant_id, tenant="acme", namespace=None, kind="user", user_id=user_id, role=Role.MEMBER)


async def heard(hub: Hub, principal: Principal, *news: News, topics: frozenset[str] = ALL) -> list[str]:
    """What a listener gets of some news, before a last one that everybody gets."""
    events = hub.listen(principal, topics, resumed=False)
    first = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)
    for item in (*news, News(next(iter(topics)), {"n": "end"})):
        hub.spread(item)
    names = []
    event = await first
    while event.data != {"n": "end"}:
        names.append(event.data["n"])
        event = await anext(events)
    await events.aclose()  # type: ignore[attr-defined]  # an async generator
    return names


@pytest.mark.parametrize(
    ("news", "concerned"),
    [
        (News("model", {"n": "x"}, tenant_id=ACME), True),
        (News("model", {"n": "x"}, tenant_id=BETA), False),
        (News("model", {"n": "x"}), True),
        (News("turn", {"n": "x"}, tenant_id=ACME, user_id=ADA), True),
        (News("turn", {"n": "x"}, tenant_id=ACME, user_id=BOB), False),
        (News("turn", {"n": "x"}, tenant_id=BETA, user_id=ADA), False),
    ],
)
async def test_news_reaches_whom_it_concerns_and_nobody_else(news: News, concerned: bool) -> None:
    assert await heard(Hub(None), person(), news) == (["x"] if concerned else [])


async def test_only_the_topics_that_were_asked_for_come() -> None:
    news = (News("model", {"n": "m"}), News("turn", {"n": "t"}))
    assert await heard(Hub(None), person(), *news, topics=frozenset({"turn"})) == ["t"]


async def test_a_browser_that_does_not_keep_up_reads_again() -> None:
    hub = Hub(None)
    events = hub.listen(person(), ALL, resumed=False)
    first = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)
    for number in range(QUEUE + 1):
        hub.spread(News("model", {"n": number}))
    assert (await first).name == "resync"
    await events.aclose()  # type: ignore[attr-defined]  # an async generator


@pytest.mark.stores
async def test_news_of_one_replica_reaches_the_browsers_of_another(valkey: str) -> None:
    redis = connect(RedisSettings.model_validate({"url": valkey}), deadline_seconds=5)
    here, there = Hub(redis), Hub(redis)
    events = there.listen(person(), ALL, resumed=False)
    first = asyncio.ensure_future(anext(events))
    following = asyncio.create_task(follow_channel(redis, CHANNEL, there))
    async with asyncio.timeout(10):
        assert (await first).name == "resync"  # it listens from now on
        await here.publish(News("turn", {"n": "x"}, tenant_id=ACME, user_id=ADA))
        assert (await anext(events)).data == {"n": "x"}
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    await events.aclose()  # type: ignore[attr-defined]  # an async generator
    await redis.aclose()


async def silent() -> AsyncIterator[Event]:
    await asyncio.Event().wait()
    yield Event("never")


async def read(streams: Streams, events: AsyncIterator[Event], clock: FakeClock, seconds: float | None) -> list[str]:
    until = None if seconds is None else clock.now() + timedelta(seconds=seconds)
    stream = streams.open(ADA, events, until=until)
    return [bytes(part).decode() async for part in stream.body_iterator]  # type: ignore[arg-type]  # ours yields bytes


async def test_a_stream_says_at_once_that_it_lives_and_ends_with_its_events(clock: FakeClock) -> None:
    async def two() -> AsyncIterator[Event]:
        yield Event("a", {"n": 1}, id="7")
        yield Event("b")

    parts = await read(Streams(clock), two(), clock, None)
    assert parts == [": ping\n\n", 'event: a\nid: 7\ndata: {"n":1}\n\n', "event: b\ndata: null\n\n"]


async def test_a_silent_stream_pings(clock: FakeClock) -> None:
    streams = Streams(clock, ping_seconds=0.01)
    stream = streams.open(ADA, silent(), until=None)
    parts = aiter(stream.body_iterator)
    async with asyncio.timeout(5):
        assert [await anext(parts) for _ in range(3)] == [b": ping\n\n"] * 3
    await parts.aclose()  # type: ignore[attr-defined]  # an async generator
    assert len(streams) == 0


async def test_a_stream_ends_with_the_token_that_opened_it(clock: FakeClock) -> None:
    assert await read(Streams(clock), silent(), clock, 0) == [": ping\n\n"]


async def test_a_draining_process_sends_its_streams_elsewhere(clock: FakeClock) -> None:
    streams = Streams(clock)
    streams.stopping.set()
    assert (await read(streams, silent(), clock, None))[-1] == "event: resync\ndata: null\n\n"


async def test_a_person_has_six_streams_and_gets_another_for_each_that_ends(clock: FakeClock) -> None:
    streams = Streams(clock)
    parts = []
    for _ in range(STREAMS_PER_USER):
        parts.append(aiter(streams.open(ADA, silent(), until=None).body_iterator))
        await anext(parts[-1])
    with pytest.raises(RateLimitedError):
        streams.open(ADA, silent(), until=None)
    streams.open(BOB, silent(), until=None)
    await parts[0].aclose()  # type: ignore[attr-defined]  # an async generator
    streams.open(ADA, silent(), until=None)
    for part in parts[1:]:
        await part.aclose()  # type: ignore[attr-defined]  # an async generator


@pytest.mark.stores
async def test_an_unknown_topic_is_named_with_those_that_there_are(control: Control) -> None:
    ada = await control.person("ada@example.org")
    answer = await ada.get("/api/v1/events", params={"topics": "model,weather"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_filter")
    assert "weather" in answer.json()["detail"]
    assert "sync" in answer.json()["fix"]
