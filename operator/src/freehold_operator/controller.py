"""What `main` asks of a controller, so that Model and Tenant are wired the same way and know nothing of each other."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from prometheus_client import CollectorRegistry

from freehold_operator.kube.api import KubeApi
from freehold_operator.kube.apply import Applier
from freehold_operator.kube.events import EventRecorder
from freehold_operator.kube.kinds import Kind, ObjectKey, Raw
from freehold_operator.kube.store import Store
from freehold_operator.rights import Right
from freehold_operator.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """What every controller works with; made once in `main`, passed by argument.

    `now` is the time as RFC 3339 with seconds (`2026-11-24T03:30:00Z`), for conditions; `registry` takes a
    controller's own metrics.
    """

    settings: Settings
    api: KubeApi
    store: Store
    applier: Applier
    events: EventRecorder
    now: Callable[[], str]
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)


Enqueue = Callable[[ObjectKey], None]


class Controller(Protocol):
    """One kind's reconciler."""

    kind: str
    """The kind it reconciles: `Model` or `Tenant`."""

    watched: Sequence[Kind]
    """Kinds to watch in the whole cluster, its own included; children are filtered by our label on the server."""

    rights: Sequence[Right]
    """What its ServiceAccount may do."""

    def owners(self, kind: Kind, body: Raw) -> Iterable[ObjectKey]:
        """Whom a change of this object concerns."""

    async def reconcile(self, key: ObjectKey) -> float | None:
        """Make one object true; answers seconds until the next look, None for the resync, `queue.GONE` for never."""

    async def background(self, enqueue: Enqueue) -> None:
        """Run whatever is not driven by events (the autoscaler), until cancelled; return at once if nothing is."""
