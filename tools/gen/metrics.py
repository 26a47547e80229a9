"""docs/reference/metrics.md: every metric of app and operator, read from the registries of real instances."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kubernetes.aio.client.configuration import Configuration
from prometheus_client import CollectorRegistry

from freehold_app.kit.clock import SystemClock
from freehold_app.lifespan import open_resources
from freehold_app.main import create_app
from freehold_app.settings import Settings
from freehold_operator.controller import Services
from freehold_operator.health import Health
from freehold_operator.kube.api import AioKubeApi
from freehold_operator.kube.apply import Applier
from freehold_operator.kube.events import EventRecorder
from freehold_operator.kube.kinds import MODEL, TENANT
from freehold_operator.kube.login import Credentials
from freehold_operator.kube.store import Store
from freehold_operator.metrics import Metrics as OperatorMetrics
from freehold_operator.metrics import Snapshots
from freehold_operator.model.handlers import ModelController
from freehold_operator.queue import WorkQueue
from freehold_operator.settings import Settings as OperatorSettings
from gen.registry import Outputs

HEAD = """<!-- Generated from the running registries by `make generate`; change the texts beside the metrics. -->
# Metrics

Prometheus reads them from `/metrics` on port 9090 of the app's pods and port 8081 of the operator's; the charts allow
that through the pods' network policies. Each process also reports `process_*` and `python_info`. Only metrics of the
gateway carry a tenant's name.
"""
TABLE = "| name | kind | meaning |\n| --- | --- | --- |\n"
NOWHERE: dict[str, Any] = {
    "environment": "development",
    "database": {"url": "postgresql+asyncpg://a@127.0.0.1/a", "worker_url": "postgresql+asyncpg://a@127.0.0.1/a"},
    "redis": {"url": "redis://127.0.0.1"},
    "keys": {"peppers": {"1": "x"}},
    "auth": {"signing_keys": {"1": "x"}},
}


def outputs() -> Outputs:
    app, operator = "".join(asyncio.run(_app_rows())), "".join(_rows(_operator_registry()))
    text = f"{HEAD}\n## App\n\n{TABLE}{app}\n## Operator\n\n{TABLE}{operator}"
    return {"docs/reference/metrics.md": text}


async def _app_rows() -> list[str]:
    """Of a process with every role. Nothing connects: pools and clients do so at first use."""
    with tempfile.TemporaryDirectory() as folder:
        routes = Path(folder) / "routes.yaml"
        routes.write_text("models: []\ntenants: []\nkeys: []\n")
        settings = Settings(**NOWHERE, gateway={"routes": routes})
        async with open_resources(settings, SystemClock()) as resources:
            create_app(settings, resources)
            return list(_rows(resources.registry))


def _operator_registry() -> CollectorRegistry:
    """Of a process with the Model controller, which adds its own. Nothing connects here either."""
    metrics, store = OperatorMetrics("0"), Store()
    metrics.registry.register(Snapshots(WorkQueue({}), [MODEL, TENANT], Health(), store))
    api = AioKubeApi(Credentials(Configuration(host="http://127.0.0.1")))
    recorder = EventRecorder(api, "docs", str)
    ModelController(Services(OperatorSettings(), api, store, Applier(api, store), recorder, str, metrics.registry))
    return metrics.registry


def _rows(registry: CollectorRegistry) -> Iterator[str]:
    """A row per metric, also where two pools share one."""
    seen = {f"{metric.name}{'_total' * (metric.type == 'counter')}": metric for metric in registry.collect()}
    for name in sorted(seen):
        if name.startswith("freehold_"):
            yield f"| `{name}` | {seen[name].type} | {seen[name].documentation} |\n"
