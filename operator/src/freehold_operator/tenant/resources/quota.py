"""Limits of the namespace: a ResourceQuota for the whole, a LimitRange for each container."""

from collections.abc import Mapping

from freehold_crds import Tenant
from freehold_operator.tenant.resources.manifest import QUOTA, Raw, place_of

NAME = "freehold"
MODEL_COUNT = "count/models.freehold.dev"


def resource_quota(tenant: Tenant) -> Raw:
    """The quota; `models.max` is part of it, so that the API server itself counts Models, also in parallel creates."""
    asked = tenant.spec.quota.hard if tenant.spec.quota else None
    hard = _texts(asked) | {MODEL_COUNT: str(tenant.spec.models.max)}
    return place_of(tenant).child("v1", "ResourceQuota", NAME, QUOTA, spec={"hard": hard})


def limit_range(tenant: Tenant) -> Raw | None:
    """The defaults and ceilings per container; None when the Tenant names none."""
    limits = tenant.spec.limit_range
    if limits is None:
        return None
    parts = {"default": limits.default, "defaultRequest": limits.default_request, "max": limits.max}
    given = {name: _texts(amounts) for name, amounts in parts.items() if amounts}
    if not given:
        return None
    item: Raw = {"type": "Container", **given}
    return place_of(tenant).child("v1", "LimitRange", NAME, QUOTA, spec={"limits": [item]})


def _texts(amounts: Mapping[str, int | str] | None) -> dict[str, str]:
    return {name: str(amount) for name, amount in (amounts or {}).items()}
