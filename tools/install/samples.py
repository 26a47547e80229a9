"""Applies the sample Tenant and Model and follows their conditions until both are Ready."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from install import conditions
from install.clusters import Says
from install.commands import Runner
from install.errors import CommandError, NotReadyError

TENANT = "k8s/samples/tenant-minimal.yaml"
MODEL = "k8s/samples/model-smollm2.yaml"
WAIT_SECONDS = 240.0
NAMESPACE_SECONDS = 60.0
POLL_SECONDS = 0.7


@dataclass(frozen=True)
class Sample:
    """One object of a sample file."""

    kind: str
    name: str
    namespace: str

    @classmethod
    def read(cls, path: Path) -> Sample:
        document = yaml.safe_load(path.read_text())
        metadata = document["metadata"]
        return cls(document["kind"].lower(), metadata["name"], metadata.get("namespace", ""))

    def arguments(self) -> list[str]:
        return ["-n", self.namespace, self.kind, self.name] if self.namespace else [self.kind, self.name]


@dataclass(frozen=True)
class Samples:
    """The sample objects in one cluster."""

    runner: Runner
    kubectl: Path
    root: Path

    @property
    def tenant(self) -> Sample:
        return Sample.read(self.root / TENANT)

    @property
    def model(self) -> Sample:
        return Sample.read(self.root / MODEL)

    def apply(self, says: Says) -> None:
        """Apply both; the Model needs the Tenant's namespace, and a quota there that counts Models, but no stores."""
        self._apply(TENANT)
        deadline = time.monotonic() + NAMESPACE_SECONDS
        while not conditions.holds(tenant := self._get(self.tenant), "QuotaReady"):
            if time.monotonic() > deadline:
                raise self._late(self.tenant, conditions.shortly(tenant))
            says(f"{self.tenant.kind} {self.tenant.name}: {conditions.shortly(tenant)}")
            time.sleep(POLL_SECONDS)
        self._apply(MODEL)

    def wait(self, says: Says) -> str:
        """Follow both until Ready; returns what they say then."""
        known: dict[Sample, conditions.State] = {}
        deadline = time.monotonic() + WAIT_SECONDS
        waiting = [self.tenant, self.model]
        while waiting:
            current = [(sample, self._get(sample)) for sample in waiting]
            for sample, resource in current:
                self._tell(sample, known, resource, says)
            waiting = [sample for sample, resource in current if not conditions.is_ready(resource)]
            if waiting and time.monotonic() > deadline:
                raise self._late(waiting[0], conditions.shortly(self._get(waiting[0])))
            time.sleep(POLL_SECONDS if waiting else 0)
        return f"tenant {self.tenant.name} and model {self.model.name} are Ready"

    def remove(self, says: Says) -> None:
        """Delete both and the namespace that the Tenant kept; nothing there is no failure."""
        says("samples")
        for sample in (self.model, self.tenant):
            arguments = ["delete", *sample.arguments(), "--ignore-not-found", "--timeout=10s"]
            self.runner.succeeds([self.kubectl, *arguments])
        self.runner.succeeds(
            [self.kubectl, "delete", "namespace", self.model.namespace, "--ignore-not-found", "--wait=false"]
        )

    def _apply(self, path: str) -> None:
        """Apply one file; the API server may have accepted the CRDs a moment ago, so try for a while."""
        deadline = time.monotonic() + 15
        while True:
            try:
                self.runner.output([self.kubectl, "apply", "-f", path])
            except CommandError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(POLL_SECONDS)
            else:
                return

    def _get(self, sample: Sample) -> dict[str, Any]:
        return dict(self.runner.json([self.kubectl, "get", *sample.arguments(), "-o", "json"]))

    def _tell(
        self, sample: Sample, known: dict[Sample, conditions.State], resource: dict[str, Any], says: Says
    ) -> None:
        now = conditions.states(resource)
        new = conditions.turned_true(known.get(sample, {}), now)
        known[sample] = now
        text = ", ".join(new) if new else conditions.shortly(resource)
        says(f"{sample.kind} {sample.name}: {text}")

    def _late(self, sample: Sample, why: str) -> NotReadyError:
        look = (
            f"{self.kubectl} --kubeconfig {self.runner.environ['KUBECONFIG']} describe {' '.join(sample.arguments())}"
        )
        return NotReadyError(f"{sample.kind} {sample.name} is not Ready: {why}", look)
