"""Looks into a tenant's namespace for people who operate Models: pods, Events, logs. Each call asks the API server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

from freehold_app.catalog.cluster import ModelCluster, refusals
from freehold_app.catalog.informer import ModelInformer, Raw
from freehold_app.catalog.pods import ENGINE, event_of, events_newest_first, newest_first, pod_of
from freehold_app.catalog.schemas import ModelEvent, PodOut
from freehold_app.errors import FreeholdError
from freehold_app.kit.errors import NotFoundError, WrongStateError
from freehold_app.kit.sse import Event
from freehold_app.platform.kubernetes import NotFoundError as ObjectNotFoundError
from freehold_app.platform.kubernetes import with_query

MODEL_LABEL = "freehold.dev/model"
PODS = "100"
EVENTS = "200"
EVENTFUL_PODS = 8
LINES_PER_EVENT = 200


@dataclass(frozen=True, slots=True)
class Tail:
    """Which lines: of one container's present or previous run, the last so many, or since so many seconds."""

    container: str = ENGINE
    follow: bool = False
    previous: bool = False
    since_seconds: int | None = None
    lines: int = 500


class Inspection:
    def __init__(self, cluster: ModelCluster, informer: ModelInformer) -> None:
        self._cluster = cluster
        self._informer = informer

    async def pods(self, namespace: str, model: str) -> list[PodOut]:
        """Newest first; ModelNotFoundError."""
        return [pod_of(raw) for raw in await self._pods(namespace, model)]

    async def events(self, namespace: str, model: str) -> list[ModelEvent]:
        """About the Model and its newest pods, newest first."""
        names = [str(raw["metadata"]["name"]) for raw in await self._pods(namespace, model)]
        about = [("Model", model), *(("Pod", name) for name in names[:EVENTFUL_PODS])]
        async with refusals():
            found = await asyncio.gather(*(self._events(namespace, kind, name) for kind, name in about))
        return events_newest_first(event_of(raw) for raws in found for raw in raws)

    async def log(self, namespace: str, model: str, pod: str | None, tail: Tail) -> AsyncIterator[Event]:
        """The log, ready to be streamed. NotFoundError for a pod that is not the Model's, WrongStateError where there
        is nothing to read yet.
        """
        pods = [pod_of(raw) for raw in await self._pods(namespace, model)]
        chosen = next((one for one in pods if pod in {None, one.name}), None)
        if chosen is None and pod is not None:
            raise NotFoundError(f"the Model has no pod {pod!r} now")
        if chosen is None:
            raise WrongStateError("The Model has no pods now.", fix="Wake it with a call, then look again.")
        _check(chosen, tail)
        return self._lines(namespace, chosen.name, tail)

    async def _lines(self, namespace: str, pod: str, tail: Tail) -> AsyncIterator[Event]:
        path = with_query(
            f"/api/v1/namespaces/{namespace}/pods/{pod}/log",
            container=tail.container,
            follow="true" if tail.follow else "",
            previous="true" if tail.previous else "",
            sinceSeconds=str(tail.since_seconds) if tail.since_seconds is not None else "",
            tailLines=str(tail.lines),
            timestamps="true",
        )
        try:
            async with refusals(), aclosing(self._cluster.kube.lines(path)) as batches:
                async for shown in _shown(batches):
                    yield Event("lines", {"pod": pod, "container": tail.container, "lines": shown})
        except FreeholdError as error:
            yield Event("error", {"code": error.code, "title": error.title, "detail": error.detail, "fix": error.fix})
        else:
            yield Event("end", {"pod": pod, "container": tail.container})

    async def _pods(self, namespace: str, model: str) -> list[Raw]:
        self._informer.get(namespace, model)
        path = with_query(f"/api/v1/namespaces/{namespace}/pods", labelSelector=f"{MODEL_LABEL}={model}", limit=PODS)
        async with refusals():
            return newest_first(list((await self._cluster.kube.get(path))["items"]))

    async def _events(self, namespace: str, kind: str, name: str) -> list[Raw]:
        selector = f"involvedObject.kind={kind},involvedObject.name={name}"
        path = with_query(f"/api/v1/namespaces/{namespace}/events", fieldSelector=selector, limit=EVENTS)
        try:
            return list((await self._cluster.kube.get(path))["items"])
        except ObjectNotFoundError:
            return []


def _check(pod: PodOut, tail: Tail) -> None:
    container = next((one for one in pod.containers if one.name == tail.container), None)
    if container is None and pod.containers:
        names = ", ".join(one.name for one in pod.containers)
        raise NotFoundError(f"the pod has no container {tail.container!r}", fix=f"Choose one of {names}.")
    if container is None or (container.state == "waiting" and container.restarts == 0):
        raise WrongStateError("The container has not started yet.", fix="Look at the events for what it waits for.")
    if tail.previous and container.restarts == 0:
        raise WrongStateError("The container was never restarted, so it has no previous log.")


async def _shown(batches: AsyncIterator[list[bytes]]) -> AsyncIterator[list[dict[str, str]]]:
    """In pieces that a browser draws at once."""
    async for batch in batches:
        for begin in range(0, len(batch), LINES_PER_EVENT):
            yield [_line(line) for line in batch[begin : begin + LINES_PER_EVENT]]


def _line(line: bytes) -> dict[str, str]:
    """The kubelet's time in front of each line."""
    at, _, text = line.decode("utf-8", "replace").partition(" ")
    return {"at": at, "text": text}
