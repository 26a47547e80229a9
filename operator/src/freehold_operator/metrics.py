"""The operator's metrics. No tenant's or Model's name is ever a label: names can be secret, and series cost memory."""

from collections import Counter as Counts
from collections.abc import Iterable
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from freehold_operator.health import Health
from freehold_operator.kube.kinds import Kind
from freehold_operator.kube.store import Store
from freehold_operator.queue import WorkQueue

PREFIX = "freehold_operator"
RECONCILE_BUCKETS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
READS = {"GET", "LIST"}


class Metrics:
    """Everything counted, in a registry of its own."""

    def __init__(self, version: str) -> None:
        self.registry = CollectorRegistry()
        self.reconcile_seconds = Histogram(
            f"{PREFIX}_reconcile_seconds",
            "Duration of one reconcile.",
            ["kind", "result"],
            buckets=RECONCILE_BUCKETS,
            registry=self.registry,
        )
        self.reconcile_total = Counter(
            f"{PREFIX}_reconcile_total", "Reconciles.", ["kind", "result"], registry=self.registry
        )
        self.api_requests_total = Counter(
            f"{PREFIX}_api_requests_total",
            "Calls to the API server.",
            ["verb", "resource", "code"],
            registry=self.registry,
        )
        self.api_write_total = Counter(
            f"{PREFIX}_api_write_total",
            "Writes to the API server, accepted or not.",
            ["verb", "resource", "code"],
            registry=self.registry,
        )
        self.leader = Gauge(f"{PREFIX}_leader", "1 while this replica works.", registry=self.registry)
        build = Gauge(f"{PREFIX}_build_info", "Always 1.", ["version"], registry=self.registry)
        build.labels(version).set(1)

    def count_call(self, verb: str, resource: str, code: int) -> None:
        """Count one call to the API server."""
        self.api_requests_total.labels(verb, resource, str(code)).inc()
        if verb not in READS:
            self.api_write_total.labels(verb, resource, str(code)).inc()

    def count_run(self, kind: str, result: str, seconds: float) -> None:
        """Count one reconcile."""
        self.reconcile_seconds.labels(kind, result).observe(seconds)
        self.reconcile_total.labels(kind, result).inc()


class Snapshots(Collector):
    """Figures that are read when somebody asks: the queue's, the watches' and the cache's."""

    def __init__(self, queue: WorkQueue, kinds: Iterable[Kind], health: Health, store: Store) -> None:
        self._queue = queue
        self._kinds = tuple(kinds)
        self._health = health
        self._store = store

    def collect(self) -> Iterable[Metric]:
        """All of them, now."""
        return [*self._work(), self._objects(), self._conditions(), self._watches()]

    def _work(self) -> list[Metric]:
        schedule, now = self._queue.schedule, self._queue.now()
        depth = GaugeMetricFamily(f"{PREFIX}_queue_depth", "Objects that wait.", labels=["kind"])
        oldest = GaugeMetricFamily(f"{PREFIX}_queue_oldest_seconds", "Longest wait.", labels=["kind"])
        busy = GaugeMetricFamily(f"{PREFIX}_workers_busy", "Objects being worked on.", labels=["kind"])
        for kind in self._kinds:
            depth.add_metric([kind.kind], schedule.depth(kind.kind))
            oldest.add_metric([kind.kind], schedule.oldest_seconds(kind.kind, now))
            busy.add_metric([kind.kind], schedule.busy(kind.kind))
        return [depth, oldest, busy]

    def _watches(self) -> Metric:
        age = GaugeMetricFamily(f"{PREFIX}_watch_age_seconds", "Since a watch said anything.", labels=["resource"])
        for resource, seconds in self._health.watch_ages().items():
            age.add_metric([resource], seconds)
        return age

    def _objects(self) -> Metric:
        objects = GaugeMetricFamily(f"{PREFIX}_objects", "Objects by phase.", labels=["kind", "phase"])
        for kind in self._kinds:
            phases = Counts((body.get("status") or {}).get("phase") or "None" for body in self._store.all(kind))
            for phase, count in phases.items():
                objects.add_metric([kind.kind, phase], count)
        return objects

    def _conditions(self) -> Metric:
        family = GaugeMetricFamily(
            f"{PREFIX}_condition_false_seconds",
            "Longest time that a condition has not held, over all objects.",
            labels=["type", "reason"],
        )
        longest: dict[tuple[str, str], float] = {}
        for kind in self._kinds:
            for body in self._store.all(kind):
                for condition in (body.get("status") or {}).get("conditions") or []:
                    if condition["status"] == "False":
                        key = condition["type"], condition["reason"]
                        longest[key] = max(longest.get(key, 0.0), _age(condition["lastTransitionTime"]))
        for labels, seconds in longest.items():
            family.add_metric(list(labels), seconds)
        return family


def _age(since: str) -> float:
    return max(0.0, (datetime.now(UTC) - datetime.fromisoformat(since)).total_seconds())
