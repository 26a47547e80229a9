"""What the operator reports about a Tenant."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from freehold_crds.base import Conditions
from freehold_crds.v1alpha1.model_status import Count, Name, StatusPart


class TenantPhase(StrEnum):
    """A Tenant's state in one word."""

    PENDING = "Pending"
    PROVISIONING = "Provisioning"
    READY = "Ready"
    DEGRADED = "Degraded"
    SUSPENDED = "Suspended"
    OFFBOARDING = "Offboarding"
    FAILED = "Failed"


class StoreStatus(StatusPart):
    """What is known about a Tenant's database or cache."""

    mode: Annotated[str, Field(max_length=16)] | None = None
    """The mode that is in force."""


class Usage(StatusPart):
    """What the Tenant uses now."""

    models: Count | None = None
    """Models in the namespace."""


class OffboardingStatus(StatusPart):
    """How far a leaving Tenant has come."""

    deadline: AwareDatetime | None = None
    """When the namespace and its data go."""
    step: Annotated[str, Field(max_length=32)] | None = None
    """The step that runs."""


class TenantStatus(StatusPart):
    """What is known about a Tenant."""

    observed_generation: Count | None = None
    """The generation of the spec that this status answers."""
    phase: TenantPhase | None = None
    """The state in one word; the conditions say more."""
    namespace: Name | None = None
    """The Tenant's namespace; empty until it exists and is this Tenant's."""
    conditions: Conditions = ()
    """Observed facts: NamespaceReady, QuotaReady, NetworkReady, AccessReady, PostgresReady, RedisReady, Ready."""
    postgres: StoreStatus | None = None
    """The database."""
    redis: StoreStatus | None = None
    """The cache."""
    usage: Usage | None = None
    """What the Tenant uses now."""
    offboarding: OffboardingStatus | None = None
    """Set while the Tenant leaves."""
