"""What the catalogue takes and gives. A Model's `spec` is Kubernetes' own, in camelCase; all around it is ours."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from freehold_crds import ModelSpec

ModelName = Annotated[str, Field(min_length=1, max_length=48, pattern=r"^[a-z]([-a-z0-9]*[a-z0-9])?$")]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class _Output(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class ModelIn(_Input):
    """A new Model."""

    name: ModelName
    """What callers send as `model`: at most 48 lower-case letters, digits and hyphens, a letter first."""
    spec: ModelSpec
    """What is wanted, as in the Model resource."""


class ModelChange(_Input):
    """A whole new spec: what is left out gets its default."""

    spec: ModelSpec
    """What is wanted, as in the Model resource. `replicas` counts in autoscaling.mode Fixed only."""


class ScaleIn(_Input):
    """How many pods, for Models in autoscaling.mode Fixed."""

    replicas: Annotated[int, Field(ge=0, le=1000, strict=True)]
    """Number of pods; 0 stops the Model."""


class Replicas(_Output):
    """Pods by state, and the bounds between which the autoscaler moves."""

    ready: int
    """Pods that take calls."""
    desired: int
    """Pods that should run."""
    min: int
    """Fewest pods; 0 lets the Model sleep."""
    max: int
    """Most pods."""
    mode: str
    """Who decides: Requests, HPA or Fixed."""


class ModelState(_Output):
    """A Model in a list: what it is, and how it is."""

    name: str
    """What callers send as `model`."""
    tenant: str
    """The tenant that it belongs to."""
    display_name: str
    """For people; the name where the spec has none."""
    description: str | None
    """What it is good for."""
    phase: str
    """The state in one word: Pending, Loading, Ready, Degraded, Idle, Failed or Suspended."""
    reason: str
    """Why, as one word of docs/reference/conditions.md."""
    message: str
    """The same in a sentence, with the remedy."""
    since: datetime | None
    """Since when it is ready or not ready."""
    deleting: bool
    """Whether it is being deleted."""
    replicas: Replicas
    """Pods by state."""
    engine: str
    """The server program: LlamaCpp, Custom, External or Echo."""
    features: list[str]
    """What it can be asked for: TextGeneration, TextEmbedding."""
    context_length: int | None
    """Context window in tokens, where it is set."""
    resources: str | None
    """Size of a pod: the resource profile in effect."""
    managed_by: str | None
    """Who else manages it, such as `kubectl` or a GitOps controller; null: only Freehold."""


class ModelRow(ModelState):
    """A Model in a list, with its last day."""

    lifeline: str
    """The last 24 hours in 96 letters of 15 minutes, oldest first: R ready, D ready with a problem, A asleep, W waking
    or starting, F failed, S suspended, - unknown; then, where there are any, `|` and the slots of new revisions."""


class ConditionOut(_Output):
    """One observed fact."""

    type: str
    """What it is about: Accepted, WeightsReady, Scheduled, Available, Autoscaling, Degraded, Ready."""
    status: str
    """True, False or Unknown."""
    reason: str
    """Why, in one word."""
    message: str
    """Why, in a sentence."""
    last_transition_time: datetime | None
    """When the status last changed."""


class FailureOut(_Output):
    """The newest failure; kept after the recovery."""

    location: str
    """The step that failed: Accept, Fetch, Schedule, Start, Run or Provider."""
    container: str | None
    """The container that failed, where it was one."""
    reason: str
    """The condition's reason at the time."""
    message: str
    """The condition's message at the time."""
    exit_code: int | None
    """The container's exit code, where it ended."""
    time: datetime | None
    """When it was seen last."""
    count: int
    """How many times it was seen in a row."""


class EffectiveOut(_Output):
    """What applies after all defaults."""

    image: str | None
    """The engine's image."""
    profile: str | None
    """Resource profile and how many times it."""
    target_requests: int | None
    """Calls in flight per pod that the autoscaler aims at."""


class ModelDetail(ModelRow):
    """Everything about one Model."""

    spec: dict[str, Any]
    """The live spec, with the defaults that the API server filled in."""
    conditions: list[ConditionOut]
    """Observed facts."""
    last_failure: FailureOut | None
    """What went wrong last."""
    effective: EffectiveOut
    """What applies after all defaults."""
    url: str | None
    """Address of the engine in the cluster, or of the provider."""
    generation: int
    """Counts changes of the spec."""
    observed_generation: int | None
    """The generation that the state answers."""
    created_at: datetime | None
    """When it was made."""
    last_activation_at: datetime | None
    """When a call last woke it from zero."""
    activation_seconds: float | None
    """How long it usually takes to wake: the median of its last 10 times, once there are any."""
    etag: str
    """Send it as `If-Match` with a change."""
    managers: list[str]
    """Everybody else who set fields of its spec."""


class Manifest(_Output):
    """The Model as a file for `kubectl apply`: without status, marks and defaults of the server's."""

    manifest: dict[str, Any]
    """As an object."""
    yaml: str
    """As YAML."""


class Snippets(_Output):
    """How to call this Model from elsewhere; `$FREEHOLD_API_KEY` stands for your key."""

    base_url: str
    """What clients of OpenAI's interface take as base URL."""
    curl: str
    """For a shell."""
    python: str
    """With the package `openai`."""
    javascript: str
    """With the package `openai`."""
    kubectl: str
    """For whoever may look into the cluster."""


class Transition(_Output):
    """One change of state, as it was seen and stored."""

    id: str
    """Its id, in order of time."""
    at: datetime
    """When it was seen."""
    type: str
    """What changed: Phase, Revision, or a condition."""
    status: str
    """The new phase, the revision's digest, or the condition's status."""
    reason: str
    """Why, in one word."""
    message: str
    """Why, in a sentence."""
    ready: int
    """Ready pods at that time."""
    desired: int
    """Wanted pods at that time."""


class ContainerOut(_Output):
    """One container of a pod."""

    name: str
    """Its name; the engine's is `engine`."""
    state: Literal["waiting", "running", "terminated"]
    """What it does now."""
    reason: str | None
    """Why it waits or ended, such as CrashLoopBackOff."""
    message: str | None
    """The kubelet's words."""
    ready: bool
    """Whether it takes calls."""
    restarts: int
    """How many times it was started again."""
    exit_code: int | None
    """Of the run that ended last."""


class PodOut(_Output):
    """One pod of a Model."""

    name: str
    """Its name."""
    phase: str
    """Pending, Running, Succeeded, Failed or Unknown."""
    ready: bool
    """Whether it takes calls."""
    restarts: int
    """Over all containers."""
    started_at: datetime | None
    """When the kubelet took it on."""
    node: str | None
    """Where it runs."""
    containers: list[ContainerOut]
    """Init containers first."""


class Pods(_Output):
    """The pods of a Model, newest first."""

    items: list[PodOut]
    """The pods."""


class ModelEvent(_Output):
    """One Kubernetes Event about the Model or one of its pods. The cluster forgets them after an hour."""

    at: datetime | None
    """When it happened last."""
    type: str
    """Normal or Warning."""
    reason: str
    """One word."""
    message: str
    """A sentence."""
    count: int
    """How often it happened."""
    object: str
    """What it is about, such as `Pod/model-chat-5d9f`."""


class ModelEvents(_Output):
    """Kubernetes Events, newest first."""

    items: list[ModelEvent]
    """The Events."""
