"""The catalogue as a slice: one watch per process, what browsers are told from it, and one writer of history."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from freehold_app.catalog.cluster import ModelCluster
from freehold_app.catalog.file_source import FileSource
from freehold_app.catalog.history import History
from freehold_app.catalog.informer import ModelInformer
from freehold_app.catalog.inspection import Inspection
from freehold_app.catalog.news import ModelNews
from freehold_app.catalog.places import Places
from freehold_app.catalog.recorder import Recorder
from freehold_app.catalog.service import Catalog
from freehold_app.platform.kubernetes import KubeClient
from freehold_app.platform.singleton import run_alone
from freehold_app.wiring import Deps, Loop, Slice

MODELS = "/apis/freehold.dev/v1alpha1/models"
HISTORY = "catalog.history"


def catalog_slice(deps: Deps) -> Slice:
    informer = ModelInformer(deps.clock)
    cluster = ModelCluster(deps.kube, informer)
    catalog = Catalog(
        informer=informer,
        cluster=cluster,
        history=History(deps.database, deps.clock),
        inspection=Inspection(cluster, informer),
        public_url=deps.settings.public_url,
        by_name=deps.kube is None,
    )
    return Slice("catalog", gives=[catalog], loops=_loops(deps, informer))


def _loops(deps: Deps, informer: ModelInformer) -> dict[str, Loop]:
    if deps.kube is None:
        return {"file": FileSource(deps.settings.gateway.routes, informer).run}
    places = Places(deps.database, deps.clock)
    recorder = Recorder(informer, places, deps.database, deps.clock)

    async def record(stop: asyncio.Event) -> None:
        await run_alone(deps.database, HISTORY, recorder.run, stop)

    return {
        "watch": _watching(deps.kube, informer),
        "news": ModelNews(informer, places, deps.live).run,
        "history": record,
    }


def _watching(kube: KubeClient, informer: ModelInformer) -> Loop:
    async def watch(stop: asyncio.Event) -> None:
        await _until(stop, kube.follow(MODELS, informer))

    return watch


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, Any]) -> None:
    """Run it until `stop`; what it raises is raised here."""
    running, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
    finally:
        running.cancel()
        stopping.cancel()
        await asyncio.gather(running, stopping, return_exceptions=True)
