"""One installation of Freehold as the tests of this folder use it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openai

from install import dotenv
from install.keys import only_key
from install.places import NAMESPACE
from tests.kube_fixtures import ROOT, Kube

DEPLOYMENT = "deployment/freehold-app"
READY_SECONDS = 90.0
GONE_SECONDS = 60.0
SMALL = {"requests": {"cpu": "20m", "memory": "48Mi"}, "limits": {"cpu": "500m", "memory": "128Mi"}}


@dataclass(frozen=True)
class Installation:
    """Where the gateway answers, and the cluster behind it."""

    kube: Kube
    url: str
    key: str
    environ: Mapping[str, str]
    _clients: list[openai.OpenAI] = field(default_factory=list)

    def client(self, key: str = "") -> openai.OpenAI:
        """The official client; no retries, so that a test sees the first answer. `close` ends its connections."""
        made = openai.OpenAI(base_url=f"{self.url}/v1", api_key=key or self.key, max_retries=0, timeout=120)
        self._clients.append(made)
        return made

    def close(self) -> None:
        """End the connections of every client: one that the collector finds open is an error of the whole run."""
        for client in self._clients:
            client.close()

    def create_key(self, tenant: str) -> str:
        command = ["python", "-m", "freehold_app", "create-key", "--tenant", tenant, "--name", "test"]
        arguments = ["-n", NAMESPACE, "exec", DEPLOYMENT, "-c", "app", "--", *command]
        return only_key(self.kube.kubectl(*arguments))

    def apply(self, resource: Mapping[str, Any]) -> None:
        """Apply one of our resources where its metadata says."""
        self.kube.apply(resource, resource["metadata"].get("namespace", "default"))

    def wait(self, kind: str, name: str, namespace: str = "", *, seconds: float = READY_SECONDS) -> float:
        """Wait until Ready; returns the seconds it took. Fails with the object's conditions."""
        begun = time.monotonic()
        place = ["-n", namespace] if namespace else []
        arguments = ["wait", f"{kind}/{name}", *place, "--for=condition=Ready", f"--timeout={seconds:.0f}s"]
        done = self.kube.call(*arguments, seconds=seconds + 30)
        assert done.returncode == 0, (
            f"{kind} {name} not Ready in {seconds:.0f} s: {self.conditions(kind, name, namespace)}"
        )
        return time.monotonic() - begun

    def conditions(self, kind: str, name: str, namespace: str = "") -> dict[str, tuple[str, str, str]]:
        place = ["-n", namespace] if namespace else []
        status = self.kube.get(kind, name, *place).get("status", {})
        return {c["type"]: (c["status"], c["reason"], c.get("message", "")) for c in status.get("conditions", [])}

    def told(self, kind: str, name: str, namespace: str, condition: str, reason: str) -> str:
        """Wait until a condition is False for that reason; returns its message."""

        def says() -> bool:
            return self.conditions(kind, name, namespace).get(condition, ("", ""))[:2] == ("False", reason)

        self.kube.until(says, f"{kind} {name}: {condition}=False, {reason}")
        return self.conditions(kind, name, namespace)[condition][2]

    def ready_replicas(self, model: str, namespace: str) -> int:
        status = self.kube.get("model", model, "-n", namespace).get("status", {})
        return int(status.get("replicas", {}).get("ready") or 0)

    def gone(self, *arguments: str, seconds: float = GONE_SECONDS) -> float:
        """Wait until `kubectl get` finds nothing; returns the seconds."""
        begun = time.monotonic()
        self.kube.until(lambda: not self.kube.get(*arguments)["items"], f"{arguments} gone", seconds)
        return time.monotonic() - begun

    @contextmanager
    def tenant(self, prefix: str = "t", **spec: Any) -> Iterator[Place]:
        """A Tenant with a key; it and its namespace go when the test ends."""
        name = f"{prefix}-{uuid.uuid4().hex[:6]}"
        self.kube.apply(tenant(name, **spec))
        try:
            seconds = self.wait("tenant", name)
            namespace = str(self.kube.get("tenant", name)["status"]["namespace"])
            yield Place(name, namespace, seconds)
        finally:
            self.kube.kubectl("delete", "tenant", name, "--ignore-not-found", "--wait=false")
            self.kube.kubectl("delete", "namespace", f"tenant-{name}", "--ignore-not-found", "--wait=false")


@dataclass(frozen=True)
class Place:
    """A Tenant, its namespace, and how long it took to be Ready."""

    name: str
    namespace: str
    seconds: float


def tenant(name: str, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "freehold.dev/v1alpha1", "kind": "Tenant", "metadata": {"name": name}, "spec": spec}


def echo(name: str, place: Place, *args: str, **spec: Any) -> dict[str, Any]:
    """An Echo Model: real pods, probes and token, no weights."""
    settings: dict[str, Any] = {"engine": "Echo", "resources": SMALL} | spec
    if args:
        settings["args"] = list(args)
    metadata = {"name": name, "namespace": place.namespace}
    return {"apiVersion": "freehold.dev/v1alpha1", "kind": "Model", "metadata": metadata, "spec": settings}


def ask(client: openai.OpenAI, model: str) -> str:
    """One short question, answered whole."""
    answer = client.chat.completions.create(model=model, messages=[{"role": "user", "content": "hello"}])
    return answer.choices[0].message.content or ""


def install(kube: Kube, local: Path, verb: str) -> str:
    """Run `make up` or `make down` against a cluster that is there, beside whatever the user has installed."""
    environ = os.environ | {
        "CLUSTER": "current",
        "KUBECONFIG": str(kube.kubeconfig),
        "FREEHOLD_LOCAL": str(local),
        "PATH": f"{Path(kube.program).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "tools"),
    }
    command = [sys.executable, "-m", "install", verb]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, f"install {verb}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


def installed(kube: Kube, local: Path) -> Installation:
    values = dotenv.read(local / "freehold.env")
    return Installation(kube, values[dotenv.URL], values[dotenv.API_KEY], values)


def json_lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]
