"""Metrics of the process and its pools, and error reports that carry no content.

registry = new_registry()
watch_pool(registry, "app", database)
start_sentry(settings.sentry, environment="production", release="0.1.0")
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from freehold_app.settings import SentrySettings

if TYPE_CHECKING:  # a gateway that runs alone has metrics and no database
    from freehold_app.platform.postgres import Database, PoolWatch


def new_registry() -> CollectorRegistry:
    """A registry of this process alone; nothing registers itself at import."""
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    return registry


class _PoolCollector(Collector):
    """Reads the pool when it is scraped, so that nothing is counted on the way of a request."""

    def __init__(self, pool: str, database: Database) -> None:
        self._pool = pool
        self._database = database

    def collect(self) -> Iterable[Metric]:
        state, watch = self._database.pool(), self._database.watch
        yield self._gauge("connections_open", "Connections kept in the pool.", state.size)
        yield self._gauge("connections_in_use", "Connections in use.", state.in_use)
        yield self._gauge("connections_overflow", "Connections beyond the pool's size.", state.overflow)
        yield self._waits(watch)
        yield self._counter("timeouts", "Callers that got no connection in time.", watch.timed_out)

    def describe(self) -> Iterable[Metric]:
        return ()  # the app's pool and the worker's share these names, which the registry would refuse

    def _gauge(self, name: str, text: str, value: float) -> Metric:
        metric = GaugeMetricFamily(f"freehold_database_{name}", text, labels=["pool"])
        metric.add_metric([self._pool], value)
        return metric

    def _waits(self, watch: PoolWatch) -> Metric:
        metric = HistogramMetricFamily(
            "freehold_database_wait_seconds", "How long transactions waited for a connection.", labels=["pool"]
        )
        totals = map(float, accumulate(watch.waits))
        buckets = list(zip([*map(str, watch.bounds), "+Inf"], totals, strict=True))
        metric.add_metric([self._pool], buckets, watch.waited_seconds)
        return metric

    def _counter(self, name: str, text: str, value: float) -> Metric:
        metric = CounterMetricFamily(f"freehold_database_{name}", text, labels=["pool"])
        metric.add_metric([self._pool], value)
        return metric


def watch_pool(registry: CollectorRegistry, pool: str, database: Database) -> None:
    registry.register(_PoolCollector(pool, database))


def start_sentry(
    settings: SentrySettings,
    *,
    environment: str,
    release: str,
    transport: Any = None,  # a fake in tests
) -> None:
    """Report errors where a DSN is set: types and stacks, never variables, bodies, headers or breadcrumbs."""
    dsn = settings.dsn.get_secret_value()
    if not dsn:
        return
    import sentry_sdk  # here, because most installations never need its 0.2 CPU-s

    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        release=release,
        sample_rate=settings.sample_rate,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_enabling_integrations=False,
        before_send=without_content,
        transport=transport,
    )


def without_content(event: Any, _hint: Any) -> Any:
    """An error report without what a person may have typed: no request, no extras, and of each exception the type."""
    for part in ("request", "extra", "breadcrumbs", "user", "logentry", "message"):
        event.pop(part, None)
    for value in event.get("exception", {}).get("values", []):
        value["value"] = ""
    return event
