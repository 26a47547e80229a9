"""The loop around the arithmetic: from gateways' reports to `models/scale`, over the fake API server."""

from typing import Any

import pytest

from freehold_operator import errors
from freehold_operator.kube.kinds import MODEL, ObjectKey
from freehold_operator.model.autoscaling import Sample
from freehold_operator.model.demand import Reading, Report
from freehold_operator.model.scaler import Scaler, pod_request, quota_rest
from freehold_operator.model.typed import ModelReader
from tests.operator.model.world import ECHO, NAMESPACE, World

pytestmark = pytest.mark.inproc
GONE_SECONDS = 600.0


class Gateways:
    """Stands in for the reader: what each replica would say; None for a silent one."""

    def __init__(self) -> None:
        self.now = 5000.0
        self.busy: dict[tuple[str, str], float] = {}
        self.load: dict[str, dict[str, tuple[int, int]] | None] = {"g1": {}}

    async def read(self) -> Reading:
        return Reading({replica: self.report(replica) for replica in self.load})

    def report(self, replica: str) -> Report | None:
        models = self.load[replica]
        if models is None:
            return None
        samples = {}
        for name, (inflight, held) in models.items():
            self.busy[replica, name] = self.busy.get((replica, name), 0) + 5 * (inflight + held)
            full = f"{NAMESPACE}/{name}"
            samples[full] = Sample(self.now, "e", inflight, held, float(held), self.busy[replica, name])
        return Report(self.now, "e", samples)


class Bench:
    """A World with a Scaler beside it."""

    def __init__(self) -> None:
        self.world = World()
        self.gateways = Gateways()
        reader: Any = self.gateways
        self.scaler = Scaler(
            self.world.fake, self.world.store, reader, ModelReader(), lambda: self.gateways.now, GONE_SECONDS
        )

    async def model(self, name: str = "m", **spec: Any) -> ObjectKey:
        key = self.world.create(name, **{**ECHO, "targetRequests": 2, "maxReplicas": 5, "replicas": 1, **spec})
        await self.world.settle(key)
        self.world.deployed(ready=1, name=name)
        return key

    async def rounds(self, count: int = 1) -> list[ObjectKey]:
        changed: list[ObjectKey] = []
        for _ in range(count):
            self.gateways.now += 5
            changed += await self.scaler.round()
        return changed

    def replicas(self, name: str = "m") -> int:
        found: int = self.world.fake.find(MODEL, name, NAMESPACE)["spec"]["replicas"]
        return found


async def test_load_over_all_gateways_raises_replicas() -> None:
    bench = Bench()
    key = await bench.model()
    bench.gateways.load = {"g1": {"m": (3, 0)}, "g2": {"m": (3, 0)}}
    assert await bench.rounds() == [key], "the condition is told once"
    assert bench.replicas() == 3
    assert bench.scaler.decisions == {"up": 1, "down": 0}
    assert bench.scaler.ages() == {"g1": 0, "g2": 0}
    assert await bench.rounds(3) == []


async def test_at_rest_nothing_is_written() -> None:
    bench = Bench()
    await bench.model(minReplicas=1)
    await bench.rounds()
    before = len(bench.world.fake.writes)
    await bench.rounds(20)
    assert len(bench.world.fake.writes) == before


async def test_one_dead_gateway_others_scale() -> None:
    bench = Bench()
    await bench.model()
    bench.gateways.load = {"dead": None, "g1": {"m": (8, 0)}}
    await bench.rounds()
    assert bench.replicas() == 4


async def test_without_any_answer_replicas_freeze_until_the_gateways_are_gone_for_good() -> None:
    bench = Bench()
    key = await bench.model(scaleDownDelaySeconds=10)
    bench.gateways.load = {"g1": {"m": (1, 0)}}
    await bench.rounds(20)
    bench.gateways.load = {}
    await bench.rounds(4)
    view = bench.scaler.view(key)
    assert view
    assert (view.reason, bench.replicas()) == ("DemandUnknown", 1)
    await bench.rounds(int(GONE_SECONDS / 5))
    assert bench.replicas() == 0


@pytest.mark.parametrize(
    "spec",
    [{"suspend": True}, {"autoscaling": {"mode": "Fixed"}}, {"autoscaling": {"mode": "HPA"}, "minReplicas": 1}],
)
async def test_whoever_else_owns_replicas_keeps_them(spec: dict[str, Any]) -> None:
    bench = Bench()
    key = await bench.model(**spec)
    bench.gateways.load = {"g1": {"m": (50, 3)}}
    await bench.rounds(3)
    assert bench.replicas() == 1
    assert bench.scaler.view(key) is None


async def test_a_model_changed_since_it_was_read_is_left_to_the_next_round() -> None:
    bench = Bench()
    await bench.model()
    bench.gateways.load = {"g1": {"m": (8, 0)}}
    bench.world.fake.refuse = lambda verb, plural, name: (
        errors.ConflictError("changed", status=409) if verb == "scale" else None
    )
    await bench.rounds()
    assert bench.replicas() == 1
    bench.world.fake.refuse = lambda verb, plural, name: None
    await bench.rounds()
    assert bench.replicas() == 4


def quota(**hard_and_used: tuple[str, str]) -> dict[str, Any]:
    names = {name.replace("_", "."): pair for name, pair in hard_and_used.items()}
    status = {
        "hard": {name: hard for name, (hard, _) in names.items()},
        "used": {name: used for name, (_, used) in names.items()},
    }
    metadata = {"name": "q", "namespace": NAMESPACE}
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "status": status}


async def test_the_tenants_quota_limits_growth_and_is_told() -> None:
    bench = Bench()
    first, second = await bench.model("a"), await bench.model("b")
    bench.world.fake.put(quota(requests_cpu=("2", "1")))
    bench.gateways.load = {"g1": {"a": (8, 0), "b": (8, 0)}}
    await bench.rounds()
    assert bench.replicas("a") + bench.replicas("b") == 2 + 2, "one CPU is left and a pod asks for half of one"
    for key in (first, second):
        view = bench.scaler.view(key)
        assert view
        assert view.reason == "QuotaLimited"
        assert "has room for 2" in view.message


def test_the_rest_is_the_least_over_all_quotas() -> None:
    quotas = [quota(requests_cpu=("4", "1500m")), quota(requests_cpu=("10", "9"), pods=("5", "5"))]
    assert quota_rest(quotas) == {"requests.cpu": 1.0, "pods": 0.0}
    assert quota_rest([]) == {}


def test_a_pods_request_has_the_quotas_names() -> None:
    container = {"resources": {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"cpu": "1"}}}
    deployment = {"spec": {"template": {"spec": {"containers": [container, container]}}}}
    assert pod_request(deployment) == {
        "pods": 1,
        "count/pods": 1,
        "requests.cpu": 1.0,
        "cpu": 1.0,
        "requests.memory": 2.0 * 2**30,
        "memory": 2.0 * 2**30,
        "limits.cpu": 2.0,
    }


async def test_a_deleted_models_memory_is_forgotten() -> None:
    bench = Bench()
    await bench.model("a")
    await bench.model("b")
    await bench.rounds()
    bench.world.fake.remove(MODEL, "a", NAMESPACE)
    await bench.rounds()
    assert {key.name for key in bench.scaler._tracks} == {"b"}
