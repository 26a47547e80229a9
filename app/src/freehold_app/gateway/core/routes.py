"""The routes file of a gateway without a cluster: models, tenants and keys as plain data.

    models:
      - {name: small, tenant: acme, endpoints: ["http://127.0.0.1:9000/v1"]}
      - {name: large, tenant: acme, external: {baseURL: "https://api.example.com/v1", model: big-1, apiKeyEnv: BIG_KEY}}
    tenants:
      - {name: acme, limits: {requestsPerMinute: 600}}
    keys:
      - {id: k1, tenant: acme, secret: "${ACME_KEY}"}

`${NAME}` is read from the environment. An unknown field is an error: a misspelt one must not be ignored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from freehold_app.gateway.core.catalog import (
    EXTERNAL,
    AddressError,
    Endpoint,
    ModelEntry,
    SecretKey,
    Snapshot,
    TenantEntry,
)

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class RoutesError(ValueError):
    """The file's content cannot be used; the text names the place."""


class ExternalRoute(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A provider."""

    base_url: str = msgspec.field(name="baseURL")
    model: str = ""
    api_key_env: str = msgspec.field(name="apiKeyEnv", default="")
    timeout_seconds: int = msgspec.field(name="timeoutSeconds", default=600)


class ModelRoute(msgspec.Struct, forbid_unknown_fields=True, frozen=True, rename="camel"):
    """One model: endpoints of our own, or a provider."""

    name: str
    tenant: str
    endpoints: list[str] = []
    external: ExternalRoute | None = None
    engine: str = ""
    features: tuple[str, ...] = ("TextGeneration", "TextEmbedding")
    context_length: int | None = None
    target_requests: int = 16


class Limits(msgspec.Struct, forbid_unknown_fields=True, frozen=True, rename="camel"):
    """Read, not kept yet."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    concurrent_requests: int | None = None


class TenantRoute(msgspec.Struct, forbid_unknown_fields=True, frozen=True, rename="camel"):
    """One tenant."""

    name: str
    limits: Limits | None = None
    suspend: bool = False


class KeyRoute(msgspec.Struct, forbid_unknown_fields=True, frozen=True, rename="camel"):
    """One opaque key."""

    id: str
    tenant: str
    secret: str
    models: list[str] | None = None
    routes: list[str] | None = None


class RoutesFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The whole file."""

    models: list[ModelRoute]
    tenants: list[TenantRoute]
    keys: list[KeyRoute]


@dataclass(frozen=True, slots=True)
class Routes:
    """A file that was read and found good."""

    snapshot: Snapshot
    keys: tuple[KeyRoute, ...]
    has_limits: bool


def parse(content: object, environ: Mapping[str, str]) -> Routes:
    """The file's parsed YAML as routes; RoutesError names what is wrong and where."""
    try:
        file = msgspec.convert(_expanded(content, environ, "$"), RoutesFile)
    except msgspec.ValidationError as error:
        raise RoutesError(str(error)) from None
    known = {tenant.name for tenant in file.tenants}
    for kind, item in [("model", item) for item in file.models] + [("key", item) for item in file.keys]:
        if item.tenant not in known:
            raise RoutesError(f"{kind} '{_label(item)}' names tenant '{item.tenant}', which is not in tenants")
    for key in file.keys:
        if not key.secret:
            raise RoutesError(f"key '{key.id}' has an empty secret; set the environment variable it names")
    return Routes(
        Snapshot.of([_model(model) for model in file.models], [_tenant(tenant) for tenant in file.tenants]),
        tuple(file.keys),
        any(tenant.limits is not None for tenant in file.tenants),
    )


def _label(item: ModelRoute | KeyRoute) -> str:
    return item.name if isinstance(item, ModelRoute) else item.id


def _expanded(value: object, environ: Mapping[str, str], place: str) -> object:
    """`value` with every `${NAME}` in its strings replaced."""
    if isinstance(value, str):
        return VARIABLE.sub(lambda match: _variable(match[1], environ, place), value)
    if isinstance(value, dict):
        return {key: _expanded(item, environ, f"{place}.{key}") for key, item in value.items()}
    if isinstance(value, list):
        return [_expanded(item, environ, f"{place}[{index}]") for index, item in enumerate(value)]
    return value


def _variable(name: str, environ: Mapping[str, str], place: str) -> str:
    if name not in environ:
        raise RoutesError(f"{place}: environment variable {name} is not set")
    return environ[name]


def _tenant(route: TenantRoute) -> TenantEntry:
    return TenantEntry(name=route.name, namespace=route.name, suspended=route.suspend)


def _model(route: ModelRoute) -> ModelEntry:
    if bool(route.endpoints) == (route.external is not None):
        raise RoutesError(f"model '{route.name}' needs either endpoints or external")
    external = route.external
    return ModelEntry(
        key=f"{route.tenant}/{route.name}",
        name=route.name,
        namespace=route.tenant,
        tenant=route.tenant,
        engine=EXTERNAL if external else route.engine,
        features=frozenset(route.features),
        context_length=route.context_length,
        target_requests=route.target_requests,
        upstream_model=external.model if external else "",
        secret=SecretKey("", external.api_key_env, "") if external and external.api_key_env else None,
        first_byte_seconds=external.timeout_seconds if external else None,
        endpoints=tuple(_endpoint(route, url) for url in ([external.base_url] if external else route.endpoints)),
    )


def _endpoint(route: ModelRoute, url: str) -> Endpoint:
    try:
        return Endpoint.of_url(url, public=route.external is not None)
    except AddressError as error:
        raise RoutesError(f"model '{route.name}': {error}") from None
