"""Everything one run knows about a Tenant: gathered first, then decided on, never asked for in between."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from freehold_crds import Tenant

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Observed:
    """The world around one Tenant at one moment.

    `children` are live objects with our label for this Tenant; `secrets` live Secrets of ours by name; `pods` the
    pods of a store that is not ready, by component; `models` how many Models there are, `models_up` those with pods.
    """

    tenant: Tenant
    now: datetime
    namespace: Raw | None = None
    children: tuple[Raw, ...] = ()
    secrets: Mapping[str, Raw] = field(default_factory=dict, repr=False)
    pods: Mapping[str, tuple[Raw, ...]] = field(default_factory=dict)
    models: int = 0
    models_up: int = 0

    def child(self, kind: str, name: str) -> Raw | None:
        """One live child by kind and name."""
        found = (body for body in self.children if body["kind"] == kind and body["metadata"]["name"] == name)
        return next(found, None)

    @property
    def leaves(self) -> bool:
        """True once the Tenant was deleted."""
        return self.tenant.metadata.deletion_timestamp is not None

    @property
    def stopped(self) -> bool:
        """True when stores should be at zero."""
        return self.leaves or self.tenant.spec.suspend
