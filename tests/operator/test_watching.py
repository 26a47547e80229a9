"""Kopf as a watcher: what it is told, and that silence of a watch is seen while its bookmarks are not taken for it."""

import itertools
import ssl
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from kopf import OperatorSettings

from freehold_operator import watching
from freehold_operator.health import Health
from freehold_operator.kube.kinds import DEPLOYMENT, MODEL, POD

pytestmark = pytest.mark.inproc

PATH = "/api/v1/pods"
SILENT = 121.0


@dataclass
class PlainCredentials:
    """Credentials for a loopback server without TLS."""

    server: str

    def read_token(self) -> str:
        return "t"

    def ssl_context(self) -> ssl.SSLContext:
        return ssl.create_default_context()


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_each_chunk_of_a_watch_counts_as_a_word_from_it() -> None:
    """Regression: chunk traces of the HTTP client are silent on streams, so a healthy operator was restarted."""

    async def watch(request: web.Request) -> web.StreamResponse:
        assert request.headers["Authorization"] == "Bearer t"
        reply = web.StreamResponse()
        await reply.prepare(request)
        for number in range(3):
            await reply.write(b'{"type": "BOOKMARK", "number": %d}\n' % number)
        return reply

    clock = Clock()
    health = Health(clock)
    health.expect("pods")
    health.expect("models")
    application = web.Application()
    application.add_routes([web.get(PATH, watch)])
    async with TestServer(application) as server:
        credentials: Any = PlainCredentials(str(server.make_url("")))
        async with watching.watching_session(credentials, health) as session, session.get(server.make_url(PATH)) as got:
            clock.now += SILENT
            assert len(health.problems()) == 2
            async for _ in got.content.iter_chunked(1024):
                assert health.problems() == ["no word from the watch on models"]
            assert health.watch_ages()["pods"] == 0


async def test_whole_answers_are_still_readable_through_the_session() -> None:
    async def listing(request: web.Request) -> web.Response:
        return web.json_response({"items": [1]})

    application = web.Application()
    application.add_routes([web.get(PATH, listing)])
    async with TestServer(application) as server:
        credentials: Any = PlainCredentials(str(server.make_url("")))
        session = watching.watching_session(credentials, Health())
        async with session, session.get(server.make_url(PATH)) as got:
            assert await got.json() == {"items": [1]}


def test_backoffs_never_end_and_can_be_walked_again() -> None:
    backoffs = watching.EndlessBackoffs(jitter=lambda: 0.5)
    assert list(itertools.islice(backoffs, 6)) == pytest.approx([1, 2, 4, 8, 8, 8])
    assert list(itertools.islice(backoffs, 2)) == pytest.approx([1, 2])
    least, most = (next(iter(watching.EndlessBackoffs(jitter=partial(float, value)))) for value in (0.0, 1.0))
    assert (least, most) == pytest.approx((0.8, 1.2))


def test_children_are_filtered_on_the_server_and_our_kinds_are_not() -> None:
    settings: OperatorSettings = watching.kopf_settings([MODEL, POD, DEPLOYMENT])
    selectors = {str(key): value for key, value in settings.watching.label_selectors.items()}
    assert len(selectors) == 2
    assert set(selectors.values()) == {"app.kubernetes.io/managed-by=freehold-operator"}
    assert all("models" not in key for key in selectors)


def test_kopf_may_neither_write_nor_scan_nor_peer() -> None:
    settings = watching.kopf_settings([MODEL])
    assert not settings.posting.enabled
    assert settings.scanning.disabled
    assert settings.peering.standalone
    assert settings.persistence.diffbase_storage.fetch(body={}) is None  # type: ignore[arg-type]
    assert settings.persistence.progress_storage.fetch(key="k", body={}) is None  # type: ignore[arg-type]
