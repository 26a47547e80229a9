"""Pods and Events of a Model, read for people. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from freehold_app.catalog.reading import Raw, moment, part
from freehold_app.catalog.schemas import ContainerOut, ModelEvent, PodOut

ENGINE = "engine"
_STATES: tuple[Literal["waiting", "running", "terminated"], ...] = ("running", "waiting", "terminated")


def pod_of(raw: Raw) -> PodOut:
    status = part(raw, "status")
    ready = any(item.get("type") == "Ready" and item.get("status") == "True" for item in status.get("conditions") or ())
    containers = [
        _container(item) for kind in ("initContainerStatuses", "containerStatuses") for item in status.get(kind) or ()
    ]
    return PodOut(
        name=str(raw["metadata"]["name"]),
        phase=str(status.get("phase") or "Unknown"),
        ready=ready,
        restarts=sum(container.restarts for container in containers),
        started_at=moment(status.get("startTime")),
        node=part(raw, "spec").get("nodeName"),
        containers=containers,
    )


def newest_first(pods: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(pods, key=lambda raw: str(raw["metadata"].get("creationTimestamp", "")), reverse=True)


def _container(item: Raw) -> ContainerOut:
    state: dict[str, Any] = dict(part(item, "state"))
    kind = next((kind for kind in _STATES if kind in state), _STATES[1])
    inner, last = part(state, kind), part(item, "lastState", "terminated")
    code = inner.get("exitCode") if kind == "terminated" else last.get("exitCode")
    return ContainerOut(
        name=str(item.get("name", "")),
        state=kind,
        reason=inner.get("reason") or None,
        message=inner.get("message") or None,
        ready=bool(item.get("ready")),
        restarts=int(item.get("restartCount") or 0),
        exit_code=code,
    )


def event_of(raw: Raw) -> ModelEvent:
    """An Event of either API: `events.k8s.io` says note and series, the core one message and count."""
    about, series = part(raw, "involvedObject") or part(raw, "regarding"), part(raw, "series")
    last = series.get("lastObservedTime") or raw.get("lastTimestamp") or raw.get("eventTime")
    return ModelEvent(
        at=moment(last or raw["metadata"].get("creationTimestamp")),
        type=str(raw.get("type") or "Normal"),
        reason=str(raw.get("reason") or ""),
        message=str(raw.get("message") or raw.get("note") or ""),
        count=int(series.get("count") or raw.get("count") or 1),
        object=f"{about.get('kind', '')}/{about.get('name', '')}",
    )


def events_newest_first(events: Iterable[ModelEvent]) -> list[ModelEvent]:
    return sorted(events, key=lambda event: event.at.timestamp() if event.at else 0.0, reverse=True)
