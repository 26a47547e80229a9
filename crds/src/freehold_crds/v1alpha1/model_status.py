"""What the operator reports about a Model; also its memory of the last failure."""

from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field

from freehold_crds.base import Conditions, Part

Count = Annotated[int, Field(ge=0)]
Name = Annotated[str, Field(max_length=253)]


class ModelPhase(StrEnum):
    """A Model's state in one word."""

    PENDING = "Pending"
    LOADING = "Loading"
    READY = "Ready"
    DEGRADED = "Degraded"
    IDLE = "Idle"
    FAILED = "Failed"
    SUSPENDED = "Suspended"


class FailureLocation(StrEnum):
    """The step of a Model's life at which it failed."""

    ACCEPT = "Accept"
    FETCH = "Fetch"
    SCHEDULE = "Schedule"
    START = "Start"
    RUN = "Run"
    PROVIDER = "Provider"


class StatusPart(Part):
    """A status may come from a newer operator, so fields that this version does not know are let through."""

    model_config = ConfigDict(extra="ignore")


class ReplicaCounts(StatusPart):
    """Pods by state."""

    desired: Count | None = None
    """Pods that should run."""
    current: Count | None = None
    """Pods that exist."""
    updated: Count | None = None
    """Pods made from the newest spec."""
    ready: Count | None = None
    """Pods that take calls."""


class Effective(StatusPart):
    """What applies after all defaults."""

    image: Annotated[str, Field(max_length=512)] | None = None
    """Image of the engine's container."""
    profile: Annotated[str, Field(max_length=66)] | None = None
    """Resource profile and how many times it."""
    target_requests: Count | None = None
    """Calls in flight per pod that the autoscaler aims at."""


class Failure(StatusPart):
    """The newest failure; kept after the recovery."""

    location: FailureLocation
    """The step that failed."""
    container: Name | None = None
    """The container that failed, where it was one."""
    reason: Annotated[str, Field(max_length=64)]
    """The condition's reason at the time."""
    message: Annotated[str, Field(max_length=2048)] = ""
    """The condition's message at the time."""
    exit_code: Annotated[int, Field(ge=-2_147_483_648, le=2_147_483_647)] | None = None
    """The container's exit code, where it ended."""
    time: AwareDatetime
    """When it was seen last."""
    count: Count = 1
    """How many times it was seen in a row."""


class ModelStatus(StatusPart):
    """What is known about a Model."""

    observed_generation: Count | None = None
    """The generation of the spec that this status answers."""
    phase: ModelPhase | None = None
    """The state in one word; the conditions say more."""
    tenant: Name | None = None
    """The Tenant whose namespace this is."""
    conditions: Conditions = ()
    """Observed facts: Accepted, WeightsReady, Scheduled, Available, Autoscaling, Degraded, Ready."""
    url: Annotated[str, Field(max_length=1024)] | None = None
    """Address of the engine inside the cluster, or of the provider."""
    upstream_model: Annotated[str, Field(max_length=128)] | None = None
    """The engine's or provider's own name for the model."""
    selector: Annotated[str, Field(max_length=512)] | None = None
    """Label selector of the pods, for the scale subresource."""
    replicas: ReplicaCounts | None = None
    """Pods by state."""
    template_hash: Annotated[str, Field(max_length=64)] | None = None
    """Digest of the pod template that the spec asks for."""
    effective: Effective | None = None
    """What applies after all defaults."""
    last_failure: Failure | None = None
    """The newest failure; kept after the recovery."""
    last_activation_time: AwareDatetime | None = None
    """When a call last woke the Model from zero."""
