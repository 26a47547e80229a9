"""Every setting of the app, read once at start and never changed.

A value comes from the environment as `FREEHOLD_<GROUP>_<FIELD>`, or from a file of the same name in lower case below
`/run/secrets/freehold` (so secrets stay out of the environment). The environment wins. What these mean in production
(TLS, real secrets) is judged in `refusals`, so that the judgement can be read and tested in one place.

    settings = Settings()
    problems = refusals(settings, Need.DATABASE | Need.KEYS)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Flag, StrEnum, auto
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NestedSecretsSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

PREFIX = "FREEHOLD_"
SECRETS_DIR = Path("/run/secrets/freehold")
MEBIBYTE = 1024 * 1024


class Role(StrEnum):
    GATEWAY = "gateway"
    CONTROL = "control"
    WORKER = "worker"


class Need(Flag):
    """What a command is about to use; only what is used is judged."""

    DATABASE = auto()
    WORKER = auto()
    REDIS = auto()
    KEYS = auto()
    DEMAND = auto()
    AUTH = auto()


# Kubernetes sets FREEHOLD_GATEWAY_SERVICE_HOST and the like for a Service named freehold-gateway.
_SERVICE_LINK = re.compile(r"(^|_)(service_host|service_port(_\w+)?|port(_\d+_(tcp|udp|sctp)(_\w+)?)?)$")


class _Group(BaseModel):
    # Unknown names are refused, so that a misspelt setting is noticed; values are hidden, they may be secrets.
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _drop_service_links(cls, values: object) -> object:
        if not isinstance(values, Mapping):
            return values
        return {name: value for name, value in values.items() if not _SERVICE_LINK.search(str(name))}


class DatabaseSettings(_Group):
    url: SecretStr = SecretStr("")
    """`postgresql+asyncpg://user:password@host/database?sslmode=verify-full&sslrootcert=<file>`. The user is
    `freehold_app` for serving and keys, `freehold_migrator` for `migrate`. Empty: a gateway alone, without keys in a
    database. Outside development `sslmode=verify-full` is demanded."""

    worker_url: SecretStr = SecretStr("")
    """The same for the worker role, as `freehold_worker`, whose policies reach every tenant's usage."""

    pool_size: Annotated[int, Field(ge=1, le=100)] = 8
    """Connections kept open per process. As many as ask at once on a usual day, since each beyond is opened anew."""

    max_overflow: Annotated[int, Field(ge=0, le=100)] = 2
    """Connections opened beyond `pool_size` under load and closed afterwards."""

    pool_timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 2.0
    """How long a caller waits for a free connection before `database_busy`, in seconds. Short, so that a full pool is
    seen and not queued behind."""

    pooler: Literal["none", "transaction"] = "none"
    """`transaction` behind PgBouncer 1.21 or newer: no pool of our own and unique prepared statements."""

    statement_timeout_seconds: Annotated[float, Field(gt=0)] = 5.0
    """Longest statement of the app, in seconds. The server ends it; nothing in a request needs longer."""

    worker_statement_timeout_seconds: Annotated[float, Field(gt=0)] = 900.0
    """Longest statement of the worker, in seconds: roll-ups and partitions take minutes, not milliseconds."""

    lock_timeout_seconds: Annotated[float, Field(gt=0)] = 2.0
    """Longest wait for a lock, in seconds, also in migrations: whoever waits longer blocks everybody behind."""

    idle_in_transaction_seconds: Annotated[float, Field(gt=0)] = 10.0
    """An open transaction that does nothing this long is ended by the server, in seconds; it would hold back vacuum."""


class RedisSettings(_Group):
    url: SecretStr = SecretStr("")
    """`rediss://user:password@host:6379/0?ssl_ca_certs=<file>`. Empty: no Redis; what needs it
    stays in the process. Outside development `rediss://` is demanded."""


class KeysSettings(_Group):
    peppers: dict[int, SecretStr] = Field(default_factory=dict)
    """Version to secret, as JSON: `{"1": "..."}`, each at least 32 bytes. The highest version signs new keys, the
    others still verify old ones: rotate by adding one, drop a version when no key uses it. Empty: no key can be
    checked."""

    max_per_user: int = Field(default=20, ge=1)
    """How many valid API keys of their own one person may have in a tenant; keys that are revoked or have expired do
    not count, nor do service keys. Enough for each of a person's programs, few enough to look through."""


class AuthSettings(_Group):
    provider: Literal["local"] = "local"
    """Who proves who people are. `local`: passwords kept here."""

    signing_keys: dict[int, SecretStr] = Field(default_factory=dict)
    """Version to secret, as JSON: `{"1": "..."}`, each at least 32 bytes. Access tokens (EdDSA) are signed with a key
    made from the highest version; tokens of the others still pass: rotate by adding one and drop the old one an hour
    later. Empty: nobody can sign in."""

    access_ttl_seconds: Annotated[float, Field(ge=30, le=3600)] = 300.0
    """Life of an access token, in seconds. Short, because the browser holds it in memory only and renews it anyway."""

    refresh_ttl_days: Annotated[float, Field(gt=0, le=365)] = 30.0
    """Days after the last use at which a session ends by itself."""

    leeway_seconds: Annotated[float, Field(ge=0, le=60)] = 5.0
    """How far clocks may disagree about a token's times, in seconds."""

    signup: Literal["invite"] = "invite"
    """How people get in: by an invitation of an administrator. The first owner uses the bootstrap token."""

    invitation_ttl_days: Annotated[float, Field(gt=0, le=30)] = 7.0
    """Days for which an invitation can be accepted."""

    bootstrap_token: SecretStr = SecretStr("")
    """With it the first owner is made, once, as long as there is nobody; at least 32 bytes. Empty: only
    `create-owner` can make the first owner."""


class JobsSettings(_Group):
    concurrency: Annotated[int, Field(ge=1, le=64)] = 8
    """Jobs that one worker process runs at a time."""

    poll_seconds: Annotated[float, Field(gt=0, le=60)] = 1.0
    """How often the worker looks for work that nobody announced, in seconds: Redis may be away."""

    lease_seconds: Annotated[float, Field(ge=5, le=3600)] = 60.0
    """A job whose worker did not renew its lease for this long is given to another, in seconds."""


class GatewaySettings(_Group):
    listen: str = ":8080"
    """Address of `/v1`, as `host:port`; an empty host means every address of the pod."""

    admin_listen: str = ":9090"
    """Address of health, metrics and `/internal/demand`, for every role. Never published outside the cluster."""

    routes: Path | None = None
    """A YAML file of models, tenants and keys, for a gateway without a cluster. Unset: Kubernetes is watched."""

    max_body_bytes: Annotated[int, Field(ge=1024, le=1024 * MEBIBYTE)] = 20_000_000
    """Largest request body, in bytes. Room for some images in a chat; beyond it 413."""

    unschedulable_grace_seconds: Annotated[float, Field(ge=0)] = 60.0
    """How long held calls wait for a Model whose pods find no node, in seconds, because nodes may be added by then."""

    private_providers: bool = False
    """Whether the address of an External Model may be private, loopback or link-local. Off, because a tenant could
    otherwise reach what only the platform should; needed for providers inside a company."""

    spool_dir: Path | None = None
    """Directory for usage events while Redis is away; they are sent later, also after a restart. Unset: they wait in
    memory, at most 20,000."""

    spool_max_bytes: Annotated[int, Field(ge=MEBIBYTE)] = 256 * MEBIBYTE
    """Largest size of the spool, in bytes; beyond it events are dropped and counted."""

    demand_token: SecretStr = SecretStr("")
    """Bearer token that the operator shows at `/internal/demand`, at least 32 bytes. Empty: 404 there."""


class TurnsSettings(_Group):
    gateway_url: Annotated[str, Field(pattern=r"^(https?://[^/\s?#]+/?)?$")] = ""
    """Where control asks for answers in people's names, such as `http://freehold-gateway:8080`, without a path. Empty:
    this process's own public port; needed where the gateway runs elsewhere."""


class SentrySettings(_Group):
    dsn: SecretStr = SecretStr("")
    """Where errors are reported. Empty: nothing is. Prompts, bodies and local variables are never sent."""

    sample_rate: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Share of errors reported, 0 to 1."""


class RetentionSettings(_Group):
    usage_events_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """Days that single usage events are kept; the worker drops older daily partitions. Hourly sums stay."""


class Settings(BaseSettings):
    """All groups."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="_",
        env_nested_max_split=1,
        secrets_dir=SECRETS_DIR,
        frozen=True,
        extra="ignore",
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
    )

    environment: Literal["production", "development"] = "production"
    """`development` allows plain connections and short secrets; anything that people rely on is `production`."""

    roles: Annotated[frozenset[Role], NoDecode] = frozenset(Role)
    """What this process does, separated by commas. Default: everything."""

    public_url: str = ""
    """Where people open Freehold, such as `https://ai.example.org`, without a path: issuer of tokens, the one origin
    from which the sign-in cookie is taken, the one host that is answered. Empty: only in development."""

    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    """Addresses or networks, separated by commas, whose `X-Forwarded-For` is believed. Empty: nobody's."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """How much is logged. No level logs content, headers or secrets."""

    drain_seconds: Annotated[float, Field(ge=0, le=3600)] = 600.0
    """How long running answers may go on after SIGTERM, in seconds. The pod's grace must be 20 s longer."""

    database: DatabaseSettings = DatabaseSettings()
    """PostgreSQL."""
    redis: RedisSettings = RedisSettings()
    """Redis or Valkey."""
    keys: KeysSettings = KeysSettings()
    """API keys."""
    auth: AuthSettings = AuthSettings()
    """Signing in."""
    jobs: JobsSettings = JobsSettings()
    """Work after a request."""
    gateway: GatewaySettings = GatewaySettings()
    """The data path and this process's ports."""
    turns: TurnsSettings = TurnsSettings()
    """Answers of Models in conversations."""
    sentry: SentrySettings = SentrySettings()
    """Error reports."""
    retention: RetentionSettings = RetentionSettings()
    """How long data is kept."""

    @field_validator("public_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("roles", "trusted_proxies", mode="before")
    @classmethod
    def _split_commas(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  the base class names it
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the base class names it
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        files = NestedSecretsSettingsSource(file_secret_settings, secrets_dir_missing="ok")
        return (init_settings, env_settings, files)


_PLACEHOLDER = re.compile(r"(?i)change.?me|placeholder|example|insert.?here|your.?secret|password")
_SECRET_BYTES = 32
_DISTINCT_CHARACTERS = 8  # 32 random hexadecimal digits have fewer once in ten million


def refusals(settings: Settings, needs: Need) -> list[tuple[str, str]]:
    """(name of the setting, what is wrong with it), for what `needs` says will be used. Pure; empty means go."""
    strict = settings.environment != "development"
    found: list[tuple[str, str]] = []
    if Need.DATABASE in needs:
        found += _database_refusals("FREEHOLD_DATABASE_URL", settings.database.url.get_secret_value(), strict)
    if Need.WORKER in needs:
        url = settings.database.worker_url.get_secret_value()
        found += _database_refusals("FREEHOLD_DATABASE_WORKER_URL", url, strict)
    if Need.REDIS in needs:
        found += _redis_refusals(settings.redis.url.get_secret_value(), strict)
    if Need.KEYS in needs:
        found += _versioned_refusals("FREEHOLD_KEYS_PEPPERS", settings.keys.peppers, strict)
    if Need.DEMAND in needs:
        found += _secret_refusals("FREEHOLD_GATEWAY_DEMAND_TOKEN", settings.gateway.demand_token, strict)
    if Need.AUTH in needs:
        found += _auth_refusals(settings, strict)
    return found


_ORIGIN = re.compile(r"https://[^/\s?#]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")


def _auth_refusals(settings: Settings, strict: bool) -> list[tuple[str, str]]:
    found = _versioned_refusals("FREEHOLD_AUTH_SIGNING_KEYS", settings.auth.signing_keys, strict)
    if settings.auth.bootstrap_token.get_secret_value():
        found += _secret_refusals("FREEHOLD_AUTH_BOOTSTRAP_TOKEN", settings.auth.bootstrap_token, strict)
    if not settings.public_url and strict:
        found.append(("FREEHOLD_PUBLIC_URL", "is empty"))
    elif settings.public_url and strict and not _ORIGIN.fullmatch(settings.public_url):
        found.append(("FREEHOLD_PUBLIC_URL", "must be https://<host>, without a path; http only on this machine"))
    if Role.GATEWAY not in settings.roles and not settings.turns.gateway_url:
        found.append(("FREEHOLD_TURNS_GATEWAY_URL", "is empty, and this process has no gateway of its own"))
    return found


def _database_refusals(name: str, url: str, strict: bool) -> list[tuple[str, str]]:
    if not url:
        return [(name, "is empty")]
    if not url.startswith("postgresql+asyncpg://"):
        return [(name, "must start with postgresql+asyncpg://")]
    if strict and "sslmode=verify-full" not in url:
        return [(name, "must hold sslmode=verify-full outside development")]
    return []


def _redis_refusals(url: str, strict: bool) -> list[tuple[str, str]]:
    if not url:
        return [("FREEHOLD_REDIS_URL", "is empty")]
    if strict and not url.startswith("rediss://"):
        return [("FREEHOLD_REDIS_URL", "must start with rediss:// outside development")]
    if not url.startswith(("redis://", "rediss://")):
        return [("FREEHOLD_REDIS_URL", "must start with rediss:// or redis://")]
    return []


def _versioned_refusals(name: str, secrets: Mapping[int, SecretStr], strict: bool) -> list[tuple[str, str]]:
    if not secrets:
        return [(name, "is empty")]
    return [
        (f"{name}[{version}]", problem)
        for version, secret in secrets.items()
        for _, problem in _secret_refusals("", secret, strict)
    ]


def _secret_refusals(name: str, secret: SecretStr, strict: bool) -> list[tuple[str, str]]:
    value = secret.get_secret_value()
    if not value:
        return [(name, "is empty")]
    if not strict:
        return []
    if len(value.encode()) < _SECRET_BYTES:
        return [(name, f"is shorter than {_SECRET_BYTES} bytes")]
    if _PLACEHOLDER.search(value) or len(set(value)) < _DISTINCT_CHARACTERS:
        return [(name, "is a placeholder")]
    return []
