"""Every setting of the operator, read once from `FREEHOLD_OPERATOR_*` and passed on by argument."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of one operator process. Each field names its unit, what empty means and why this default."""

    model_config = SettingsConfigDict(
        env_prefix="FREEHOLD_OPERATOR_", extra="ignore", frozen=True, use_attribute_docstrings=True
    )

    release_namespace: str = "freehold-system"
    """Namespace of the release: Leases, the gateway's Service and its ServiceAccount live there."""

    release_name: str = "freehold"
    """Name of the Helm release; part of the Leases' names, so that two releases do not share one."""

    listen_host: str = "0.0.0.0"  # noqa: S104 - kubelet and Prometheus come from outside the pod
    """Address of the health and metrics port."""

    listen_port: int = 8081
    """Port of `/healthz`, `/readyz` and `/metrics`; 0 takes a free one."""

    workers: int = Field(32, ge=1, le=256)
    """Objects reconciled at once. 32 keep one API server busy without starving anybody."""

    resync_seconds: float = Field(600, ge=1)
    """Seconds between two looks at an object that nobody touched, +-20 %."""

    api_qps: float = Field(100, gt=0)
    """Writes per second to the API server, on average."""

    api_burst: float = Field(200, ge=1)
    """Writes that may be sent at once."""

    autoscale_interval: float = Field(5, gt=0)
    """Seconds between two readings of the gateways' demand."""

    demand_gone_seconds: float = Field(600, gt=0)
    """Seconds without any Ready gateway after which demand counts as none. Until then replicas are frozen."""

    demand_port: int = 9090
    """The gateway's second port, which serves `/internal/demand`."""

    demand_token_file: Path | None = None
    """File with the bearer token for the demand endpoint. Empty: asked without one."""

    gateway_service: str = "freehold-gateway-internal"
    """Headless Service whose EndpointSlices list the gateway's pods."""

    gateway_account: str = "freehold-gateway"
    """ServiceAccount of the gateway; `freehold-control` where one pod holds more roles."""

    tenant_account: str = "freehold-tenant-controller"
    """ServiceAccount of the Tenant controller; it binds itself in each Tenant's namespace."""

    model_account: str = "freehold-model-controller"
    """ServiceAccount of the Model controller, bound by the Tenant controller in each Tenant's namespace."""

    cleanup_deadline_seconds: float = Field(600, gt=0)
    """Seconds without progress after which a leaving Tenant is let go and what is left is listed."""

    engine_images: dict[str, str] = Field(default_factory=dict)
    """Image by engine, as JSON: `{"LlamaCpp": "...", "Echo": "..."}`. An engine without one is refused."""

    engine_pull_policy: str = "IfNotPresent"
    """Pull policy of engine and fetch containers."""

    operator_image: str = ""
    """This operator's own image; the fetch container runs from it. Empty: `https` weights are refused."""

    trusted_certificates: str = ""
    """Further authorities, as PEM text, that the fetch of `https` weights trusts beside the public ones."""

    store_images: dict[str, str] = Field(default_factory=dict)
    """Image by store, as JSON: `{"postgres": "...", "valkey": "..."}`. A store without one is refused."""

    allowed_images: list[str] = Field(default_factory=list)
    """Prefixes that `spec.image` must match, as JSON. Empty: any image."""

    profiles_file: Path | None = None
    """YAML file of resource profiles, read again when it changes. Empty: the built-in ones."""

    default_profile: str = "cpu:1"
    """Profile of a Model that names none."""

    lease_seconds: float = Field(15, gt=0)
    """How long a lost leader's Lease lasts. 15 s hands over within 17 s after a kill."""

    lease_renew_deadline: float = Field(10, gt=0)
    """Seconds without renewal after which this process stops itself."""

    lease_retry: float = Field(2, gt=0)
    """Seconds between two tries to get or renew the Lease."""

    log_level: str = "info"
    """Least level that is logged: debug, info, warning, error."""

    sentry_dsn: str = ""
    """Where errors are reported. Empty: nowhere."""
