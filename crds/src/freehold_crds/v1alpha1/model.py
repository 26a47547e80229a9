"""The Model: one AI model that serves, and what its user may say about it."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from freehold_crds.base import (
    Column,
    CountOrPercent,
    Kind,
    Metadata,
    ObjectName,
    Part,
    Quantity,
    Rule,
    SetOf,
)
from freehold_crds.v1alpha1.model_status import ModelStatus


class Engine(StrEnum):
    """The server program in a Model's pod."""

    LLAMA_CPP = "LlamaCpp"
    CUSTOM = "Custom"
    EXTERNAL = "External"
    ECHO = "Echo"


class Feature(StrEnum):
    """What a Model can be asked for."""

    TEXT_GENERATION = "TextGeneration"
    TEXT_EMBEDDING = "TextEmbedding"


class ScalingMode(StrEnum):
    """Who decides how many pods run."""

    REQUESTS = "Requests"
    HPA = "HPA"
    FIXED = "Fixed"


class ProviderProbe(StrEnum):
    """How a provider is checked."""

    MODELS = "Models"
    NONE = "None"


class KeyReference(Part):
    """One key of a Secret or ConfigMap in the Model's own namespace."""

    name: ObjectName
    """Name of the Secret or ConfigMap. A Secret needs the label freehold.dev/credential: "true"."""
    key: Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[-._a-zA-Z0-9]+$")]
    """Key inside it."""


class ValueSource(Part):
    """Where the value of an environment variable comes from."""

    rules = (
        Rule(
            "has(self.secretKeyRef) != has(self.configMapKeyRef)",
            "valueFrom: give secretKeyRef or configMapKeyRef",
        ),
    )

    secret_key_ref: KeyReference | None = None
    """A key of a Secret."""
    config_map_key_ref: KeyReference | None = None
    """A key of a ConfigMap."""


class EnvironmentVariable(Part):
    """One environment variable of the engine."""

    rules = (
        Rule("!self.name.startsWith('FREEHOLD_')", "env: names that start with FREEHOLD_ are reserved"),
        Rule("has(self.value) != has(self.valueFrom)", "env: give value or valueFrom"),
    )

    name: Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
    """Name of the variable."""
    value: Annotated[str, Field(max_length=4096)] | None = None
    """The value itself."""
    value_from: ValueSource | None = None
    """A Secret's or ConfigMap's key that holds the value; a change there restarts the pods."""


class Probe(Part):
    """Changes one probe of the engine's container; what is left out keeps the engine's own figure."""

    enabled: bool = True
    """False switches this probe off. Default true."""
    path: Annotated[str, Field(min_length=1, max_length=256, pattern=r"^/[^\s]*$")] | None = None
    """HTTP path that answers 200 when all is well. Default: the engine's health path."""
    period_seconds: Annotated[int, Field(ge=1, le=300)] | None = None
    """Seconds between two probes. Default: startup 1 or 2 by engine, readiness 5, liveness 10."""
    timeout_seconds: Annotated[int, Field(ge=1, le=60)] | None = None
    """Seconds after which a probe without answer has failed. Default 5."""
    failure_threshold: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Failures in a row that count. Default: startup by engine, readiness 2, liveness 6."""


class Probes(Part):
    """The probes of the engine's container."""

    startup: Probe | None = None
    """While it fails, the engine is starting; when its failures are used up, the container is restarted."""
    readiness: Probe | None = None
    """While it fails, the pod gets no calls."""
    liveness: Probe | None = None
    """When it fails often enough, the container is restarted."""


class ResourceAmounts(Part):
    """Amounts of what a container may need."""

    cpu: Quantity | None = None
    """CPUs: `500m`, `2`."""
    memory: Quantity | None = None
    """Memory: `512Mi`, `2Gi`."""
    ephemeral_storage: Annotated[Quantity | None, Field(alias="ephemeral-storage")] = None
    """Disk that goes with the pod: `1Gi`."""


class Resources(Part):
    """What one pod asks for and may use; overrides the profile key by key."""

    requests: ResourceAmounts | None = None
    """What the scheduler keeps free for one pod."""
    limits: ResourceAmounts | None = None
    """What one pod may use at most; past the memory limit it is killed, past the CPU limit slowed."""


class HpaScaling(Part):
    """Scaling by a HorizontalPodAutoscaler."""

    target_cpu_percent: Annotated[int, Field(alias="targetCPUPercent", ge=1, le=1000)] = 70
    """CPU use to aim at, in percent of the request. Default 70."""


class Autoscaling(Part):
    """Who decides how many pods run, and from what."""

    mode: ScalingMode = ScalingMode.REQUESTS
    """Requests: by calls in flight, to zero and back. HPA: by CPU. Fixed: spec.replicas is yours. Default Requests."""
    initial_replicas: Annotated[int, Field(ge=0, le=1)] = 1
    """1 starts a pod once on creation, so that errors show early; 0 waits for the first call. Default 1."""
    hpa: HpaScaling = HpaScaling()
    """For mode HPA only."""


class Activation(Part):
    """How calls wait while the Model comes from zero."""

    max_held: Annotated[int, Field(ge=0, le=10_000)] = 256
    """Calls that may wait, over all gateway replicas; the next one gets 503. Default 256."""
    hold_timeout_seconds: Annotated[int, Field(ge=1, le=3600)] = 120
    """Longest wait of a call, in seconds; then 503. Default 120."""
    retry_after_seconds: Annotated[int, Field(ge=1, le=3600)] = 15
    """Seconds told in Retry-After when no better estimate is known. Default 15."""


class Disruption(Part):
    """How many pods an eviction, such as a node's drain, may take at once."""

    rules = (
        Rule(
            "has(self.minAvailable) != has(self.maxUnavailable)",
            "disruption: give minAvailable or maxUnavailable",
        ),
    )

    min_available: CountOrPercent | None = None
    """Pods that must stay: a number or a share such as 50%."""
    max_unavailable: CountOrPercent | None = None
    """Pods that may go: a number or a share such as 50%. Without `disruption`: 1."""


class ProviderSecret(Part):
    """The Secret that holds a provider's key."""

    name: ObjectName
    """A Secret of the same namespace with the label freehold.dev/credential: "true"."""
    key: Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[-._a-zA-Z0-9]+$")] = "apiKey"
    """Key inside it. Default apiKey."""


class External(Part):
    """An outside API that speaks OpenAI's language."""

    base_url: Annotated[
        str,
        Field(alias="baseURL", min_length=9, max_length=512, pattern=r"^https://[^\s/?#@]+(/[^\s?#]*)?$"),
    ]
    """Address up to and with the version: https://api.openai.com/v1."""
    model: Annotated[str, Field(min_length=1, max_length=128)]
    """The provider's own name for the model."""
    secret_ref: ProviderSecret | None = None
    """Where the provider's key is; without it calls carry no key."""
    timeout_seconds: Annotated[int, Field(ge=1, le=3600)] = 600
    """Longest time a call may take, in seconds. Default 600."""
    probe: ProviderProbe = ProviderProbe.MODELS
    """Models: GET <baseURL>/models every 60 s tells whether the provider answers. None: assumed. Default Models."""


class ModelSpec(Part):
    """What is wanted of a Model."""

    rules = (
        Rule("self.engine == oldSelf.engine", "engine cannot change; create another Model"),
        Rule("has(self.url) || self.engine != 'LlamaCpp'", "engine LlamaCpp needs url"),
        Rule("!has(self.url) || !(self.engine in ['External', 'Echo'])", "engines External and Echo take no url"),
        Rule(
            "(self.engine == 'External') == has(self.external)",
            "engine External and field external belong together",
        ),
        Rule(
            "self.engine != 'External' || !(has(self.image) || has(self.args) || has(self.env) || has(self.probes)"
            " || has(self.replicas) || has(self.resources) || has(self.resourceProfile))",
            "an External Model has no pods: leave out image, args, env, probes, replicas, resources, resourceProfile",
        ),
        Rule("self.engine != 'Custom' || has(self.image)", "engine Custom needs image"),
        Rule("self.engine == 'Custom' || !has(self.port)", "port is for engine Custom only"),
        Rule(
            "self.engine != 'LlamaCpp' || !('TextGeneration' in self.features && 'TextEmbedding' in self.features)",
            "engine LlamaCpp serves TextGeneration or TextEmbedding, not both; make two Models",
        ),
        Rule("self.minReplicas <= self.maxReplicas", "minReplicas must not exceed maxReplicas"),
        Rule(
            "self.autoscaling.mode != 'HPA' || self.minReplicas >= 1",
            "mode HPA cannot reach zero; set minReplicas to 1 or more",
        ),
    )

    engine: Engine
    """Server program in the pods. External has no pods, Echo answers with its input, for tests. Cannot change."""
    url: Annotated[str, Field(max_length=1024, pattern=r"^(file|pvc|https)://[^\s?]+$")] | None = None
    """Weights: file:///path in the engine's image, pvc://claim/path on a volume, https://host/file fetched per pod."""
    display_name: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    """Name that people see in the catalogue. Default: the object's name."""
    description: Annotated[str, Field(max_length=400)] | None = None
    """What it is good for, for the catalogue."""
    features: Annotated[tuple[Feature, ...], SetOf, Field(min_length=1, max_length=6)] = (Feature.TEXT_GENERATION,)
    """What it may be asked for; the gateway refuses other endpoints. Default [TextGeneration]."""
    context_length: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    """Context window of one call, in tokens. Default: the engine's, from the weights."""
    image: Annotated[str, Field(min_length=1, max_length=512, pattern=r"^[^\s]+$")] | None = None
    """Container image. Default: the engine's; engine Custom needs it."""
    args: Annotated[tuple[Annotated[str, Field(max_length=1024)], ...], Field(max_length=64)] | None = None
    """Further arguments for the engine, after Freehold's own; never read by a shell."""
    env: (
        Annotated[
            tuple[EnvironmentVariable, ...],
            Field(
                max_length=64,
                json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
            ),
        ]
        | None
    ) = None
    """Further environment variables for the engine."""
    port: Annotated[int, Field(ge=1024, le=65_535)] | None = None
    """Port the engine listens on, for engine Custom only. Default 8080."""
    probes: Probes | None = None
    """Changes to the engine's probes, or their absence."""
    resource_profile: Annotated[str, Field(max_length=66, pattern=r"^[a-z0-9-]+(:[1-9][0-9]?)?$")] | None = None
    """Size of a pod: a profile of the platform, and how many times it: cpu, cpu:2. Default: the platform's."""
    resources: Resources | None = None
    """Overrides of the profile, key by key."""
    replicas: Annotated[int, Field(ge=0, le=1000)] | None = None
    """Number of pods. Written by the autoscaler or by kubectl scale; set it only in autoscaling.mode Fixed."""
    min_replicas: Annotated[int, Field(ge=0, le=1000)] = 0
    """Fewest pods; 0 lets the Model sleep when nobody calls. Default 0."""
    max_replicas: Annotated[int, Field(ge=1, le=1000)] = 1
    """Most pods. Default 1."""
    target_requests: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Calls in flight per pod to aim at. Default by engine: LlamaCpp 4, Custom 16, Echo 100."""
    scale_down_delay_seconds: Annotated[int, Field(ge=0, le=86_400)] = 300
    """Seconds that demand must be lower before pods go. Default 300."""
    autoscaling: Autoscaling = Autoscaling()
    """Who decides how many pods run."""
    activation: Activation = Activation()
    """How calls wait while the Model comes from zero."""
    drain_seconds: Annotated[int, Field(ge=0, le=3600)] = 30
    """Seconds that running calls get when their pod goes. Default 30."""
    disruption: Disruption | None = None
    """How many pods an eviction may take; used when maxReplicas is above 1. Default: one at a time."""
    external: External | None = None
    """The provider behind engine External."""
    suspend: bool = False
    """True stops all pods and answers 503; replicas is kept for the resume. Default false."""


class Model(Part):
    """An AI model that serves: on your own nodes, or at a provider, under one name."""

    rules = (
        Rule(
            "size(self.metadata.name) <= 48 && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
            "metadata.name: a DNS label of at most 48 characters that starts with a letter",
        ),
    )
    resource: ClassVar[Kind] = Kind(
        name="Model",
        plural="models",
        short="mdl",
        namespaced=True,
        description="An AI model that serves: on your own nodes, or at a provider, under one name.",
        columns=(
            Column("Phase", ".status.phase"),
            Column("Ready", '.status.conditions[?(@.type=="Ready")].status'),
            Column("Replicas", ".status.replicas.ready", type="integer"),
            Column("Engine", ".spec.engine"),
            Column("Tenant", ".status.tenant"),
            Column("Age", ".metadata.creationTimestamp", type="date"),
            Column("Reason", '.status.conditions[?(@.type=="Ready")].reason', wide=True),
            Column("URL", ".spec.url", wide=True),
            Column("Profile", ".status.effective.profile", wide=True),
            Column("Message", '.status.conditions[?(@.type=="Ready")].message', wide=True),
        ),
        selectable=(".spec.engine", ".status.phase"),
        scale={
            "specReplicasPath": ".spec.replicas",
            "statusReplicasPath": ".status.replicas.current",
            "labelSelectorPath": ".status.selector",
        },
    )

    api_version: Literal["freehold.dev/v1alpha1"] = "freehold.dev/v1alpha1"
    kind: Literal["Model"] = "Model"
    metadata: Metadata
    spec: ModelSpec
    """What is wanted."""
    status: ModelStatus = ModelStatus()
    """What is: written by the operator."""


__all__ = ["Engine", "External", "Feature", "Model", "ModelSpec", "ProviderProbe", "ScalingMode"]
