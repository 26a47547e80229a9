"""Browsers hear what becomes of their own tenant's Models, once, and when nothing can be heard."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from freehold_app.catalog.informer import STALE_SECONDS, ModelInformer
from freehold_app.catalog.news import ModelNews
from freehold_app.live.hub import News
from freehold_app.platform.errors import DatabaseUnavailableError
from tests.app.conftest import FakeClock
from tests.app.samples import OTHER_TENANT, TENANT

PLACES = {"t-a": TENANT, "t-b": OTHER_TENANT}


class Told:
    """In place of the hub and of whose namespace it is."""

    def __init__(self) -> None:
        self.news: list[News] = []
        self.resyncs = 0
        self.away = False

    def spread(self, news: News) -> None:
        self.news.append(news)

    def joined(self) -> None:
        self.resyncs += 1

    async def tenant_of(self, namespace: str) -> UUID | None:
        if self.away:
            raise DatabaseUnavailableError
        return PLACES.get(namespace)

    def take(self) -> list[tuple[Any, ...]]:
        taken, self.news = self.news, []
        return [
            (one.topic, one.data.get("name"), (one.data.get("row") or {}).get("phase"), one.tenant_id) for one in taken
        ]


def model(namespace: str, name: str, phase: str, version: int = 1) -> dict[str, Any]:
    metadata = {"namespace": namespace, "name": name, "uid": name, "resourceVersion": str(version)}
    return {"metadata": metadata, "spec": {"engine": "Echo"}, "status": {"phase": phase}}


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def informer(clock: FakeClock) -> ModelInformer:
    return ModelInformer(clock)


@pytest.fixture
def news(informer: ModelInformer, told: Told) -> ModelNews:
    return ModelNews(informer, told, told)


async def test_a_change_is_told_to_the_tenant_whose_model_it_is(
    informer: ModelInformer, news: ModelNews, told: Told
) -> None:
    listener = informer.subscribe()
    informer.replace([model("t-a", "chat", "Idle"), model("t-b", "chat", "Ready"), model("nobodys", "x", "Ready")])
    await news.tell(listener.take())
    assert sorted(told.take(), key=str) == sorted(
        [("model", "chat", "Idle", TENANT), ("model", "chat", "Ready", OTHER_TENANT)], key=str
    )
    informer.change("MODIFIED", model("t-a", "chat", "Loading", 2))
    await news.tell(listener.take())
    assert told.take() == [("model", "chat", "Loading", TENANT)]
    informer.change("DELETED", model("t-a", "chat", "Loading", 3))
    await news.tell(listener.take())
    assert told.take() == [("model", "chat", None, TENANT)]


async def test_what_people_do_not_see_is_not_told(informer: ModelInformer, news: ModelNews, told: Told) -> None:
    listener = informer.subscribe()
    informer.replace([model("t-a", "chat", "Ready")])
    news.remember(listener.take())
    informer.change("MODIFIED", model("t-a", "chat", "Ready", 2))
    informer.replace([model("t-a", "chat", "Ready", 3)])
    await news.tell(listener.take())
    assert told.take() == []


async def test_a_model_that_went_while_nobody_watched_is_told_as_gone(
    informer: ModelInformer, news: ModelNews, told: Told
) -> None:
    listener = informer.subscribe()
    informer.replace([model("t-a", "chat", "Ready")])
    news.remember(listener.take())
    informer.replace([])
    await news.tell(listener.take())
    assert told.take() == [("model", "chat", None, TENANT)]


async def test_a_broken_watch_is_told_after_a_while_and_its_end_at_once(
    informer: ModelInformer, news: ModelNews, told: Told, clock: FakeClock
) -> None:
    informer.lost(OSError())
    await news.tell([])
    assert told.news == []
    clock.advance(STALE_SECONDS)
    await news.tell([])
    informer.heard()
    await news.tell([])
    assert [(one.topic, one.data, one.tenant_id) for one in told.news] == [
        ("stale", {"what": "models", "stale": True}, None),
        ("stale", {"what": "models", "stale": False}, None),
    ]


async def test_what_could_not_be_told_is_read_again(informer: ModelInformer, news: ModelNews, told: Told) -> None:
    listener = informer.subscribe()
    informer.replace([model("t-a", "chat", "Ready")])
    told.away = True
    await news.tell(listener.take())
    assert (told.news, told.resyncs) == ([], 1)
