"""The only wiring: settings and connections in, the two applications of this process out.

Paths below `/v1/` go to the gateway before FastAPI sees them: the data path pays for nothing that it does not use.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import FastAPI

from freehold_app import gateway
from freehold_app.admin import admin_app
from freehold_app.auth.digests import Peppers
from freehold_app.auth.principals import DatabasePrincipals
from freehold_app.events import USAGE_FIELD, USAGE_GROUP, USAGE_SHARDS, usage_stream
from freehold_app.gateway.ports import AsgiApp, GatewayDeps, GatewayRole, Receive, Scope, Send
from freehold_app.health import Health
from freehold_app.lifespan import Resources
from freehold_app.platform.streams import StreamGroup
from freehold_app.problems import install_problems
from freehold_app.settings import Role, Settings
from freehold_app.usage.jobs import UsageWriter, WriterMetrics
from freehold_app.worker import WorkerRole


@dataclass(frozen=True, slots=True)
class App:
    """One process: what answers on its two ports and what runs behind them."""

    public: AsgiApp
    admin: AsgiApp
    health: Health
    gateway: GatewayRole | None
    worker: WorkerRole | None


def create_app(settings: Settings, resources: Resources) -> App:
    data_path = _gateway(settings, resources) if Role.GATEWAY in settings.roles else None
    worker = _worker(resources) if Role.WORKER in settings.roles else None
    health = Health(
        clock=resources.clock,
        registry=resources.registry,
        database=resources.database or resources.worker_database,
        ready=_readiness(data_path, worker),
    )
    admin = admin_app(
        health,
        resources.registry,
        demand=data_path.demand if data_path else None,
        demand_token=settings.gateway.demand_token,
    )
    return App(_public(data_path, rest_app()), admin, health, data_path, worker)


def rest_app() -> FastAPI:
    """Everything that is not the data path. No page that documents itself: that is `python -m freehold_app openapi`."""
    app = FastAPI(title="Freehold", docs_url=None, redoc_url=None, openapi_url=None)
    install_problems(app)
    return app


def _gateway(settings: Settings, resources: Resources) -> GatewayRole:
    peppers = {version: secret.get_secret_value().encode() for version, secret in settings.keys.peppers.items()}
    principals = None
    if resources.database is not None and peppers:
        principals = DatabasePrincipals(resources.database, Peppers(peppers))
    return gateway.build(
        GatewayDeps(
            settings=settings.gateway,
            principals=principals,
            redis=resources.redis,
            registry=resources.registry,
            clock=resources.clock,
        )
    )


def _worker(resources: Resources) -> WorkerRole:
    if resources.worker_database is None or resources.worker_redis is None:
        raise AssertionError("settings.refusals let a worker without database or Redis through")
    group = StreamGroup(
        resources.worker_redis,
        [usage_stream(shard) for shard in range(USAGE_SHARDS)],
        group=USAGE_GROUP,
        consumer=os.uname().nodename,  # the pod's name: what it left unfinished waits for it
        field=USAGE_FIELD,
    )
    writer = UsageWriter(group, resources.worker_database, WriterMetrics(resources.registry), resources.clock)
    return WorkerRole({"usage": writer.run}, resources.registry)


def _readiness(data_path: GatewayRole | None, worker: WorkerRole | None) -> dict[str, Callable[[], bool]]:
    checks: dict[str, Callable[[], bool]] = {}
    if data_path is not None:
        checks["gateway"] = lambda: data_path.ready
    if worker is not None:
        checks["worker"] = lambda: worker.alive
    return checks


def _public(data_path: GatewayRole | None, rest: FastAPI) -> AsgiApp:
    if data_path is None:
        return rest
    serve_v1 = data_path.asgi

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        in_front = scope["type"] == "http" and scope["path"].startswith("/v1/")
        await (serve_v1 if in_front else rest)(scope, receive, send)

    return dispatch
