"""What changed between two looks at a Model, as rows to keep: Kubernetes forgets its Events after an hour. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from freehold_app.catalog.reading import Raw, conditions, part, phase_of, replicas_of, words_of

PHASE = "Phase"
REVISION = "Revision"
DELETED = "Deleted"
# Ready is told by the phase, and Autoscaling changes with every swing of demand.
UNKEPT = frozenset({"Ready", "Autoscaling"})

type Known = Mapping[str, tuple[str, str]]
"""By type: the status and reason that were stored last."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One row."""

    model: str
    at: datetime
    type: str
    status: str
    reason: str
    message: str
    ready: int
    desired: int


def changes(known: Known, raw: Raw, now: datetime) -> list[Changed]:
    """Rows for everything about this Model that differs from what was stored last."""
    pods, name = replicas_of(raw), str(raw["metadata"]["name"])
    return [
        Changed(name, now, kind, status, reason, message, pods.ready, pods.desired)
        for kind, status, reason, message in _facts(raw)
        if known.get(kind) != (status, reason)
    ]


def departure(model: str, now: datetime) -> Changed:
    return Changed(model, now, PHASE, DELETED, DELETED, "", 0, 0)


def _facts(raw: Raw) -> Iterator[tuple[str, str, str, str]]:
    reason, message = words_of(raw)
    yield PHASE, phase_of(raw), reason, message
    revision = part(raw, "status").get("templateHash")
    if revision:
        yield REVISION, str(revision), "", ""
    for kind, item in conditions(raw).items():
        if kind not in UNKEPT:
            yield kind, str(item.get("status", "")), str(item.get("reason", "")), str(item.get("message", ""))
