"""The minute's question to a provider, against a scripted loopback server."""

import base64
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from freehold_operator.kube.kinds import ObjectKey, Raw
from freehold_operator.model.provider_probe import EVERY_SECONDS, ProviderProbe
from freehold_operator.model.typed import ModelReader
from tests.operator.fake_kube import FakeKube
from tests.operator.model.world import NAMESPACE, model_body

pytestmark = pytest.mark.inproc
KEY = ObjectKey("Model", NAMESPACE, "m")


class Bench:
    """A provider, a probe and a clock. The probe speaks plain HTTP here, which a Model's rules forbid outside."""

    def __init__(self, url: str) -> None:
        self.fake, self.now = FakeKube(), 0.0
        self.reader = ModelReader()
        self.probe = ProviderProbe(self.fake, self.reader, lambda: self.now)
        self.url = url

    def raw(self, **external: Any) -> Raw:
        body = model_body(
            "m", engine="External", external={"baseURL": "https://x.example.com/v1", "model": "m"} | external
        )
        body["metadata"] |= {"uid": "u", "generation": 1}
        spec = self.reader.spec(body)
        assert spec
        assert spec.external
        plain = spec.external.model_copy(update={"base_url": self.url})
        self.reader._specs["u", 1] = spec.model_copy(update={"external": plain})
        return body


@pytest.fixture
async def provider() -> AsyncIterator[tuple[Bench, list[tuple[str, str | None]], list[int]]]:
    asked: list[tuple[str, str | None]] = []
    statuses = [200]

    async def models(request: web.Request) -> web.Response:
        asked.append((request.path, request.headers.get("Authorization")))
        status = statuses[0]
        return web.Response(status=status, headers={"Location": "http://127.0.0.1:1/"} if status == 302 else {})

    application = web.Application()
    application.add_routes([web.get("/v1/models", models)])
    async with TestServer(application) as server:
        bench = Bench(str(server.make_url("/v1")))
        yield bench, asked, statuses
        await bench.probe.close()


Provider = tuple[Bench, list[tuple[str, str | None]], list[int]]


async def test_it_asks_once_a_minute_with_the_models_key(provider: Provider) -> None:
    bench, asked, _ = provider
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": NAMESPACE}}
    bench.fake.put(secret | {"data": {"apiKey": base64.b64encode(b"sk-1\n").decode()}})
    raw = bench.raw(secretRef={"name": "s"})
    for _ in range(3):
        check = await bench.probe.check(KEY, raw)
    assert check
    assert (check.status, check.failures) == (200, 0)
    assert asked == [("/v1/models", "Bearer sk-1")]
    bench.now += EVERY_SECONDS
    await bench.probe.check(KEY, raw)
    assert len(asked) == 2


async def test_failures_are_counted_and_forgotten_with_success(provider: Provider) -> None:
    bench, _, statuses = provider
    raw = bench.raw()
    seen = []
    for status in (500, 500, 500, 200, 401):
        statuses[0] = status
        bench.now += EVERY_SECONDS
        check = await bench.probe.check(KEY, raw)
        assert check
        seen.append((check.status, check.failures))
    assert seen == [(500, 1), (500, 2), (500, 3), (200, 0), (401, 1)]


async def test_redirects_are_not_followed(provider: Provider) -> None:
    bench, asked, statuses = provider
    statuses[0] = 302
    check = await bench.probe.check(KEY, bench.raw())
    assert check
    assert check.status == 302
    assert len(asked) == 1


async def test_a_dead_address_has_no_status_but_a_problem() -> None:
    bench = Bench("http://127.0.0.1:1/v1")
    check = await bench.probe.check(KEY, bench.raw())
    await bench.probe.close()
    assert check
    assert (check.status, check.failures) == (0, 1)
    assert "Connect" in check.problem


async def test_who_wants_no_probe_gets_none(provider: Provider) -> None:
    bench, asked, _ = provider
    assert await bench.probe.check(KEY, bench.raw(probe="None")) is None
    other = model_body("n", engine="Echo")
    other["metadata"] |= {"uid": "v", "generation": 1}
    assert await bench.probe.check(KEY, other) is None
    assert asked == []
