"""Counts of the data path as plain numbers, rendered for Prometheus only when somebody asks.

A label set that grows without bound (a tenant's Models) folds into `other` past 2,000 series.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from time import monotonic
from typing import Protocol

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from freehold_app.gateway.core.floor import Floor
from freehold_app.gateway.core.ports import Settlement
from freehold_app.gateway.io.activate import Activator
from freehold_app.gateway.io.meter import Meter
from freehold_app.gateway.io.principals import Principals

MAX_SERIES = 2_000
OVERHEAD_BUCKETS = (25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3)
WAIT_BUCKETS = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
PREFIX = "freehold_gateway_"


class Histogram:
    """Counts per bucket, and their sum."""

    __slots__ = ("_bounds", "_counts", "_sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, seconds: float) -> None:
        """Note one value."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self._sum += seconds

    def family(self, name: str, text: str) -> Metric:
        """As Prometheus wants it: cumulative."""
        total, buckets = 0, []
        for bound, count in zip([*map(str, self._bounds), "+Inf"], self._counts, strict=True):
            total += count
            buckets.append((bound, float(total)))
        return HistogramMetricFamily(PREFIX + name, text, buckets=buckets, sum_value=self._sum)


class Counter:
    """Counts by label values."""

    __slots__ = ("_counts", "_labels")

    def __init__(self, *labels: str) -> None:
        self._labels = labels
        self._counts: dict[tuple[str, ...], int] = {}

    def add(self, values: tuple[str, ...], count: int = 1) -> None:
        """Add to one series; past the bound all new ones are one."""
        if values not in self._counts and len(self._counts) >= MAX_SERIES:
            values = ("other",) * len(self._labels)
        self._counts[values] = self._counts.get(values, 0) + count

    def family(self, name: str, text: str) -> Metric:
        """As Prometheus wants it."""
        family = CounterMetricFamily(PREFIX + name, text, labels=self._labels)
        for values, count in self._counts.items():
            family.add_metric(values, count)
        return family


class CatalogAge(Protocol):
    """The catalogue, as far as metrics go."""

    def age_seconds(self, now: float) -> float: ...


class GatewayMetrics(Collector):
    """Everything the gateway counts."""

    def __init__(
        self, floor: Floor, meter: Meter, principals: Principals, activator: Activator, catalog: CatalogAge
    ) -> None:
        self._floor = floor
        self._meter = meter
        self._principals = principals
        self._activator = activator
        self._catalog = catalog
        self.requests = Counter("route", "model", "tenant", "status")
        self.tokens = Counter("type")
        self.disconnects = Counter("stage")
        self.held = Counter("result")
        self.retries = 0
        self.estimated = 0
        self.loop_lag_seconds = 0.0
        self.overhead = Histogram(OVERHEAD_BUCKETS)
        self.ttft = Histogram(WAIT_BUCKETS)
        self.duration = Histogram(WAIT_BUCKETS)
        self.activation = Histogram(WAIT_BUCKETS)

    def settled(self, settlement: Settlement, held_seconds: float, *, begun: bool) -> None:
        """Count an admitted request's end."""
        tokens = settlement.tokens
        self.tokens.add(("prompt",), tokens.prompt)
        self.tokens.add(("completion",), tokens.completion)
        self.estimated += tokens.estimated
        self.retries += settlement.attempts - 1
        if settlement.outcome in {"cancelled", "slow_client"}:
            self.disconnects.add(("answer" if begun else "wait",))
        if held_seconds:
            self.activation.observe(held_seconds)
            self.held.add((settlement.outcome,))

    def collect(self) -> Iterable[Metric]:
        now = monotonic()
        yield self.requests.family("requests", "Requests by their answer's status.")
        yield self.overhead.family("overhead_seconds", "Time spent in the gateway itself.")
        yield self.ttft.family("ttft_seconds", "Time to the first byte of an answer's content.")
        yield self.duration.family("duration_seconds", "Whole time of admitted requests.")
        yield self.activation.family("activation_seconds", "How long calls were held for a Model.")
        yield self.held.family("held_calls", "Held calls by how they ended.")
        yield self.tokens.family("tokens", "Tokens, as reported or estimated.")
        yield self.disconnects.family("disconnects", "Clients that left, by stage.")
        yield _by("principal_cache", "Credential look-ups.", "result", self._principals.results)
        yield _by("activations", "Patches of a Model's scale.", "result", self._activator.results)
        yield _by("usage_events", "Usage events by stage.", "stage", self._stages())
        yield _counter("usage_dropped", "Usage events that were lost.", self._meter.counts.dropped)
        yield _counter("usage_estimated", "Requests charged by an estimate.", self.estimated)
        yield _counter("retries", "Attempts after the first.", self.retries)
        yield _gauge("in_flight", "Calls at an upstream.", sum(s.load.inflight for _, s in self._floor.states()))
        yield _gauge("held", "Calls that wait for a Model.", sum(len(s.queue) for _, s in self._floor.states()))
        yield _gauge("breaker_open", "Endpoints out of rotation.", self._floor.balancer.open_breakers(now))
        yield _gauge("catalog_age_seconds", "Silence of the quietest watch.", self._catalog.age_seconds(now))
        yield _gauge("loop_lag_seconds", "How late the event loop runs.", self.loop_lag_seconds)
        yield _gauge("spool_bytes", "Usage events on disk.", self._meter.spool_bytes)

    def describe(self) -> Iterable[Metric]:
        return self.collect()

    def _stages(self) -> dict[str, int]:
        counts = self._meter.counts
        return {"emitted": counts.emitted, "sent": counts.sent, "spooled": counts.spooled}


def _by(name: str, text: str, label: str, counts: dict[str, int]) -> Metric:
    family = CounterMetricFamily(PREFIX + name, text, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(PREFIX + name, text, value=value)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(PREFIX + name, text, value=value)
