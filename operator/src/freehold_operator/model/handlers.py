"""What the Model controller watches, whom a change concerns, and what it may do. Handlers only enqueue."""

import time
from collections.abc import Iterable, Sequence

from freehold_operator.controller import Enqueue, Services
from freehold_operator.kube import owners
from freehold_operator.kube.kinds import MODEL, POD, RESOURCE_QUOTA, TENANT, Kind, ObjectKey, Raw, name_of
from freehold_operator.model.demand import DemandReader
from freehold_operator.model.metrics import ModelMetrics, ScalerMetrics
from freehold_operator.model.observe import CHILDREN, Observer
from freehold_operator.model.provider_probe import ProviderProbe
from freehold_operator.model.reconcile import ModelReconciler
from freehold_operator.model.scaler import Scaler
from freehold_operator.model.typed import ModelReader
from freehold_operator.rights import READ, WRITE, Right

ROLE = "model-controller"
ROLE_NS = "model-controller-ns"

RIGHTS: tuple[Right, ...] = (
    Right(ROLE, ("freehold.dev",), ("models", "tenants"), READ),
    Right(ROLE, ("freehold.dev",), ("models/status", "models/scale"), ("patch",)),
    Right(ROLE, ("apps",), ("deployments",), READ),
    Right(ROLE, ("",), ("pods", "services", "persistentvolumeclaims", "resourcequotas"), READ),
    Right(ROLE, ("discovery.k8s.io",), ("endpointslices",), READ),
    Right(ROLE, ("autoscaling",), ("horizontalpodautoscalers",), READ),
    Right(ROLE, ("policy",), ("poddisruptionbudgets",), READ),
    Right(ROLE, ("networking.k8s.io",), ("networkpolicies",), READ),
    Right(ROLE, ("rbac.authorization.k8s.io",), ("roles", "rolebindings"), READ),
    Right(ROLE_NS, ("apps",), ("deployments",), WRITE),
    Right(ROLE_NS, ("",), ("services",), WRITE),
    Right(ROLE_NS, ("",), ("secrets",), ("get", "create", "patch", "delete")),
    Right(ROLE_NS, ("",), ("configmaps",), ("get",)),
    Right(ROLE_NS, ("autoscaling",), ("horizontalpodautoscalers",), WRITE),
    Right(ROLE_NS, ("policy",), ("poddisruptionbudgets",), WRITE),
    Right(ROLE_NS, ("networking.k8s.io",), ("networkpolicies",), WRITE),
    Right(ROLE_NS, ("rbac.authorization.k8s.io",), ("roles", "rolebindings"), WRITE),
    Right(ROLE_NS, ("events.k8s.io",), ("events",), ("get", "create", "patch")),
)


class ModelController:
    """Implements `controller.Controller` for Models."""

    kind = "Model"
    watched: Sequence[Kind] = (MODEL, TENANT, POD, RESOURCE_QUOTA, *CHILDREN)
    rights: Sequence[Right] = RIGHTS

    def __init__(self, services: Services) -> None:
        self._services = services
        settings = services.settings
        models = ModelReader()
        self._reader = DemandReader(
            services.api,
            settings.release_namespace,
            settings.gateway_service,
            settings.demand_port,
            settings.demand_token_file,
            time.monotonic,
        )
        self.scaler = Scaler(
            services.api, services.store, self._reader, models, time.monotonic, settings.demand_gone_seconds
        )
        self._probe = ProviderProbe(services.api, models, time.monotonic)
        observer = Observer(services, models, self.scaler.view)
        services.registry.register(ScalerMetrics(self.scaler))
        metrics = ModelMetrics(services.registry)
        self._reconciler = ModelReconciler(services, observer, self._probe, metrics)

    def owners(self, kind: Kind, body: Raw) -> Iterable[ObjectKey]:
        """A Tenant concerns all Models of its namespace, a child its Model; quotas are read when scaling."""
        if kind == MODEL:
            return [ObjectKey("Model", *name_of(body))]
        if kind == TENANT:
            return self._models_of(body)
        owner = owners.owner_of(body)
        return [ObjectKey(*owner)] if owner and owner[0] == "Model" else []

    def _models_of(self, tenant: Raw) -> list[ObjectKey]:
        name, namespace = tenant["metadata"]["name"], (tenant.get("status") or {}).get("namespace")
        return [
            ObjectKey("Model", *name_of(body))
            for body in self._services.store.all(MODEL)
            if name_of(body)[0] == namespace or (body.get("status") or {}).get("tenant") == name
        ]

    async def reconcile(self, key: ObjectKey) -> float | None:
        """Make one Model true."""
        return await self._reconciler.reconcile(key)

    async def background(self, enqueue: Enqueue) -> None:
        """Run the autoscaler."""
        try:
            await self.scaler.run(self._services.settings.autoscale_interval, enqueue)
        finally:
            await self._reader.close()
            await self._probe.close()
