"""Everything one run of the Model controller looks at, gathered once and frozen; every decision reads only this."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from freehold_crds import Model, ModelReason
from freehold_operator.model.profiles import Profile

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TenantView:
    """The Tenant whose namespace the Model lives in. `egress` is its `spec.network.egress`."""

    name: str
    suspended: bool = False
    egress: tuple[Raw, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A Secret or ConfigMap that the Model names. `digest` changes with its data and tells nothing about it."""

    kind: str
    name: str
    key: str
    found: bool = True
    usable: bool = True
    has_key: bool = True
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """The pod token: a `digest` of its value, and the value itself only while its Secret is yet to be made."""

    digest: str = ""
    fresh: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ProviderCheck:
    """What the last probe of an outside provider found. `status` is HTTP's, 0 without an answer."""

    status: int
    failures: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ScalingView:
    """What the autoscaler last said about this Model: a reason of the Autoscaling condition."""

    reason: str = "Active"
    message: str = "pods follow the calls in flight"


@dataclass(frozen=True, slots=True)
class Platform:
    """The operator's settings as far as decisions need them, and the profiles file's content."""

    release_namespace: str
    gateway_account: str
    engine_images: Mapping[str, str]
    profiles: Mapping[str, Profile]
    default_profile: str = "cpu:1"
    operator_image: str = ""
    pull_policy: str = "IfNotPresent"
    trusted_certificates: str = ""
    allowed_images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Observed:
    """One Model and its world at one moment.

    `raw` is the Model as stored (metadata and the previous status); `children` are live objects that it controls, pods
    not among them; `pods` are trimmed; `claim` is the volume claim of a `pvc` url; `taken` names objects of our names
    that others made; `scaling` is None until the autoscaler has looked at the Model.
    """

    model: Model
    raw: Raw
    platform: Platform
    now: datetime
    tenant: TenantView | None = None
    children: tuple[Raw, ...] = ()
    pods: tuple[Raw, ...] = ()
    references: tuple[Reference, ...] = ()
    token: Token = Token()
    provider: ProviderCheck | None = None
    claim: Raw | None = None
    taken: tuple[str, ...] = ()
    scaling: ScalingView | None = None

    @property
    def name(self) -> str:
        """The Model's name."""
        return self.model.metadata.name

    @property
    def namespace(self) -> str:
        """The Model's namespace."""
        return self.model.metadata.namespace

    @property
    def profile_name(self) -> str:
        """The profile that applies, with its count."""
        return self.model.spec.resource_profile or self.platform.default_profile

    @property
    def is_external(self) -> bool:
        """True for a Model without pods."""
        return self.model.spec.engine == "External"

    def child(self, kind: str) -> Raw | None:
        """The live child of a kind."""
        return next((body for body in self.children if body["kind"] == kind), None)

    def previous(self) -> Raw:
        """The status as last written."""
        status: Raw = self.raw.get("status") or {}
        return status


@dataclass(frozen=True, slots=True)
class Verdict:
    """May the Model run? `stops` is True where running pods must go, not only new ones stay away."""

    accepted: bool
    reason: ModelReason
    message: str
    stops: bool = False
