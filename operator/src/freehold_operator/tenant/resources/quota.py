"""Limits of the namespace: a ResourceQuota for the whole, a LimitRange for each container."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from freehold_crds import Tenant
from freehold_operator.tenant.resources.manifest import QUOTA, Raw, place_of

NAME = "freehold"
MODEL_COUNT = "count/models.freehold.dev"
PATIENCE = timedelta(seconds=4)
ASKING = timedelta(minutes=2)


def resource_quota(tenant: Tenant) -> Raw:
    """The quota; `models.max` is part of it, so that the API server itself counts Models, also in parallel creates."""
    asked = tenant.spec.quota.hard if tenant.spec.quota else None
    hard = _texts(asked) | {MODEL_COUNT: str(tenant.spec.models.max)}
    return place_of(tenant).child("v1", "ResourceQuota", NAME, QUOTA, spec={"hard": hard})


def counts_models(live: Raw | None) -> bool:
    """True once the cluster counts this quota's Models; until then the API server refuses to create any."""
    return live is not None and MODEL_COUNT in ((live.get("status") or {}).get("used") or {})


def is_overlooked(live: Raw | None, tenant: Tenant, now: datetime) -> bool:
    """True for a quota that Kubernetes looked at before it knew Models: made anew, it is looked at again.

    The quota controller finds new kinds every 30 s, but looks at an unchanged quota every 5 minutes only. After
    `ASKING` that is soon enough, and a cluster without such a controller is not asked for ever.
    """
    if live is None or counts_models(live):
        return False
    made, asked_since = live["metadata"].get("creationTimestamp"), tenant.metadata.creation_timestamp
    if made is None or asked_since is None:
        return False
    return now - datetime.fromisoformat(made) >= PATIENCE and now - asked_since < ASKING


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
