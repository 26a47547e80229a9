"""What callers may use, as one immutable snapshot that is swapped whole.

A request reads one snapshot from start to end, so a change in Kubernetes never shows half. What changes with every
request (load, breakers, held calls) is kept elsewhere, under the keys used here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

REQUESTS_MODE = "Requests"
FIXED_MODE = "Fixed"
LLAMACPP = "LlamaCpp"
EXTERNAL = "External"

HOST = re.compile(r"[A-Za-z0-9.:_-]+")


class AddressError(ValueError):
    """A base URL is not one we can call."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address that answers for a Model: a pod, or a provider's host."""

    host: str
    port: int
    secure: bool = False
    base_path: str = "/v1"
    public: bool = False
    """Outside of the cluster: the name is resolved by us and private addresses are refused."""

    @property
    def authority(self) -> str:
        """The `host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"

    @classmethod
    def of_url(cls, url: str, *, public: bool = False) -> Endpoint:
        """`http://127.0.0.1:9000/v1` as an Endpoint; AddressError where it is not a plain http(s) base URL."""
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        if parts.scheme not in {"http", "https"} or not parts.hostname or not HOST.fullmatch(parts.hostname):
            raise AddressError("a base URL starts with http:// or https:// and names a host")
        if parts.query or parts.fragment or parts.username:
            raise AddressError("a base URL has no query, fragment or user")
        return cls(parts.hostname, parts.port or (443 if secure else 80), secure, parts.path.rstrip("/"), public)


@dataclass(frozen=True, slots=True)
class SecretKey:
    """One key of a Secret, or (namespace empty) an environment variable of this process."""

    namespace: str
    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Activation:
    """How calls wait for a Model at zero."""

    max_held: int = 256
    hold_timeout_seconds: float = 120.0
    retry_after_seconds: float = 15.0


class Readiness(StrEnum):
    """What the Model's status says to a caller who needs an endpoint now."""

    CALLABLE = "callable"
    """Serving, idle or starting: a call is answered or held."""
    SUSPENDED = "suspended"
    FAILED = "failed"
    """Refused, failing or stopped: a call is answered at once with the reason."""
    UNSCHEDULED = "unscheduled"
    """No node found: a call is held for a grace, because nodes may be added."""


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A Model as the data path needs it."""

    key: str
    """`namespace/name`: what load, holds and demand are kept under."""
    name: str
    namespace: str
    tenant: str
    engine: str = ""
    features: frozenset[str] = frozenset({"TextGeneration"})
    created: int = 0
    """Unix seconds."""
    phase: str = "Ready"
    readiness: Readiness = Readiness.CALLABLE
    reason: str = ""
    message: str = ""
    changed_at: float = 0.0
    """Unix seconds of the last change of condition Ready."""
    mode: str = FIXED_MODE
    replicas: int | None = None
    min_replicas: int = 0
    resource_version: str = ""
    target_requests: int = 16
    activation: Activation = Activation()
    context_length: int | None = None
    upstream_model: str = ""
    """The engine's or provider's own name for it; empty or equal to `name`: the body is forwarded as it is."""
    secret: SecretKey | None = None
    """The credential shown upstream."""
    first_byte_seconds: float | None = None
    """External Models name their own time-out."""
    eta_seconds: float | None = None
    progress: float | None = None
    managed: bool = False
    """Kubernetes runs it, so endpoints come and go: a call without one is held. False in a routes file."""
    endpoints: tuple[Endpoint, ...] = ()

    @property
    def external(self) -> bool:
        """Answered by a provider: errors, retries and credentials are another party's."""
        return self.engine == EXTERNAL

    @property
    def can_activate(self) -> bool:
        """The gateway itself may bring it from zero."""
        return self.mode == REQUESTS_MODE and self.replicas == 0

    @property
    def listed(self) -> bool:
        """Whether `GET /v1/models` shows it: a call would be answered, now or after a hold."""
        return self.readiness in {Readiness.CALLABLE, Readiness.UNSCHEDULED}


@dataclass(frozen=True, slots=True)
class TenantEntry:
    """A Tenant as the data path needs it."""

    name: str
    namespace: str = ""
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything at one moment. `models` by (tenant, name)."""

    models: Mapping[tuple[str, str], ModelEntry] = field(default_factory=dict)
    tenants: Mapping[str, TenantEntry] = field(default_factory=dict)
    by_key: Mapping[str, ModelEntry] = field(default_factory=dict)

    @classmethod
    def of(cls, models: Iterable[ModelEntry], tenants: Iterable[TenantEntry]) -> Snapshot:
        """Index the given entries."""
        entries = sorted(models, key=lambda model: model.name)
        return cls(
            models={(model.tenant, model.name): model for model in entries},
            tenants={tenant.name: tenant for tenant in tenants},
            by_key={model.key: model for model in entries},
        )

    def find(self, tenant: str, name: str) -> ModelEntry | None:
        """The tenant's Model of that name. Another tenant's is not there: unknown and foreign are one answer."""
        return self.models.get((tenant, name))

    def visible_to(self, tenant: str) -> list[ModelEntry]:
        """The tenant's listed Models, by name."""
        return [model for (owner, _), model in self.models.items() if owner == tenant and model.listed]

    def suspended(self, tenant: str) -> bool:
        """Whether the Tenant is known to be suspended."""
        entry = self.tenants.get(tenant)
        return entry is not None and entry.suspended


def describe(model: ModelEntry) -> dict[str, object]:
    """One entry of `GET /v1/models`: OpenAI's fields, ours under `freehold`."""
    return {
        "id": model.name,
        "object": "model",
        "created": model.created,
        "owned_by": model.tenant,
        "freehold": {
            "phase": model.phase,
            "features": sorted(model.features),
            "contextLength": model.context_length,
        },
    }
