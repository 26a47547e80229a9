"""A gateway over loopback with scripted surroundings: catalogue, keys and Kubernetes are told what to be.

Real: uvicorn, the shell, the exchange, the upstream pool, sockets. Faked: PostgreSQL, Redis, Kubernetes.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from time import monotonic, time
from typing import Any, TextIO
from uuid import UUID

from prometheus_client import CollectorRegistry

from freehold_app.auth import AuthUnavailableError, Grant
from freehold_app.events import UsageEvent
from freehold_app.gateway.core.catalog import Activation, Endpoint, ModelEntry, Snapshot, TenantEntry
from freehold_app.gateway.core.floor import Floor
from freehold_app.gateway.io.access_log import AccessLog
from freehold_app.gateway.io.activate import Activator
from freehold_app.gateway.io.credentials import Credentials
from freehold_app.gateway.io.forward import Forwarder
from freehold_app.gateway.io.meter import Meter
from freehold_app.gateway.io.metrics import GatewayMetrics
from freehold_app.gateway.io.principals import Principals
from freehold_app.gateway.io.role import Gateway
from freehold_app.gateway.io.server import new_server
from freehold_app.gateway.io.upstream import UpstreamPool, UpstreamSettings
from freehold_app.kit.clock import SystemClock

TENANT_ID = UUID(int=1)
KEY_ID = UUID(int=2)
KEY = "key-of-acme"
OTHER_KEY = "key-of-other"
ACME = Grant(kind="key", tenant_id=TENANT_ID, tenant="acme", key_id=KEY_ID)
OTHER = Grant(kind="key", tenant_id=UUID(int=3), tenant="other", key_id=UUID(int=4))


def model(name: str = "m", *, urls: list[str] | None = None, **changes: Any) -> ModelEntry:
    """A Model of tenant acme; without `urls` it has no endpoint."""
    endpoints = tuple(Endpoint.of_url(url) for url in urls or [])
    entry = ModelEntry(
        key=f"tenant-acme/{name}",
        name=name,
        namespace="tenant-acme",
        tenant="acme",
        engine="Echo",
        features=frozenset({"TextGeneration", "TextEmbedding"}),
        endpoints=endpoints,
    )
    return replace(entry, **changes)


def idle_model(name: str = "m", **changes: Any) -> ModelEntry:
    """A Model at zero that the gateway may activate."""
    given: dict[str, Any] = {
        "managed": True,
        "mode": "Requests",
        "replicas": 0,
        "phase": "Idle",
        "resource_version": "41",
        "activation": Activation(max_held=4, hold_timeout_seconds=30, retry_after_seconds=15),
    }
    return model(name, **(given | changes))


@dataclass
class ScriptedKeys:
    """A `PrincipalSource`."""

    grants: dict[str, Grant] = field(default_factory=lambda: {KEY: ACME, OTHER_KEY: OTHER})
    asked: int = 0
    down: bool = False
    gate: asyncio.Event | None = None

    async def lookup(self, key: str) -> Grant | None:
        self.asked += 1
        if self.gate is not None:
            await self.gate.wait()
        if self.down:
            raise AuthUnavailableError
        return self.grants.get(key)


@dataclass
class ScriptedKube:
    """Answers patches and reads; `on_patch` may raise or change the catalogue."""

    patches: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)
    reads: list[str] = field(default_factory=list)
    on_patch: Callable[[], None] | None = None

    async def merge_patch(self, path: str, body: dict[str, Any]) -> Any:
        self.patches.append((path, body))
        if self.on_patch is not None:
            self.on_patch()
        return {}

    async def get(self, path: str) -> dict[str, Any]:
        self.reads.append(path)
        return {"data": self.secrets[path]}


class StaticCatalog:
    """Publishes what a test gives it."""

    ready = True

    def age_seconds(self, now: float) -> float:
        return 0.0

    async def run(self) -> None:
        await asyncio.Event().wait()


class RecordingMeter(Meter):
    """Keeps events for the test to read."""

    def __init__(self) -> None:
        super().__init__(None, None, "replica-1")
        self.events: list[UsageEvent] = []
        self.happened = asyncio.Event()

    @property
    def kept(self) -> bool:
        return True

    def emit(self, event: UsageEvent) -> None:
        self.events.append(event)
        self.happened.set()

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def close(self, seconds: float) -> None:
        """Nothing to flush."""


@dataclass
class Running:
    """A gateway that answers at `url`."""

    gateway: Gateway
    meter: RecordingMeter
    keys: ScriptedKeys
    kube: ScriptedKube
    registry: CollectorRegistry
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def publish(self, *models: ModelEntry, tenants: list[TenantEntry] | None = None) -> None:
        entries = tenants or [TenantEntry("acme", "tenant-acme"), TenantEntry("other", "tenant-other")]
        self.gateway.floor.swap(Snapshot.of(models, entries), monotonic())

    async def events(self, count: int) -> list[UsageEvent]:
        """The first `count` events, waited for."""
        async with asyncio.timeout(5):
            while len(self.meter.events) < count:
                self.meter.happened.clear()
                await self.meter.happened.wait()
        return self.meter.events


async def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition, at most five seconds."""
    deadline = monotonic() + 5
    while not condition():
        assert monotonic() < deadline, f"waited in vain until {what}"
        await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def running_gateway(
    *models: ModelEntry,
    max_body_bytes: int = 1_000_000,
    upstream: UpstreamSettings | None = None,
    environ: dict[str, str] | None = None,
    kube_secrets: dict[str, dict[str, str]] | None = None,
    log: TextIO | None = None,
) -> AsyncIterator[Running]:
    """A started gateway on a port of its own; stopped and closed at the end."""
    keys, kube, meter, clock = ScriptedKeys(), ScriptedKube(secrets=kube_secrets or {}), RecordingMeter(), SystemClock()
    activator = Activator(kube, clock)
    floor = Floor(random.Random(1).random, lambda key: activator.activate(floor, key), time() - monotonic())
    principals = Principals(keys, clock)
    pool = UpstreamPool(asyncio.get_running_loop(), upstream or UpstreamSettings())
    metrics = GatewayMetrics(floor, meter, principals, activator, StaticCatalog())
    registry = CollectorRegistry()
    registry.register(metrics)
    gateway = Gateway(
        floor=floor,
        catalog=StaticCatalog(),
        principals=principals,
        pool=pool,
        forwarder=Forwarder(pool, Credentials(kube, environ or {})),
        activator=activator,
        meter=meter,
        metrics=metrics,
        access_log=AccessLog(log),
        revocations=None,
        max_body_bytes=max_body_bytes,
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        server = new_server(gateway.asgi, "127.0.0.1", port)
        running = Running(gateway, meter, keys, kube, registry, port)
        running.publish(*models)
        await gateway.start()
        serving = asyncio.create_task(server.serve([listener]))
        try:
            yield running
        finally:
            await gateway.drain(0)
            server.should_exit = server.force_exit = True
            for connection in list(server.server_state.connections):
                connection.transport.abort()  # what a failed test left open would keep the server waiting
            await serving
            await gateway.close()
