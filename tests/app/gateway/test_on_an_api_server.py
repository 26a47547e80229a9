"""The gateway's Kubernetes side on a real API server: its watches, its one write, its rights to a token.

Real: etcd and kube-apiserver with our definitions. Faked: keys, and the operator's part (status, endpoints). Open: an
answer by a pod, which tier node has; no pod runs here.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from freehold_app.gateway import GatewayDeps, build
from freehold_app.gateway.core.catalog import Endpoint, ModelEntry, SecretKey
from freehold_app.gateway.io.activate import scale_patch, scale_path
from freehold_app.gateway.io.credentials import Credentials
from freehold_app.gateway.io.role import Gateway
from freehold_app.kit.clock import SystemClock
from freehold_app.platform.kubernetes import ConflictError, KubeClient, from_kubeconfig
from freehold_app.settings import GatewaySettings
from tests.app.gateway.running import ACME, KEY, ScriptedKeys, until
from tests.kube_fixtures import Kube

pytestmark = pytest.mark.api

ROOT = Path(__file__).resolve().parents[3]
SEEN_SECONDS = 0.5  # the design's 100 ms are measured in tier node, on a machine that runs one test at a time


@pytest.fixture(scope="module")
def kube(kube_api: Kube) -> Kube:
    for name in ("models", "tenants"):
        kube_api.apply((ROOT / "k8s" / "crds" / f"{name}.freehold.dev.yaml").read_text())
    for name in ("models", "tenants"):
        kube_api.kubectl("wait", "--for=condition=Established", f"crd/{name}.freehold.dev", "--timeout=20s")
    return kube_api


class Place:
    """A Tenant with its namespace, as the operator would have made it."""

    def __init__(self, kube: Kube, namespace: str) -> None:
        self.kube = kube
        self.namespace = namespace
        self.tenant = f"t-{uuid.uuid4().hex[:8]}"
        kube.apply({"apiVersion": "freehold.dev/v1alpha1", "kind": "Tenant", "metadata": {"name": self.tenant}})
        self.status("tenant", self.tenant, {"namespace": namespace, "phase": "Ready"})

    def status(self, kind: str, name: str, status: dict[str, Any]) -> None:
        self.kube.kubectl(
            "patch", kind, name, f"--namespace={self.namespace}", "--subresource=status", "--type=merge",
            "--patch", json.dumps({"status": status}),
        )  # fmt: skip

    def model(self, name: str, **spec: Any) -> None:
        self.kube.apply(
            {
                "apiVersion": "freehold.dev/v1alpha1",
                "kind": "Model",
                "metadata": {"name": name},
                "spec": {"engine": "Echo", "replicas": 0} | spec,
            },
            self.namespace,
        )

    def endpoints(self, model: str, address: str) -> None:
        self.kube.apply(
            {
                "apiVersion": "discovery.k8s.io/v1",
                "kind": "EndpointSlice",
                "metadata": {"name": f"model-{model}-1", "labels": {"freehold.dev/model": model}},
                "addressType": "IPv4",
                "ports": [{"name": "http", "port": 8080}],
                "endpoints": [{"addresses": [address], "conditions": {"ready": True}}],
            },
            self.namespace,
        )


@pytest.fixture
def place(kube: Kube) -> Any:
    with kube.namespace() as namespace:
        place = Place(kube, namespace)
        yield place
        kube.kubectl("delete", "tenant", place.tenant, "--wait=false")


@asynccontextmanager
async def gateway_on(kube: Kube, tenant: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gateway]:
    monkeypatch.setenv("KUBECONFIG", str(kube.kubeconfig))
    keys = ScriptedKeys(grants={KEY: replace(ACME, tenant=tenant)})
    gateway = build(GatewayDeps(GatewaySettings(), keys, None, CollectorRegistry(), SystemClock()), access_log=None)
    await gateway.start()
    try:
        await until(lambda: gateway.ready, "the catalogue is listed")
        yield gateway
    finally:
        await gateway.drain(0)
        await gateway.close()


class HeldCall:
    """A call that waits, as the floor sees one."""

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        self.held_since = monotonic()
        self.body_bytes = 10
        self.releases: list[float] = []

    def released(self, now: float) -> None:
        self.releases.append(now)

    def refuse_held(self, why: object, now: float) -> None:
        raise AssertionError(why)


def entry_of(gateway: Gateway, place: Place, name: str) -> ModelEntry | None:
    return gateway.floor.snapshot.find(place.tenant, name)


async def in_thread(call: Callable[[], object]) -> None:
    await asyncio.to_thread(call)


async def test_a_held_call_scales_the_model_and_goes_when_its_endpoint_appears(
    kube: Kube, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_thread(lambda: place.model("sleeper"))
    async with gateway_on(kube, place.tenant, monkeypatch) as gateway:
        await until(lambda: entry_of(gateway, place, "sleeper") is not None, "the Model is seen")
        model = entry_of(gateway, place, "sleeper")
        assert model is not None
        assert model.can_activate
        call = HeldCall(place.tenant)
        assert gateway.floor.hold(call, model, monotonic()) is None
        await until(lambda: not gateway.floor.snapshot.by_key[model.key].can_activate, "the watch shows the replica")
        assert gateway.floor.snapshot.by_key[model.key].replicas == 1
        assert not call.releases
        await in_thread(lambda: place.endpoints("sleeper", "10.1.2.3"))
        applied_at = monotonic()
        await until(lambda: bool(call.releases), "the call is let go")
        endpoints = gateway.floor.snapshot.by_key[model.key].endpoints
    assert endpoints == (Endpoint("10.1.2.3", 8080),)
    assert call.releases[0] - applied_at < SEEN_SECONDS


async def test_a_patch_with_an_old_version_is_a_conflict_and_changes_nothing(kube: Kube, place: Place) -> None:
    await in_thread(lambda: place.model("contended"))
    before = await asyncio.to_thread(kube.get, f"--namespace={place.namespace}", "model", "contended")
    model = ModelEntry(
        key="k",
        name="contended",
        namespace=place.namespace,
        tenant=place.tenant,
        resource_version=before["metadata"]["resourceVersion"],
    )
    await in_thread(lambda: place.model("contended", displayName="changed"))
    async with KubeClient(from_kubeconfig(kube.kubeconfig)) as client:
        with pytest.raises(ConflictError):
            await client.merge_patch(scale_path(model), scale_patch(model))
        after = await asyncio.to_thread(kube.get, f"--namespace={place.namespace}", "model", "contended")
        assert after["spec"]["replicas"] == 0
        current = replace(model, resource_version=after["metadata"]["resourceVersion"])
        await client.merge_patch(scale_path(current), scale_patch(current))
    scaled = await asyncio.to_thread(kube.get, f"--namespace={place.namespace}", "model", "contended")
    assert scaled["spec"]["replicas"] == 1


async def test_suspending_a_tenant_and_deleting_a_model_are_seen(
    kube: Kube, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await in_thread(lambda: place.model("short"))
    async with gateway_on(kube, place.tenant, monkeypatch) as gateway:
        await until(lambda: entry_of(gateway, place, "short") is not None, "the Model is seen")
        await in_thread(
            lambda: kube.kubectl(
                "patch", "tenant", place.tenant, "--type=merge", "--patch", '{"spec":{"suspend":true}}'
            )
        )
        await until(lambda: gateway.floor.snapshot.suspended(place.tenant), "the suspension is seen")
        await in_thread(lambda: kube.kubectl("delete", "model", "short", f"--namespace={place.namespace}"))
        await until(lambda: entry_of(gateway, place, "short") is None, "the Model is gone")


async def test_a_token_is_read_from_its_secret(kube: Kube, place: Place) -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "model-m-token"},
        "stringData": {"token": "t0"},
    }
    await in_thread(lambda: kube.apply(secret, place.namespace))
    async with KubeClient(from_kubeconfig(kube.kubeconfig)) as client:
        credentials = Credentials(client, {})
        reference = SecretKey(place.namespace, "model-m-token", "token")
        assert await credentials.read(reference, 0.0) == b"t0"
        assert credentials.known(reference, 59.0) == b"t0"
        assert credentials.known(reference, 61.0) is None
