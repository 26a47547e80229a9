"""The operator's metrics. No tenant's or Model's name is ever a label: names can be secret, and series cost memory."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from freehold_operator.health import Health
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
    """Figures that are read when somebody asks: the queue's and the watches'."""

    def __init__(self, queue: WorkQueue, kinds: Iterable[str], health: Health) -> None:
        self._queue = queue
        self._kinds = tuple(kinds)
        self._health = health

    def collect(self) -> Iterable[Metric]:
        """All of them, now."""
        schedule, now = self._queue.schedule, self._queue.now()
        depth = GaugeMetricFamily(f"{PREFIX}_queue_depth", "Objects that wait.", labels=["kind"])
        oldest = GaugeMetricFamily(f"{PREFIX}_queue_oldest_seconds", "Longest wait.", labels=["kind"])
        busy = GaugeMetricFamily(f"{PREFIX}_workers_busy", "Objects being worked on.", labels=["kind"])
        for kind in self._kinds:
            depth.add_metric([kind], schedule.depth(kind))
            oldest.add_metric([kind], schedule.oldest_seconds(kind, now))
            busy.add_metric([kind], schedule.busy(kind))
        age = GaugeMetricFamily(f"{PREFIX}_watch_age_seconds", "Since a watch said anything.", labels=["resource"])
        for resource, seconds in self._health.watch_ages().items():
            age.add_metric([resource], seconds)
        return [depth, oldest, busy, age]
