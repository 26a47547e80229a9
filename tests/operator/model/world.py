"""A Model controller over a fake API server, with virtual time: what every in-process Model test starts from."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from freehold_operator.conditions import Condition
from freehold_operator.controller import Services
from freehold_operator.kube import labels
from freehold_operator.kube.apply import Applier
from freehold_operator.kube.events import EventRecorder
from freehold_operator.kube.kinds import DEPLOYMENT, MODEL, POD, ObjectKey, Raw
from freehold_operator.kube.store import Store
from freehold_operator.model.metrics import ModelMetrics
from freehold_operator.model.observe import Observer
from freehold_operator.model.observed import ProviderCheck, ScalingView
from freehold_operator.model.reconcile import ModelReconciler
from freehold_operator.model.typed import ModelReader
from freehold_operator.settings import Settings
from tests.operator.fake_kube import FakeKube

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NAMESPACE = "tenant-acme"
IMAGES = {"LlamaCpp": "freehold/engine-llamacpp:1", "Echo": "freehold/engine-llamacpp:1"}
LLAMA: Mapping[str, Any] = {"engine": "LlamaCpp", "url": "file:///models/smollm2-135m-instruct.gguf"}
ECHO: Mapping[str, Any] = {"engine": "Echo"}


def model_body(name: str = "smollm2", /, **spec: Any) -> Raw:
    """A Model as kubectl would send it; without a spec the ten-line sample."""
    return {
        "apiVersion": "freehold.dev/v1alpha1",
        "kind": "Model",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": dict(LLAMA) | spec if "engine" not in spec else spec,
    }


def tenant_body(name: str = "acme", **spec: Any) -> Raw:
    """A Tenant that has its namespace."""
    return {
        "apiVersion": "freehold.dev/v1alpha1",
        "kind": "Tenant",
        "metadata": {"name": name},
        "spec": spec,
        "status": {"namespace": f"tenant-{name}"},
    }


class FixedProbe:
    """Stands in for the provider's probe."""

    def __init__(self) -> None:
        self.answer: ProviderCheck | None = None

    async def check(self, key: ObjectKey, raw: Raw) -> ProviderCheck | None:
        return self.answer

    def forget(self, key: ObjectKey) -> None:
        return None


class World:
    """The API server, the watch cache, the controller and the clock."""

    def __init__(self, fake: FakeKube | None = None, **settings: Any) -> None:
        self.now = START
        self.fake = fake or FakeKube()
        self.store = Store()
        self.fake.feed(self.store)
        self.probe = FixedProbe()
        self.scaling: ScalingView | None = None
        given = {"engine_images": IMAGES, "operator_image": "freehold/operator:1", **settings}
        self.settings = Settings(_env_file=None, **given)
        self.services = Services(
            settings=self.settings,
            api=self.fake,
            store=self.store,
            applier=Applier(self.fake, self.store),
            events=EventRecorder(self.fake, "test", self.text, clock=self.seconds),
            now=self.text,
        )
        observer = Observer(self.services, ModelReader(), lambda key: self.scaling, now=lambda: self.now)
        self.metrics = ModelMetrics(self.services.registry)
        self.reconciler = ModelReconciler(self.services, observer, self.probe, self.metrics, clock=self.seconds)  # type: ignore[arg-type]  # the fixed probe

    def seconds(self) -> float:
        return (self.now - START).total_seconds() + 1000

    def text(self) -> str:
        return self.now.strftime("%Y-%m-%dT%H:%M:%SZ")

    def ago(self, seconds: float) -> str:
        return (self.now - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def create(self, name: str = "smollm2", /, **spec: Any) -> ObjectKey:
        """A Tenant, if there is none yet, and a Model in it."""
        if not self.fake.names(MODEL, NAMESPACE):
            self.fake.put(tenant_body())
        self.fake.put(model_body(name, **spec))
        return ObjectKey("Model", NAMESPACE, name)

    def respec(self, name: str = "smollm2", /, **spec: Any) -> None:
        """Somebody edits the Model."""
        self.fake.change(MODEL, name, NAMESPACE, spec=self.model(name)["spec"] | spec)

    async def settle(self, key: ObjectKey, rounds: int = 8) -> float | None:
        """Reconcile, two seconds apart, until nothing is written any more; answers with the last wait."""
        for _ in range(rounds):
            before = len(self.fake.writes)
            answer = await self.reconciler.reconcile(key)
            if len(self.fake.writes) == before:
                return answer
            self.wait(2)
        raise AssertionError(f"still writing after {rounds} rounds: {self.fake.writes[-4:]}")

    def model(self, name: str = "smollm2") -> Raw:
        return self.fake.find(MODEL, name, NAMESPACE)

    def status(self, name: str = "smollm2") -> Raw:
        found: Raw = self.model(name).get("status") or {}
        return found

    def condition(self, kind: str, name: str = "smollm2") -> Condition:
        item = next(item for item in self.status(name)["conditions"] if item["type"] == kind)
        return Condition(item["type"], item["status"] == "True", item["reason"], item["message"])

    def deployment(self, name: str = "smollm2") -> Raw:
        return self.fake.find(DEPLOYMENT, f"model-{name}", NAMESPACE)

    def deployed(self, ready: int = 1, name: str = "smollm2", **status: Any) -> None:
        """The Deployment controller reports."""
        replicas = self.deployment(name)["spec"]["replicas"]
        counts = {"replicas": replicas, "updatedReplicas": replicas, "readyReplicas": ready}
        self.fake.change(DEPLOYMENT, f"model-{name}", NAMESPACE, status=counts | status)

    def pod(self, name: str = "smollm2", /, pod: str = "p-1", conditions: Any = (), **status: Any) -> None:
        """kubelet reports a pod whose engine container has this status."""
        container = {"name": "engine", "image": "x", "ready": False, "started": False, "restartCount": 0, "state": {}}
        body = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": pod,
                "namespace": NAMESPACE,
                "labels": labels.model_labels("acme", name),
                "creationTimestamp": self.ago(30),
            },
            "status": {"phase": "Running", "conditions": list(conditions), "containerStatuses": [container | status]},
        }
        if (POD, NAMESPACE, pod) in self.fake.objects:
            self.fake.remove(POD, pod, NAMESPACE)
        self.fake.put(body)
