"""Reading the gateways: who is asked, what an answer means, what becomes of silence."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from freehold_operator.kube.kinds import Raw
from freehold_operator.model.autoscaling import Sample
from freehold_operator.model.demand import DemandReader, ready_addresses, report
from tests.operator.fake_kube import FakeKube

ANSWER = {
    "epoch": "e1",
    "models": {"t/m": {"inflight": 2, "held": 1, "oldestHeldSeconds": 0.5, "busySeconds": 7.25}},
}


def slice_of(*addresses: str, name: str = "s", port: int = 9090, ready: bool = True) -> Raw:
    labels = {"kubernetes.io/service-name": "gw"}
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": name, "namespace": "freehold-system", "labels": labels},
        "ports": [{"name": "internal", "port": port}],
        "endpoints": [{"addresses": [address], "conditions": {"ready": ready}} for address in addresses],
    }


def test_an_answer_becomes_samples() -> None:
    found = report(ANSWER, 10.0)
    assert (found.epoch, found.at) == ("e1", 10.0)
    assert found.models == {"t/m": Sample(10.0, "e1", 2, 1, 0.5, 7.25)}


@pytest.mark.parametrize("answer", [None, [], {}, {"epoch": 1}, {"epoch": 1, "models": {"a": 3}}, {"models": {}}])
def test_anything_else_is_refused(answer: Any) -> None:
    with pytest.raises(ValueError, match="demand report"):
        report(answer, 0)


def test_only_ready_endpoints_are_asked_each_once() -> None:
    slices = [slice_of("10.0.0.1", "10.0.0.2"), slice_of("10.0.0.2"), slice_of("10.0.0.3", ready=False)]
    assert ready_addresses(slices, 9090) == ["10.0.0.1:9090", "10.0.0.2:9090"]
    unnamed = slice_of("10.0.0.4") | {"ports": []}
    assert ready_addresses([unnamed], 8000) == ["10.0.0.4:8000"]


@pytest.mark.inproc
async def test_one_dead_gateway_does_not_silence_the_others(tmp_path: Path) -> None:
    asked: list[str | None] = []

    async def demand(request: web.Request) -> web.Response:
        asked.append(request.headers.get("Authorization"))
        return web.json_response(ANSWER)

    async def broken(request: web.Request) -> web.Response:
        return web.Response(status=500)

    token = tmp_path / "token"
    token.write_text("secret\n")
    good, bad = web.Application(), web.Application()
    good.add_routes([web.get("/internal/demand", demand)])
    bad.add_routes([web.get("/internal/demand", broken)])
    fake = FakeKube()
    async with TestServer(good) as one, TestServer(bad) as two:
        assert one.port
        assert two.port
        fake.put(slice_of("127.0.0.1", name="a", port=one.port))
        fake.put(slice_of("127.0.0.1", name="b", port=two.port))
        fake.put(slice_of("127.0.0.1", name="c", port=1))
        reader = DemandReader(fake, "freehold-system", "gw", 9090, token, clock=lambda: 5.0)
        reading = await asyncio.wait_for(reader.read(), 5)
        await reader.close()
        found = {address: answer.models if answer else None for address, answer in reading.reports.items()}
        assert found[f"127.0.0.1:{one.port}"] == {"t/m": Sample(5.0, "e1", 2, 1, 0.5, 7.25)}
        assert found[f"127.0.0.1:{two.port}"] is None
        assert found["127.0.0.1:1"] is None
    assert asked == ["Bearer secret"]
