"""A Tenant controller over the API server in memory, with a clock that only moves when told to.

Left open: admission, schemas, garbage collection and controllers of Kubernetes; the `api` and `node` tiers have them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from freehold_operator.controller import Services
from freehold_operator.kube.apply import Applier
from freehold_operator.kube.events import EventRecorder
from freehold_operator.kube.kinds import EVENT, NAMESPACE, RESOURCE_QUOTA, STATEFUL_SET, TENANT, Kind, ObjectKey, Raw
from freehold_operator.kube.store import Store
from freehold_operator.queue import GONE
from freehold_operator.settings import Settings
from freehold_operator.tenant.handlers import TenantController
from tests.operator.fake_kube import CrashError, FakeKube

STORES: dict[str, Any] = {"postgres": {"mode": "Dedicated"}, "redis": {"mode": "Dedicated"}}
BOTH = ("freehold-postgres", "freehold-redis")


def tenant(name: str = "acme", **spec: Any) -> Raw:
    return {"apiVersion": "freehold.dev/v1alpha1", "kind": "Tenant", "metadata": {"name": name}, "spec": spec}


def namespace(name: str, **metadata: Any) -> Raw:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, **metadata}}


class World:
    """One installation: `await World(tenant()).settle()`."""

    counts_models = True
    """False plays a cluster whose quota controller has not found the custom resources yet."""

    def __init__(self, *bodies: Raw, **settings: Any) -> None:
        self.fake = FakeKube()
        self.time = datetime(2026, 1, 1, tzinfo=UTC)
        images = {"postgres": "postgres:17", "valkey": "valkey:8"}
        self.settings = Settings(**({"store_images": images} | settings))
        for name in ("default", "freehold-system"):
            self.fake.put(namespace(name))
        for body in bodies:
            self.fake.put(body)
        self.restart()

    def restart(self) -> None:
        """A new operator process: nothing is remembered but what the API server holds."""
        self.fake.listeners.clear()
        self.store = Store()
        self.fake.feed(self.store)
        if self.counts_models:
            self.fake.listeners.append(self._count_models)
        services = Services(
            settings=self.settings,
            api=self.fake,
            store=self.store,
            applier=Applier(self.fake, self.store),
            events=EventRecorder(self.fake, "test", now=self._text),
            now=self._text,
        )
        self.controller = TenantController(services)

    def _count_models(self, event: str, kind: Kind, body: Raw) -> None:
        """Kubernetes' quota controller."""
        if kind == RESOURCE_QUOTA and event != "DELETED" and not body.get("status"):
            hard = body["spec"]["hard"]
            status = {"hard": hard, "used": dict.fromkeys(hard, "0")}
            self.fake.change(RESOURCE_QUOTA, body["metadata"]["name"], body["metadata"]["namespace"], status=status)

    def _text(self) -> str:
        return self.time.strftime("%Y-%m-%dT%H:%M:%SZ")

    def wait(self, **duration: float) -> None:
        self.time += timedelta(**duration)

    async def run(self, name: str = "acme") -> float | None:
        return await self.controller.reconcile(ObjectKey("Tenant", "", name))

    async def settle(self, name: str = "acme") -> float | None:
        """Run until a run writes nothing; a Tenant that never settles fails the test."""
        for _ in range(10):
            before = len(self.fake.writes)
            after = await self.run(name)
            if after == GONE or len(self.fake.writes) == before:
                return after
        raise AssertionError(f"writes without end: {self.fake.writes[-5:]}")

    async def survive(self, name: str = "acme") -> bool:
        """Run once; True if the process died in it, and then a new one stands ready."""
        try:
            await self.run(name)
        except CrashError:
            self.fake.crash_before = self.fake.crash_after = None
            self.restart()
            return True
        return False

    def start_stores(self, place: str = "tenant-acme", names: tuple[str, ...] = BOTH) -> None:
        """Kubernetes starts the stores' pods."""
        for name in names:
            live = self.fake.find(STATEFUL_SET, name, place)
            replicas = live["spec"]["replicas"]
            status = {"observedGeneration": live["metadata"]["generation"], "replicas": replicas}
            self.fake.change(STATEFUL_SET, name, place, status=status | {"readyReplicas": replicas})

    def edit(self, name: str = "acme", **spec: Any) -> None:
        """A person replaces parts of the spec; None removes one."""
        wanted = self.tenant(name)["spec"] | spec
        self.fake.change(TENANT, name, spec={key: value for key, value in wanted.items() if value is not None})

    def delete(self, name: str = "acme") -> None:
        """A person deletes the Tenant, now."""
        self.fake.remove(TENANT, name)
        live = self.fake.find(TENANT, name)
        self.fake.change(TENANT, name, metadata=live["metadata"] | {"deletionTimestamp": self._text()})

    def tenant(self, name: str = "acme") -> Raw:
        return self.fake.find(TENANT, name)

    def namespace(self, name: str = "tenant-acme") -> Raw:
        return self.fake.find(NAMESPACE, name)

    def condition(self, kind: str, name: str = "acme") -> tuple[str, str, str]:
        """(status, reason, message) of one condition."""
        found = {item["type"]: item for item in self.tenant(name)["status"]["conditions"]}[kind]
        return found["status"], found["reason"], found["message"]

    def reason(self, kind: str, name: str = "acme") -> str:
        return self.condition(kind, name)[1]

    def events(self, kind: str) -> list[str]:
        """Notes of all Events of a type, in order."""
        return [body["note"] for place, body in self.fake.objects.items() if place[0] == EVENT and body["type"] == kind]
