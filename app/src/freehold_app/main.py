"""The only wiring: settings and connections in, the two applications of this process out.

Paths below `/v1/` go to the gateway before FastAPI sees them: the data path pays for nothing that it does not use.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from prometheus_client import Counter
from starlette.types import ASGIApp

from freehold_app import gateway
from freehold_app.admin import admin_app
from freehold_app.auth.digests import Peppers
from freehold_app.auth.directory import Directory, ForgettingAnnounce, GrantSource, Source
from freehold_app.auth.invalidation import Announce, RedisAnnounce
from freehold_app.auth.local.provider import LocalProvider
from freehold_app.auth.principals import DatabasePrincipals
from freehold_app.auth.tokens import SigningKeys, Tokens
from freehold_app.control import ControlRole, rest_app
from freehold_app.conversations.turns.sweep import TurnSweep
from freehold_app.events import USAGE_FIELD, USAGE_GROUP, USAGE_SHARDS, usage_stream
from freehold_app.gateway.ports import AsgiApp, GatewayDeps, GatewayRole, Receive, Scope, Send
from freehold_app.health import Health
from freehold_app.keys import jobs as key_jobs
from freehold_app.kit.jobs import Handler, JobWorker
from freehold_app.kit.jobs.sweep import Sweep
from freehold_app.kit.sse import Streams
from freehold_app.lifespan import Resources
from freehold_app.live.hub import Hub
from freehold_app.platform.limiter import RedisLimiter
from freehold_app.platform.streams import StreamGroup
from freehold_app.settings import Role, Settings
from freehold_app.usage.jobs import UsageWriter, WriterMetrics
from freehold_app.wiring import Deps
from freehold_app.worker import WorkerRole, count_restarts

# What the worker does after a commit: one line per slice that has jobs.
JOB_HANDLERS: Sequence[Callable[[Announce], Sequence[Handler]]] = (key_jobs.handlers,)


@dataclass(frozen=True, slots=True)
class App:
    """One process: what answers on its two ports and what runs behind them."""

    public: AsgiApp
    admin: AsgiApp
    health: Health
    gateway: GatewayRole | None
    worker: WorkerRole | None
    control: ControlRole | None = None


def create_app(settings: Settings, resources: Resources) -> App:
    data_path = _gateway(settings, resources) if Role.GATEWAY in settings.roles else None
    restarts = count_restarts(resources.registry)
    worker = _worker(settings, resources, restarts) if Role.WORKER in settings.roles else None
    control = ControlRole(control_deps(settings, resources), restarts) if Role.CONTROL in settings.roles else None
    health = Health(
        clock=resources.clock,
        registry=resources.registry,
        database=resources.database or resources.worker_database,
        ready=_readiness(data_path, worker),
        probes={"control": control.ready} if control is not None else {},
    )
    admin = admin_app(
        health,
        resources.registry,
        demand=data_path.demand if data_path else None,
        demand_token=settings.gateway.demand_token,
    )
    rest = control.asgi if control is not None else rest_app((), ())
    return App(_public(data_path, rest), admin, health, data_path, worker, control)


def control_deps(settings: Settings, resources: Resources) -> Deps:
    """What every slice of control may use."""
    peppers, tokens = _peppers(settings), _tokens(settings, resources)
    if resources.database is None or peppers is None or tokens is None:
        raise AssertionError("settings.refusals let control through without database, peppers or signing keys")
    provider = LocalProvider(tokens)
    directory = Directory(resources.database, peppers, provider, resources.clock)
    return Deps(
        settings=settings,
        clock=resources.clock,
        registry=resources.registry,
        database=resources.database,
        redis=resources.redis,
        kube=resources.kube,
        peppers=peppers,
        tokens=tokens,
        provider=provider,
        directory=directory,
        announce=ForgettingAnnounce(RedisAnnounce(resources.redis), directory),
        limiter=RedisLimiter(resources.redis, resources.clock),
        streams=Streams(resources.clock),
        live=Hub(resources.redis),
    )


def _peppers(settings: Settings) -> Peppers | None:
    secrets = {version: secret.get_secret_value().encode() for version, secret in settings.keys.peppers.items()}
    return Peppers(secrets) if secrets else None


def _tokens(settings: Settings, resources: Resources) -> Tokens | None:
    secrets = {version: secret.get_secret_value().encode() for version, secret in settings.auth.signing_keys.items()}
    if not secrets:
        return None
    return Tokens(
        SigningKeys(secrets),
        resources.clock,
        issuer=settings.public_url,
        access_seconds=settings.auth.access_ttl_seconds,
        leeway_seconds=settings.auth.leeway_seconds,
    )


def _gateway(settings: Settings, resources: Resources) -> GatewayRole:
    peppers, tokens = _peppers(settings), _tokens(settings, resources)
    principals = None
    if resources.database is not None and peppers is not None:
        source = Source(resources.database, peppers, resources.clock)
        principals = GrantSource(DatabasePrincipals(resources.database, peppers), source, tokens)
    return gateway.build(
        GatewayDeps(
            settings=settings.gateway,
            principals=principals,
            redis=resources.redis,
            registry=resources.registry,
            clock=resources.clock,
        )
    )


def _worker(settings: Settings, resources: Resources, restarts: Counter) -> WorkerRole:
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
    jobs = JobWorker(
        resources.worker_database,
        [handler for make in JOB_HANDLERS for handler in make(RedisAnnounce(resources.worker_redis))],
        resources.clock,
        resources.registry,
        concurrency=settings.jobs.concurrency,
        poll_seconds=settings.jobs.poll_seconds,
        lease_seconds=settings.jobs.lease_seconds,
    )
    loops = {
        "usage": writer.run,
        "jobs": jobs.run,
        "sweep": Sweep(resources.worker_database, resources.clock).run,
        "turns": TurnSweep(resources.worker_database, resources.clock).run,
    }
    return WorkerRole(loops, resources.registry, restarts=restarts)


def _readiness(data_path: GatewayRole | None, worker: WorkerRole | None) -> dict[str, Callable[[], bool]]:
    checks: dict[str, Callable[[], bool]] = {}
    if data_path is not None:
        checks["gateway"] = lambda: data_path.ready
    if worker is not None:
        checks["worker"] = lambda: worker.alive
    return checks


def _public(data_path: GatewayRole | None, rest: ASGIApp) -> AsgiApp:
    if data_path is None:
        return rest
    serve_v1 = data_path.asgi

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        in_front = scope["type"] == "http" and scope["path"].startswith("/v1/")
        await (serve_v1 if in_front else rest)(scope, receive, send)

    return dispatch
