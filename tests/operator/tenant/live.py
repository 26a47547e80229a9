"""The Tenant controller against a real API server, run by run, as its own ServiceAccount."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from freehold_operator import errors
from freehold_operator.controller import Services
from freehold_operator.kube import kinds, labels
from freehold_operator.kube.api import AioKubeApi
from freehold_operator.kube.apply import Applier
from freehold_operator.kube.events import EventRecorder
from freehold_operator.kube.kinds import Kind, ObjectKey, Raw
from freehold_operator.kube.login import Credentials
from freehold_operator.kube.store import Store
from freehold_operator.queue import GONE
from freehold_operator.settings import Settings
from freehold_operator.tenant.handlers import TenantController
from tests.kube_fixtures import Kube

ACCOUNT = "freehold-tenant-controller"
RELEASE_NAMESPACE = "freehold-system"
UNLABELLED = (kinds.TENANT, kinds.MODEL)
SETTLE_SECONDS = 20.0
WRITES = {"POST", "PATCH", "DELETE"}


def text_now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def micro_text_now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class LiveWorld:
    """`name = live.tenant(postgres=...)`, `await live.settle(name)`, then look with `live.kube`."""

    def __init__(self, kube: Kube, credentials: Credentials) -> None:
        self.kube = kube
        self.writes: list[tuple[str, str, int]] = []
        self.refused: list[tuple[str, str, int]] = []
        self.api = AioKubeApi(credentials, count=self._count)
        self.store = Store()
        self.settings = Settings(
            release_namespace=RELEASE_NAMESPACE, store_images={"postgres": "postgres:17", "valkey": "valkey:8"}
        )
        self.controller = TenantController(
            Services(
                settings=self.settings,
                api=self.api,
                store=self.store,
                applier=Applier(self.api, self.store),
                events=EventRecorder(self.api, "test", now=micro_text_now),
                now=text_now,
            )
        )
        self._names: list[str] = []

    def _count(self, verb: str, resource: str, code: int) -> None:
        if verb in WRITES:
            (self.writes if code < 400 else self.refused).append((verb, resource, code))

    async def close(self) -> None:
        """Take every Tenant of this test away again, by force."""
        patch = json.dumps({"metadata": {"finalizers": None}})
        for name in self._names:
            self.kube.call("patch", "tenant", name, "--type=merge", f"--patch={patch}")
        if self._names:
            self.kube.call("delete", "tenant", *self._names, "--ignore-not-found")
        await self.api.close()

    def tenant(self, name: str = "", **spec: Any) -> str:
        """Apply a Tenant as an administrator; returns its name."""
        name = name or f"t{uuid.uuid4().hex[:8]}"
        self._names.append(name)
        self.kube.apply(
            {"apiVersion": "freehold.dev/v1alpha1", "kind": "Tenant", "metadata": {"name": name}, "spec": spec}
        )
        return name

    async def run(self, name: str) -> float | None:
        """One run with fresh eyes."""
        for kind in (*self.controller.watched, kinds.STATEFUL_SET):
            await self._look(kind)
        after = await self.controller.reconcile(ObjectKey("Tenant", "", name))
        self._count_models()
        return after

    def _count_models(self) -> None:
        """Play Kubernetes' quota controller, which this tier lacks: without it a Tenant's quota is never in force."""
        for body in self.store.all(kinds.RESOURCE_QUOTA):
            hard, metadata = body["spec"]["hard"], body["metadata"]
            if body.get("status", {}).get("used", {}).keys() == hard.keys():
                continue
            patch = json.dumps({"status": {"hard": hard, "used": dict.fromkeys(hard, "0")}})
            place = f"--namespace={metadata['namespace']}"
            arguments = ("patch", "resourcequota", metadata["name"], place, "--subresource=status", "--type=merge")
            self.kube.call(*arguments, f"--patch={patch}")

    async def _look(self, kind: Kind) -> None:
        wanted = None if kind in UNLABELLED else {labels.MANAGED_BY: labels.MANAGER}
        found = await self.api.list(kind, selector=wanted)
        for body in found:
            self.store.put(kind, body)
        there = {(body["metadata"].get("namespace", ""), body["metadata"]["name"]) for body in found}
        for body in self.store.missing(kind, there):
            self.store.remove(kind, body["metadata"].get("namespace", ""), body["metadata"]["name"])

    async def settle(self, name: str) -> float | None:
        """Run until a run writes nothing and asks for no quick look; errors of the API server are retried."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while True:
            before = len(self.writes)
            try:
                after = await self.run(name)
            except errors.ApiError:
                after = 0.0
            quiet = len(self.writes) == before and (after is None or after >= 2)
            if after == GONE or quiet:
                return after
            assert time.monotonic() < deadline, f"not settled: {self.writes[-6:]} {self.status(name)}"
            await asyncio.sleep(0.05)

    def status(self, name: str) -> Raw:
        """The Tenant's status as people see it."""
        found: Raw = self.kube.get("tenant", name).get("status", {})
        return found

    def condition(self, name: str, kind: str) -> tuple[str, str, str]:
        """(status, reason, message)."""
        found = {item["type"]: item for item in self.status(name)["conditions"]}[kind]
        return found["status"], found["reason"], found["message"]
