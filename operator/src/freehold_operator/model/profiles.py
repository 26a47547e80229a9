"""Resource profiles: what `resourceProfile: cpu:2` means. Operator configuration, not a custom resource."""

from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from freehold_operator import quantities


class Profile(BaseModel):
    """One size of a pod and where it may run; quantities are for one unit and are multiplied by the count."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    requests: Mapping[str, str] = {}
    limits: Mapping[str, str] = {}
    nodeSelector: Mapping[str, str] = {}  # noqa: N815 - Kubernetes' own spelling, as written in the file
    tolerations: tuple[Mapping[str, Any], ...] = ()
    affinity: Mapping[str, Any] = {}
    priorityClassName: str = ""  # noqa: N815 - as above
    runtimeClassName: str = ""  # noqa: N815 - as above
    schedulerName: str = ""  # noqa: N815 - as above
    imageVariant: str = ""  # noqa: N815 - as above
    shmSize: str = "64Mi"  # noqa: N815 - as above


BUILT_IN: Mapping[str, Profile] = {
    "cpu": Profile(requests={"cpu": "500m", "memory": "1Gi"}, limits={"cpu": "1", "memory": "2Gi"}),
    "cpu-large": Profile(requests={"cpu": "4", "memory": "8Gi"}, limits={"cpu": "4", "memory": "8Gi"}),
    "nvidia-gpu": Profile(
        requests={"cpu": "4", "memory": "16Gi"}, limits={"cpu": "4", "memory": "16Gi", "nvidia.com/gpu": "1"}
    ),
}


def parse_profiles(text: str) -> dict[str, Profile]:
    """Profiles from YAML, by name. Raises `ValueError` (pydantic's names the field) or `yaml.YAMLError`."""
    return TypeAdapter(dict[str, Profile]).validate_python(yaml.safe_load(text) or {})


def sized(profile: Profile, count: int) -> Profile:
    """The profile with its quantities multiplied."""
    return profile.model_copy(
        update={
            "requests": {name: quantities.times(amount, count) for name, amount in profile.requests.items()},
            "limits": {name: quantities.times(amount, count) for name, amount in profile.limits.items()},
        }
    )


def find(profiles: Mapping[str, Profile], wanted: str) -> Profile | None:
    """The sized profile for `cpu` or `cpu:2`; None when there is none of that name."""
    name, _, count = wanted.partition(":")
    profile = profiles.get(name)
    return sized(profile, int(count or 1)) if profile else None
