"""Live Models, read for people. Pure, and forgiving: an object of another version, or half of one, is still shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from freehold_app.catalog.schemas import (
    ConditionOut,
    EffectiveOut,
    FailureOut,
    ModelState,
    Replicas,
)
from freehold_app.kit.etags import strong_etag
from freehold_crds import API_VERSION

type Raw = Mapping[str, Any]

FIXED = "Fixed"
OURS = ("freehold-app", "freehold-operator")
_NEW = ("Waiting", "The operator has not looked at this Model yet.")
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def part(raw: Raw, *path: str) -> Raw:
    """The mapping at `path`; empty where there is none."""
    for name in path:
        raw = raw.get(name) or {}
    return raw


def name_of(raw: Raw) -> str:
    return str(raw["metadata"]["name"])


def version_of(raw: Raw) -> str:
    return f"{raw['metadata'].get('uid', '')}-{raw['metadata'].get('resourceVersion', '')}"


def moment(text: object) -> datetime | None:
    """A time as Kubernetes writes it; none for anything else."""
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def conditions(raw: Raw) -> dict[str, Raw]:
    return {str(item.get("type")): item for item in part(raw, "status").get("conditions") or ()}


def phase_of(raw: Raw) -> str:
    return str(part(raw, "status").get("phase") or "Pending")


def words_of(raw: Raw) -> tuple[str, str]:
    """Reason and message: of what degrades it where it is Degraded, else of whether it is Ready."""
    known = conditions(raw)
    telling = known.get("Degraded" if phase_of(raw) == "Degraded" else "Ready")
    if telling is None:
        return _NEW
    return str(telling.get("reason", "")), str(telling.get("message", ""))


def state_of(raw: Raw) -> ModelState:
    spec, status, metadata = part(raw, "spec"), part(raw, "status"), raw["metadata"]
    reason, message = words_of(raw)
    return ModelState(
        name=name_of(raw),
        tenant=str(status.get("tenant") or ""),
        display_name=str(spec.get("displayName") or name_of(raw)),
        description=spec.get("description"),
        phase=phase_of(raw),
        reason=reason,
        message=message,
        since=moment(conditions(raw).get("Ready", {}).get("lastTransitionTime")),
        deleting=metadata.get("deletionTimestamp") is not None,
        replicas=replicas_of(raw),
        engine=str(spec.get("engine") or ""),
        features=list(spec.get("features") or ("TextGeneration",)),
        context_length=spec.get("contextLength"),
        resources=part(status, "effective").get("profile"),
        managed_by=next(iter(managers_of(raw)), None),
    )


def replicas_of(raw: Raw) -> Replicas:
    spec, seen = part(raw, "spec"), part(raw, "status", "replicas")
    return Replicas(
        ready=int(seen.get("ready") or 0),
        desired=int(seen.get("desired") or spec.get("replicas") or 0),
        min=int(spec.get("minReplicas") or 0),
        max=int(spec.get("maxReplicas") or 1),
        mode=mode_of(spec),
    )


def mode_of(spec: Raw) -> str:
    return str(part(spec, "autoscaling").get("mode") or "Requests")


def managers_of(raw: Raw) -> list[str]:
    """Who else set fields of the spec, in their own names."""
    found: dict[str, None] = {}
    for entry in raw["metadata"].get("managedFields") or ():
        owns_spec = "f:spec" in (entry.get("fieldsV1") or {}) and not entry.get("subresource")
        if owns_spec and entry.get("manager") not in OURS:
            found[str(entry.get("manager"))] = None
    return list(found)


def detail_of(raw: Raw) -> dict[str, Any]:
    """What `ModelDetail` has beyond its row, but for what history knows."""
    status, metadata = part(raw, "status"), raw["metadata"]
    effective = part(status, "effective")
    return {
        "spec": dict(part(raw, "spec")),
        "conditions": [_condition(item) for item in conditions(raw).values()],
        "last_failure": _failure(part(status, "lastFailure")),
        "effective": EffectiveOut(
            image=effective.get("image"),
            profile=effective.get("profile"),
            target_requests=effective.get("targetRequests"),
        ),
        "url": status.get("url"),
        "generation": int(metadata.get("generation") or 0),
        "observed_generation": status.get("observedGeneration"),
        "created_at": moment(metadata.get("creationTimestamp")),
        "last_activation_at": moment(status.get("lastActivationTime")),
        "etag": strong_etag(version_of(raw)),
        "managers": managers_of(raw),
    }


def _condition(item: Raw) -> ConditionOut:
    return ConditionOut(
        type=str(item.get("type", "")),
        status=str(item.get("status", "Unknown")),
        reason=str(item.get("reason", "")),
        message=str(item.get("message", "")),
        last_transition_time=moment(item.get("lastTransitionTime")),
    )


def _failure(item: Raw) -> FailureOut | None:
    if not item:
        return None
    return FailureOut(
        location=str(item.get("location", "")),
        container=item.get("container"),
        reason=str(item.get("reason", "")),
        message=str(item.get("message", "")),
        exit_code=item.get("exitCode"),
        time=moment(item.get("time")),
        count=int(item.get("count") or 1),
    )


def manifest_of(raw: Raw) -> dict[str, Any]:
    """What somebody would have written: no status, no marks of servers and tools, no replicas that follow demand."""
    metadata, spec = raw["metadata"], dict(part(raw, "spec"))
    if mode_of(spec) != FIXED:
        spec.pop("replicas", None)
    kept = {"name": name_of(raw), "namespace": metadata.get("namespace", "")}
    for kind in ("labels", "annotations"):
        own = {name: value for name, value in part(metadata, kind).items() if _is_own(name)}
        kept |= {kind: own} if own else {}
    return {"apiVersion": API_VERSION, "kind": "Model", "metadata": kept, "spec": spec}


def _is_own(mark: str) -> bool:
    return mark != _LAST_APPLIED and not mark.startswith("freehold.dev/")
