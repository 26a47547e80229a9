"""What the Model controller counts beside the queue's figures: scaling, and how long people wait for pods and words."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from freehold_operator.model.scaler import Scaler

PREFIX = "freehold_operator"
READY_BUCKETS = (1, 2, 3, 5, 8, 13, 21, 34, 60, 120, 300, 600, 1200)
TOLD_BUCKETS = (0.5, 1, 2, 5, 10, 15, 30, 60)


class ModelMetrics:
    """Histograms by engine; no Model's name is a label."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._ready = Histogram(
            f"{PREFIX}_activation_to_ready_seconds",
            "From zero to the first pod that serves.",
            ["engine"],
            buckets=READY_BUCKETS,
            registry=registry,
        )
        self._told = Histogram(
            f"{PREFIX}_failure_to_condition_seconds",
            "From a failure, as kubelet dates it, to the condition that tells it.",
            ["engine"],
            buckets=TOLD_BUCKETS,
            registry=registry,
        )

    def served(self, engine: str, seconds: float) -> None:
        """A Model that was woken serves."""
        self._ready.labels(engine).observe(max(0.0, seconds))

    def told(self, engine: str, seconds: float) -> None:
        """A failure was told."""
        self._told.labels(engine).observe(max(0.0, seconds))


class ScalerMetrics(Collector):
    """What the autoscaler did and how fresh its view of the gateways is."""

    def __init__(self, scaler: Scaler) -> None:
        self._scaler = scaler

    def collect(self) -> Iterable[Metric]:
        """All of it, now."""
        decisions = CounterMetricFamily(f"{PREFIX}_autoscale_decisions", "Changes of replicas.", labels=["direction"])
        for direction, count in self._scaler.decisions.items():
            decisions.add_metric([direction], count)
        age = GaugeMetricFamily(f"{PREFIX}_demand_age_seconds", "Since a gateway answered.", labels=["replica"])
        for replica, seconds in self._scaler.ages().items():
            age.add_metric([replica], seconds)
        return [decisions, age]
