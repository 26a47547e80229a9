"""A Model that cannot work says why, in words, soon after the kubelet knows."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import Any

import pytest

from tests.system.figures import Figures
from tests.system.platform import Installation, Place, echo

pytestmark = pytest.mark.node

TOLD_SECONDS = 15.0
TINY = {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"cpu": "200m", "memory": "64Mi"}}
HUGE = {"requests": {"cpu": "64", "memory": "64Mi"}, "limits": {"cpu": "64", "memory": "64Mi"}}


@dataclass(frozen=True)
class Fault:
    """A Model that fails: what makes it fail, the condition that must say so, and words of its message."""

    name: str
    args: tuple[str, ...]
    spec: dict[str, Any]
    condition: str
    reason: str
    words: str


FAULTS = (
    Fault(
        "broken-image",
        (),
        {"engine": "Custom", "image": "freehold/no-such-image:1", "port": 8080, "resources": TINY},
        "Available",
        "ImagePullFailed",
        "no-such-image",
    ),
    Fault("out-of-memory", ("--allocate-mib=400",), {"resources": TINY}, "Available", "OutOfMemory", "64Mi"),
    Fault("unschedulable", (), {"resources": HUGE}, "Scheduled", "Unschedulable", "cpu"),
    Fault("crash-loop", ("--exit-after=1", "--exit-code=3"), {"resources": TINY}, "Available", "CrashLoop", "3"),
    Fault(
        "bad-probe",
        ("--unhealthy-after=2",),
        {"resources": TINY, "probes": {"readiness": {"periodSeconds": 1, "failureThreshold": 1}}},
        "Available",
        "ReadinessProbeFailing",
        "readiness probe",
    ),
)


class Known:
    """When the pods of a namespace first showed their fault, by this process's clock."""

    def __init__(self, platform: Installation, namespace: str) -> None:
        kube = platform.kube
        arguments = ["-n", namespace, "get", "pods", "--watch", "-o", "json"]
        self.moments: dict[str, float] = {}
        command = [kube.program, "--kubeconfig", str(kube.kubeconfig), *arguments]
        self._watch = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        assert self._watch.stdout is not None
        text = ""
        for line in self._watch.stdout:
            text += line
            if line.rstrip() == "}":
                self._take(json.loads(text))
                text = ""

    def _take(self, pod: dict[str, Any]) -> None:
        model = pod["metadata"].get("labels", {}).get("freehold.dev/model", "")
        if model and shows_fault(pod):
            self.moments.setdefault(model, time.monotonic())

    def close(self) -> None:
        self._watch.terminate()
        self._thread.join()
        self._watch.wait()
        if self._watch.stdout:
            self._watch.stdout.close()


def shows_fault(pod: dict[str, Any]) -> bool:
    """Whether the pod's status says that something is wrong."""
    status = pod["status"]
    if any(c["type"] == "PodScheduled" and c["status"] == "False" for c in status.get("conditions", [])):
        return True
    for container in status.get("containerStatuses", []):
        waiting = (container["state"].get("waiting") or {}).get("reason", "")
        if container["state"].get("terminated") or waiting in {"ErrImagePull", "ImagePullBackOff", "CrashLoopBackOff"}:
            return True
        if container["state"].get("running") and container.get("started") and not container["ready"]:
            return True
    return False


@pytest.mark.timeout(400)
def test_each_fault_is_told_in_plain_words_within_a_quarter_of_a_minute(
    platform: Installation, figures: Figures
) -> None:
    with platform.tenant("faulty") as place:
        known = Known(platform, place.namespace)
        try:
            for fault in FAULTS:
                platform.apply(echo(fault.name, place, *fault.args, **fault.spec))
            delays = told(platform, place, known)
        finally:
            known.close()
    for name, delay in delays.items():
        figures.measure(f"condition after the kubelet knows: {name}", delay, "s", limit=TOLD_SECONDS)


def told(platform: Installation, place: Place, known: Known) -> dict[str, float]:
    """Fault -> seconds from the pod's status to the Model's condition."""
    waiting = {fault.name: fault for fault in FAULTS}
    delays: dict[str, float] = {}
    deadline = time.monotonic() + 150
    seen: dict[str, Any] = {}
    while waiting and time.monotonic() < deadline:
        models = platform.kube.get("models", "-n", place.namespace)["items"]
        for model in models:
            fault = waiting.get(model["metadata"]["name"])
            conditions = {c["type"]: c for c in model.get("status", {}).get("conditions", [])}
            seen[model["metadata"]["name"]] = conditions
            condition = conditions.get(fault.condition) if fault else None
            if fault and condition and (condition["status"], condition["reason"]) == ("False", fault.reason):
                assert fault.words in condition["message"], condition["message"]
                delays[fault.name] = max(0.0, time.monotonic() - known.moments.get(fault.name, time.monotonic()))
                del waiting[fault.name]
        time.sleep(0.05)
    assert not waiting, {name: seen.get(name) for name in waiting}
    return delays


def test_a_quota_that_is_exceeded_is_named(platform: Installation) -> None:
    with platform.tenant("tight", quota={"hard": {"requests.memory": "64Mi"}}) as place:
        platform.apply(
            echo(
                "greedy",
                place,
                resources={"requests": {"cpu": "10m", "memory": "96Mi"}, "limits": {"cpu": "100m", "memory": "96Mi"}},
            )
        )
        message = platform.told("model", "greedy", place.namespace, "Scheduled", "QuotaExceeded")
        assert "requests.memory" in message


def test_a_healthy_model_shows_no_fault(platform: Installation, place: Place) -> None:
    platform.apply(echo("healthy", place))
    platform.wait("model", "healthy", place.namespace)
    conditions = platform.conditions("model", "healthy", place.namespace)
    assert conditions["Available"][0] == "True"
    assert conditions["Scheduled"][0] == "True"
    platform.kube.kubectl("-n", place.namespace, "delete", "model", "healthy", "--wait=false")
