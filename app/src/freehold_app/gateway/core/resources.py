"""From raw Kubernetes objects to catalogue entries.

Objects come as the API server stores them: any field may be missing or, after an upgrade, unknown. Nothing here raises
on an odd object; a Model that cannot be read well is simply not callable.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from freehold_app.gateway.core.catalog import (
    EXTERNAL,
    LLAMACPP,
    Activation,
    AddressError,
    Endpoint,
    ModelEntry,
    Readiness,
    SecretKey,
    TenantEntry,
)

type Raw = Mapping[str, Any]

MODEL_LABEL = "freehold.dev/model"
TARGET_REQUESTS = {LLAMACPP: 4, "VLLM": 64, "Ollama": 4, "Custom": 16, "Echo": 100, EXTERNAL: 1000}
ENGINES_WITH_TOKEN = {LLAMACPP, "VLLM", "Custom", "Echo"}
SUSPENDED_REASONS = {"Suspended", "TenantSuspended"}
FAILED_REASONS = {"Failing", "NotAccepted", "Stopped", "Deleting", "ProviderUnreachable", "ProviderDenied"}
PORT_NAME = "http"


def tenant_entry(raw: Raw) -> TenantEntry:
    """A Tenant object as its entry."""
    status = raw.get("status") or {}
    suspended = bool((raw.get("spec") or {}).get("suspend"))
    return TenantEntry(name=_name(raw), namespace=status.get("namespace") or "", suspended=suspended)


def tenant_of_namespace(tenants: Iterable[TenantEntry]) -> dict[str, str]:
    """Namespace to Tenant, as the Tenants' status says it. Never from a Model's own labels: its owner writes those."""
    return {tenant.namespace: tenant.name for tenant in tenants if tenant.namespace}


def model_entry(raw: Raw, tenant: str, endpoints: tuple[Endpoint, ...]) -> ModelEntry:
    """A Model object, its Tenant and its ready endpoints as one entry."""
    spec, status = raw.get("spec") or {}, raw.get("status") or {}
    name, namespace = _name(raw), raw["metadata"].get("namespace", "")
    engine = spec.get("engine", "")
    external = spec.get("external") or {}
    condition = _ready_condition(status)
    weights = status.get("weights") or {}
    return ModelEntry(
        key=f"{namespace}/{name}",
        name=name,
        namespace=namespace,
        tenant=tenant,
        engine=engine,
        features=frozenset(spec.get("features") or ["TextGeneration"]),
        created=int(_seconds(raw["metadata"].get("creationTimestamp"))),
        phase=status.get("phase") or "Pending",
        readiness=_readiness(spec, condition),
        reason=condition.get("reason") or "",
        message=condition.get("message") or "",
        changed_at=_seconds(condition.get("lastTransitionTime")),
        mode=(spec.get("autoscaling") or {}).get("mode") or "Requests",
        replicas=spec.get("replicas"),
        min_replicas=spec.get("minReplicas") or 0,
        resource_version=raw["metadata"].get("resourceVersion", ""),
        target_requests=_target_requests(spec, status),
        activation=_activation(spec),
        context_length=spec.get("contextLength"),
        upstream_model=external.get("model") or status.get("upstreamModel") or "",
        secret=_secret(engine, namespace, name, external),
        first_byte_seconds=external.get("timeoutSeconds"),
        eta_seconds=weights.get("etaSeconds"),
        progress=_progress(weights),
        managed=engine != EXTERNAL,
        endpoints=_provider(external) if engine == EXTERNAL else endpoints,
    )


def slice_endpoints(raw: Raw) -> tuple[Endpoint, ...]:
    """The ready endpoints of one EndpointSlice. A terminating one takes no new calls."""
    port = next((port.get("port") for port in raw.get("ports") or [] if port.get("name") == PORT_NAME), None)
    if port is None:
        return ()
    return tuple(
        Endpoint(address, port)
        for item in raw.get("endpoints") or []
        if _in_rotation(item.get("conditions") or {})
        for address in (item.get("addresses") or [])[:1]
    )


def slice_model(raw: Raw) -> str | None:
    """`namespace/name` of the Model whose endpoints a slice holds."""
    metadata = raw["metadata"]
    name = (metadata.get("labels") or {}).get(MODEL_LABEL)
    return f"{metadata.get('namespace', '')}/{name}" if name else None


def _in_rotation(conditions: Raw) -> bool:
    return conditions.get("ready") is not False and not conditions.get("terminating")


def _name(raw: Raw) -> str:
    return str(raw["metadata"]["name"])


def _seconds(timestamp: str | None) -> float:
    return datetime.fromisoformat(timestamp).timestamp() if timestamp else 0.0


def _ready_condition(status: Raw) -> Raw:
    return next((item for item in status.get("conditions") or [] if item.get("type") == "Ready"), {})


def _readiness(spec: Raw, condition: Raw) -> Readiness:
    reason = condition.get("reason")
    if spec.get("suspend") or reason in SUSPENDED_REASONS:
        return Readiness.SUSPENDED
    if condition.get("status") == "False" and reason in FAILED_REASONS:
        return Readiness.FAILED
    if condition.get("status") == "False" and reason == "NotScheduled":
        return Readiness.UNSCHEDULED
    return Readiness.CALLABLE


def _target_requests(spec: Raw, status: Raw) -> int:
    effective = (status.get("effective") or {}).get("targetRequests")
    return int(spec.get("targetRequests") or effective or TARGET_REQUESTS.get(spec.get("engine", ""), 16))


def _activation(spec: Raw) -> Activation:
    given = spec.get("activation") or {}
    return Activation(
        max_held=given.get("maxHeld", 256),
        hold_timeout_seconds=given.get("holdTimeoutSeconds", 120),
        retry_after_seconds=given.get("retryAfterSeconds", 15),
    )


def _secret(engine: str, namespace: str, name: str, external: Raw) -> SecretKey | None:
    reference = external.get("secretRef")
    if engine == EXTERNAL:
        return SecretKey(namespace, reference["name"], reference.get("key") or "apiKey") if reference else None
    return SecretKey(namespace, f"model-{name}-token", "token") if engine in ENGINES_WITH_TOKEN else None


def _provider(external: Raw) -> tuple[Endpoint, ...]:
    try:
        return (Endpoint.of_url(external.get("baseURL", ""), public=True),)
    except AddressError:
        return ()


def _progress(weights: Raw) -> float | None:
    done, total = weights.get("bytesDone"), weights.get("bytesTotal")
    return done / total if done is not None and total else None
