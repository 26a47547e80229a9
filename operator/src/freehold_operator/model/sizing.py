"""What one pod asks for and may use: the profile, with the spec's own figures over it. Pure."""

from collections.abc import Mapping
from typing import Any

from freehold_crds import ModelSpec
from freehold_operator import quantities
from freehold_operator.model.profiles import Profile

Amounts = dict[str, str]


def resources(spec: ModelSpec, profile: Profile) -> dict[str, Amounts]:
    """Requests and limits of the engine's container, always both.

    A limit given alone lowers the profile's request with it; a request given alone raises the limit: the API server
    refuses a pod whose request is above its limit, long after anybody looks.
    """
    own = spec.resources
    own_requests = _amounts(own.requests if own else None)
    own_limits = _amounts(own.limits if own else None)
    requests = {**profile.requests, **own_requests}
    limits = {**profile.limits, **own_limits}
    for name in requests.keys() & limits.keys():
        if _is_more(requests[name], limits[name]):
            if name in own_limits and name not in own_requests:
                requests[name] = limits[name]
            elif name not in own_limits:
                limits[name] = requests[name]
    for name in own_requests.keys() - limits.keys():
        limits[name] = requests[name]
    return {"requests": requests, "limits": limits}


def threads(limits: Mapping[str, str]) -> int:
    """Threads for the CPU limit: rounded down, at least 1. kubelet's own resourceFieldRef would round up."""
    return max(1, quantities.whole(limits.get("cpu", "1")))


def _is_more(left: str, right: str) -> bool:
    one, other = quantities.quantity(left), quantities.quantity(right)
    return one is not None and other is not None and one > other


def _amounts(part: Any) -> Amounts:
    if part is None:
        return {}
    dumped = part.model_dump(by_alias=True, exclude_none=True)
    return {name: str(amount) for name, amount in dumped.items()}
