"""The one HTTP port: what it answers, and which figures stand on it."""

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from freehold_operator import logs
from freehold_operator.health import Health
from freehold_operator.kube.kinds import MODEL, ObjectKey
from freehold_operator.kube.store import Store
from freehold_operator.metrics import Metrics, Snapshots
from freehold_operator.probes import ProbeServer
from freehold_operator.queue import WorkQueue
from tests.operator.model.world import World, model_body

pytestmark = pytest.mark.inproc


class Bench:
    """A running port with everything it tells about."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.health = Health(lambda: self.now)
        self.metrics = Metrics("1.2.3")
        self.store = Store()
        self.queue = WorkQueue({"Model": self.reconcile}, observe=self.metrics.count_run, clock=lambda: self.now)
        self.metrics.registry.register(Snapshots(self.queue, [MODEL], self.health, self.store))
        self.server = ProbeServer(self.health, self.metrics.registry)
        self.port = 0

    async def reconcile(self, key: ObjectKey) -> float | None:
        return None

    async def get(self, path: str) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{self.port}{path}") as reply:
            return reply.status, await reply.text()


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    made = Bench()
    made.port = await made.server.start("127.0.0.1", 0)
    yield made
    await made.server.stop()


async def test_before_it_can_reach_a_server_it_is_healthy_and_not_ready(bench: Bench) -> None:
    assert await bench.get("/healthz") == (200, "ok")
    assert await bench.get("/readyz") == (503, "starting")
    bench.server.ready = True
    assert await bench.get("/readyz") == (200, "ok")


async def test_a_dead_watch_turns_both_red_and_says_which(bench: Bench) -> None:
    bench.server.ready = True
    bench.health.expect("models")
    bench.now += 121
    assert await bench.get("/healthz") == (503, "no word from the watch on models")
    assert (await bench.get("/readyz"))[0] == 503


async def test_every_promised_figure_is_there_and_no_name_of_a_model(bench: Bench) -> None:
    body = model_body("a-secret-name")
    body["metadata"] |= {"uid": "u", "resourceVersion": "1"}
    condition = {"type": "Ready", "status": "False", "reason": "Failing", "lastTransitionTime": "2026-01-01T00:00:00Z"}
    bench.store.put(MODEL, body | {"status": {"phase": "Failed", "conditions": [condition]}})
    bench.queue.add(ObjectKey("Model", "t", "a-secret-name"))
    bench.now += 3
    bench.health.expect("models")
    bench.metrics.count_call("PATCH", "models", 200)
    bench.metrics.count_call("GET", "models", 404)
    _, text = await bench.get("/metrics")
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    prefix = "freehold_operator_"
    assert float(values[f'{prefix}queue_depth{{kind="Model"}}']) == 1
    assert float(values[f'{prefix}queue_oldest_seconds{{kind="Model"}}']) == 3
    assert float(values[f'{prefix}objects{{kind="Model",phase="Failed"}}']) == 1
    assert float(values[f'{prefix}condition_false_seconds{{reason="Failing",type="Ready"}}']) > 1e6
    assert float(values[f'{prefix}api_write_total{{code="200",resource="models",verb="PATCH"}}']) == 1
    assert float(values[f'{prefix}watch_age_seconds{{resource="models"}}']) == 0
    assert float(values[f'{prefix}build_info{{version="1.2.3"}}']) == 1
    assert f'{prefix}api_write_total{{code="404",resource="models",verb="GET"}}' not in values
    assert "a-secret-name" not in text
    await bench.queue.run_once()
    _, text = await bench.get("/metrics")
    assert f'{prefix}reconcile_total{{kind="Model",result="ok"}} 1.0' in text


def test_waking_and_telling_are_measured_by_engine() -> None:
    world = World()

    def value(name: str) -> Any:
        return world.services.registry.get_sample_value(f"freehold_operator_{name}_count", {"engine": "Echo"})

    world.metrics.served("Echo", 2.5)
    world.metrics.told("Echo", -1)
    assert (value("activation_to_ready_seconds"), value("failure_to_condition_seconds")) == (1, 1)


def test_kopfs_own_fields_never_reach_a_log_line(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = root.handlers, root.level
    try:
        logs.configure("info")
        logging.getLogger("x").info("said", extra={"object": "m", "settings": "secret", "k8s_ref": {"a": 1}})
        logging.getLogger("kopf.objects").info("noise")
    finally:
        root.handlers = before[0]
        root.setLevel(before[1])
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == ["said"]
    assert lines[0]["object"] == "m"
    assert "secret" not in json.dumps(lines)
