"""Wires the gateway role out of what `main` or the standalone program gives."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, time
from typing import TextIO

from freehold_app.gateway.core.catalog import Snapshot
from freehold_app.gateway.core.floor import Floor
from freehold_app.gateway.errors import GatewayError
from freehold_app.gateway.io.access_log import AccessLog
from freehold_app.gateway.io.activate import Activator
from freehold_app.gateway.io.catalog import KubeCatalog
from freehold_app.gateway.io.credentials import Credentials
from freehold_app.gateway.io.forward import Forwarder
from freehold_app.gateway.io.meter import Meter
from freehold_app.gateway.io.metrics import GatewayMetrics
from freehold_app.gateway.io.principals import Principals
from freehold_app.gateway.io.revocation import Revocations
from freehold_app.gateway.io.role import Catalog, Gateway
from freehold_app.gateway.io.routes import FileCatalog, read_routes
from freehold_app.gateway.io.spool import Spool
from freehold_app.gateway.io.upstream import UpstreamPool, UpstreamSettings
from freehold_app.gateway.ports import GatewayDeps
from freehold_app.platform.kubernetes import KubeClient, found_access


def build(deps: GatewayDeps, *, access_log: TextIO | None = sys.stderr) -> Gateway:
    """The role, not started. Needs a running event loop; RoutesFileError or KubernetesError where it cannot be."""
    settings = deps.settings
    kube = None if settings.routes is not None else KubeClient(found_access())
    activator = Activator(kube, deps.clock)
    floor = Floor(
        random.random,
        lambda key: activator.activate(floor, key),
        time() - monotonic(),
        settings.unschedulable_grace_seconds,
    )
    catalog, source = _catalog(settings.routes, kube, _publisher(floor)), deps.principals
    if isinstance(catalog, FileCatalog) and source is None:
        source = catalog.principals
    if source is None:
        raise GatewayError("nothing to check keys with: set FREEHOLD_DATABASE_URL or a routes file")
    principals = Principals(source, deps.clock)
    pool = UpstreamPool(asyncio.get_running_loop(), UpstreamSettings(private_providers=settings.private_providers))
    spool = Spool(settings.spool_dir, settings.spool_max_bytes) if settings.spool_dir is not None else None
    meter = Meter(deps.redis, spool, os.environ.get("HOSTNAME") or socket.gethostname())
    metrics = GatewayMetrics(floor, meter, principals, activator, catalog)
    deps.registry.register(metrics)
    return Gateway(
        floor=floor,
        catalog=catalog,
        principals=principals,
        pool=pool,
        forwarder=Forwarder(pool, Credentials(kube)),
        activator=activator,
        meter=meter,
        metrics=metrics,
        access_log=AccessLog(access_log),
        revocations=Revocations(deps.redis, principals) if deps.redis is not None else None,
        max_body_bytes=settings.max_body_bytes,
        owned=kube,
    )


def _catalog(routes: Path | None, kube: KubeClient | None, publish: Callable[[Snapshot], None]) -> Catalog:
    if routes is not None:
        return FileCatalog(routes, read_routes(routes), publish)
    assert kube is not None
    return KubeCatalog(kube, publish)


def _publisher(floor: Floor) -> Callable[[Snapshot], None]:
    def publish(snapshot: Snapshot) -> None:
        floor.swap(snapshot, monotonic())

    return publish
