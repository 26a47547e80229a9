"""The Tenant: one organisation's walled place in the cluster."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from freehold_crds.base import Column, Kind, Metadata, Part, Quantity, Rule, Size
from freehold_crds.v1alpha1.tenant_status import TenantStatus

NAMESPACE_OF = (
    "(has({0}.spec.__namespace__) && has({0}.spec.__namespace__.name)"
    " ? {0}.spec.__namespace__.name : 'tenant-' + {0}.metadata.name)"
)
"""CEL for the namespace a Tenant means; `namespace` is a reserved word of CEL, hence the underscores."""

Amounts = Annotated[Mapping[str, Quantity], Field(max_length=8)]
DNS_LABEL = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"


class SubjectKind(StrEnum):
    """What kind of Kubernetes subject gets access."""

    USER = "User"
    GROUP = "Group"
    SERVICE_ACCOUNT = "ServiceAccount"


class Role(StrEnum):
    """What a subject may do in the Tenant's namespace."""

    ADMIN = "Admin"
    EDITOR = "Editor"
    VIEWER = "Viewer"


class Isolation(StrEnum):
    """How thick the network walls are."""

    STRICT = "Strict"
    NAMESPACE = "Namespace"
    NONE = "None"


class StoreMode(StrEnum):
    """Where a Tenant's database or cache lives."""

    DEDICATED = "Dedicated"
    NONE = "None"


class DeletionPolicy(StrEnum):
    """What happens to a deleted Tenant's namespace and data."""

    RETAIN = "Retain"
    DELETE = "Delete"


class TenantNamespace(Part):
    """The Tenant's one namespace."""

    rules = (
        Rule(
            "!has(self.name) || !(self.name == 'default' || self.name.startsWith('kube-')"
            " || self.name.startsWith('freehold'))",
            "namespace.name: default, kube-* and freehold* are reserved",
        ),
        Rule(
            "!has(self.labels) || self.labels.all(key,"
            " !key.startsWith('freehold.dev/') && !key.contains('kubernetes.io/'))",
            "namespace.labels: keys of freehold.dev/ and kubernetes.io/ are reserved",
        ),
    )

    name: Annotated[str, Field(min_length=1, max_length=63, pattern=DNS_LABEL)] | None = None
    """Name of the namespace. Default tenant-<name of the Tenant>. Cannot change."""
    adopt: bool = False
    """True takes over an existing namespace whose annotation freehold.dev/adopt-by names this Tenant. Default false."""
    labels: Annotated[Mapping[str, Annotated[str, Field(max_length=63)]], Field(max_length=16)] | None = None
    """Further labels for the namespace."""


class Access(Part):
    """Access for one Kubernetes subject."""

    kind: SubjectKind
    """What kind of subject it is; a ServiceAccount is one of the Tenant's namespace."""
    name: Annotated[str, Field(min_length=1, max_length=253)]
    """Its name."""
    role: Role
    """Admin: Models and Secrets. Editor: Models. Viewer: reads Models, pods and their logs."""


class Quota(Part):
    """The ResourceQuota of the namespace."""

    hard: Annotated[Mapping[str, Quantity], Field(max_length=32)] | None = None
    """Limits by resource, as in a ResourceQuota: requests.cpu, limits.memory, count/pods."""


class ContainerLimits(Part):
    """The LimitRange of the namespace, per container."""

    default: Amounts | None = None
    """Limits of a container that names none."""
    default_request: Amounts | None = None
    """Requests of a container that names none."""
    max: Amounts | None = None
    """Most that a container may ask for."""


class TenantModels(Part):
    """What a Tenant's Models may be."""

    max: Annotated[int, Field(ge=0, le=10_000)] = 20
    """Most Models in the namespace. Default 20."""


class Egress(Part):
    """One destination that pods may reach."""

    rules = (Rule("isCIDR(self.cidr)", "egress: cidr must be an address range such as 203.0.113.0/24"),)

    cidr: Annotated[str, Field(min_length=1, max_length=43)]
    """Address range: 203.0.113.0/24, 2001:db8::/32."""
    ports: Annotated[tuple[Annotated[int, Field(ge=1, le=65_535)], ...], Field(max_length=8)] | None = None
    """TCP ports. Without it: every port."""


class Network(Part):
    """The walls around the namespace."""

    isolation: Isolation = Isolation.STRICT
    """Strict: in from the gateway; out to DNS, own stores, egress. Namespace: also own pods. None: no walls."""
    egress: Annotated[tuple[Egress, ...], Field(max_length=16)] | None = None
    """Further destinations that the Tenant's pods may reach."""


class Postgres(Part):
    """The Tenant's own PostgreSQL."""

    rules = (
        Rule(
            "!has(self.mode) || self.mode == 'None' || !has(oldSelf.mode) || oldSelf.mode == 'None'"
            " || quantity(self.size).compareTo(quantity(oldSelf.size)) >= 0",
            "postgres.size can only grow",
        ),
        Rule(
            "!has(self.mode) || self.mode == 'None' || !has(oldSelf.mode) || oldSelf.mode == 'None'"
            " || (has(self.storageClassName) == has(oldSelf.storageClassName)"
            " && (!has(self.storageClassName) || self.storageClassName == oldSelf.storageClassName))",
            "postgres.storageClassName cannot change; set postgres.mode to None first",
        ),
    )

    mode: StoreMode | None = None
    """Dedicated: a server of its own in the namespace. None, or left out: no database."""
    size: Size = "10Gi"
    """Size of the volume. Default 10Gi. Can only grow."""
    memory: Size = "512Mi"
    """Memory of the server: request and limit. Default 512Mi."""
    storage_class_name: Annotated[str, Field(min_length=1, max_length=253)] | None = None
    """Storage class of the volume. Default: the cluster's. To change it, set mode to None first."""
    expose_to_models: bool = False
    """True lets Model pods reach the server and use its Secret in env. Default false."""


class Redis(Part):
    """The Tenant's own Valkey, which speaks Redis."""

    rules = (
        Rule(
            "!has(self.mode) || self.mode == 'None' || !has(oldSelf.mode) || oldSelf.mode == 'None'"
            " || self.persistent == oldSelf.persistent",
            "redis.persistent cannot change; set redis.mode to None first",
        ),
    )

    mode: StoreMode | None = None
    """Dedicated: a server of its own in the namespace. None, or left out: no cache."""
    memory: Size = "256Mi"
    """Memory of the server: request and limit. Default 256Mi."""
    persistent: bool = False
    """True keeps the data over a restart on a volume. Default false. To change it, set mode to None first."""
    expose_to_models: bool = False
    """True lets Model pods reach the server and use its Secret in env. Default false."""


class Offboarding(Part):
    """How a Tenant leaves."""

    grace_hours: Annotated[int, Field(ge=0, le=720)] = 24
    """Hours between the deletion and its effect with deletionPolicy Delete. Default 24."""


class TenantSpec(Part):
    """What is wanted of a Tenant."""

    display_name: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    """Name that people see. Default: the object's name."""
    namespace: TenantNamespace = TenantNamespace()
    """The Tenant's one namespace."""
    access: Annotated[tuple[Access, ...], Field(max_length=64)] | None = None
    """Kubernetes subjects and what they may do in the namespace."""
    quota: Quota | None = None
    """Limits on the namespace as a whole."""
    limit_range: ContainerLimits | None = None
    """Limits on each container."""
    models: TenantModels = TenantModels()
    """What its Models may be."""
    network: Network = Network()
    """The walls around the namespace."""
    postgres: Postgres = Postgres()
    """Its own PostgreSQL; the Secret freehold-postgres says how to reach it."""
    redis: Redis = Redis()
    """Its own Valkey; the Secret freehold-redis says how to reach it."""
    suspend: bool = False
    """True stops its Models and stores and shuts the gateway to it; data stays. Default false."""
    deletion_policy: DeletionPolicy = DeletionPolicy.RETAIN
    """Retain: namespace and data stay, stopped. Delete: all goes after offboarding.graceHours. Default Retain."""
    offboarding: Offboarding = Offboarding()
    """How the Tenant leaves."""


class Tenant(Part):
    """One organisation's walled place: namespace, quotas, network walls, access, database, cache."""

    rules = (
        Rule(
            "size(self.metadata.name) <= 40 && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
            "metadata.name: a DNS label of at most 40 characters that starts with a letter",
        ),
        Rule(
            f"{NAMESPACE_OF.format('self')} == {NAMESPACE_OF.format('oldSelf')}",
            "namespace.name cannot change; create another Tenant",
        ),
    )
    resource: ClassVar[Kind] = Kind(
        name="Tenant",
        plural="tenants",
        short="tn",
        namespaced=False,
        description="One organisation's walled place: namespace, quotas, network walls, access, database, cache.",
        columns=(
            Column("Phase", ".status.phase"),
            Column("Ready", '.status.conditions[?(@.type=="Ready")].status'),
            Column("Namespace", ".status.namespace"),
            Column("Models", ".status.usage.models", type="integer"),
            Column("Age", ".metadata.creationTimestamp", type="date"),
            Column("Reason", '.status.conditions[?(@.type=="Ready")].reason', wide=True),
            Column("Message", '.status.conditions[?(@.type=="Ready")].message', wide=True),
        ),
        selectable=(".status.phase",),
    )

    api_version: Literal["freehold.dev/v1alpha1"] = "freehold.dev/v1alpha1"
    kind: Literal["Tenant"] = "Tenant"
    metadata: Metadata
    spec: TenantSpec = TenantSpec()
    """What is wanted."""
    status: TenantStatus = TenantStatus()
    """What is: written by the operator."""


__all__ = [
    "Access",
    "DeletionPolicy",
    "Isolation",
    "Postgres",
    "Redis",
    "Role",
    "StoreMode",
    "SubjectKind",
    "Tenant",
    "TenantSpec",
]
