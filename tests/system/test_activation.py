"""A Model at zero answers the next call."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import openai
import pytest

from tests.kube_fixtures import Kube
from tests.system.figures import FULL, Figures, percentile
from tests.system.platform import Installation, Place, ask, echo

pytestmark = pytest.mark.node

TRIES = 20 if FULL else 6
OVERHEAD_MS = 250.0


@contextmanager
def pod_ready_times(kube: Kube, namespace: str, model: str) -> Iterator[list[float]]:
    """The moments, by this process's clock, at which a pod of the Model was first seen Ready."""
    seen: dict[str, float] = {}
    times: list[float] = []
    columns = "custom-columns=N:.metadata.name,R:.status.conditions[?(@.type=='Ready')].status"
    arguments = ["-n", namespace, "get", "pods", "-l", f"freehold.dev/model={model}", "--watch", "-o", columns]
    watch = subprocess.Popen(
        [kube.program, "--kubeconfig", str(kube.kubeconfig), *arguments, "--no-headers"],
        stdout=subprocess.PIPE,
        text=True,
    )

    def read() -> None:
        assert watch.stdout is not None
        for line in watch.stdout:
            name, ready = line.split()
            if ready == "True" and name not in seen:
                seen[name] = time.monotonic()
                times.append(seen[name])

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield times
    finally:
        watch.terminate()
        reader.join()
        watch.wait()
        if watch.stdout:
            watch.stdout.close()


def to_zero(platform: Installation, place: Place, model: str) -> None:
    platform.kube.kubectl("-n", place.namespace, "scale", "model", model, "--replicas=0")
    platform.gone("pods", "-n", place.namespace, "-l", f"freehold.dev/model={model}")
    platform.kube.until(
        lambda: platform.conditions("model", model, place.namespace)["Ready"][:2] == ("True", "ScaledToZero"),
        "Ready, ScaledToZero",
    )


@pytest.mark.timeout(900)
def test_a_call_to_a_model_at_zero_is_held_and_answered_soon_after_its_pod_is_ready(
    platform: Installation, place: Place, figures: Figures
) -> None:
    platform.apply(echo("sleeper", place, drainSeconds=0))
    platform.wait("model", "sleeper", place.namespace)
    client = platform.client(platform.create_key(place.name))
    overheads: list[float] = []
    with pod_ready_times(platform.kube, place.namespace, "sleeper") as ready:
        for _ in range(TRIES):
            to_zero(platform, place, "sleeper")
            known = len(ready)
            assert "hello" in ask(client, "sleeper")
            answered = time.monotonic()
            platform.kube.until(lambda known=known: len(ready) > known, "the pod's Ready is seen", 10)  # type: ignore[misc]
            overheads.append(max(0.0, answered - ready[known]) * 1000)
    figures.measure(
        f"held call: overhead past pod Ready, p95 of {TRIES}", percentile(overheads, 0.95), "ms", limit=OVERHEAD_MS
    )
    platform.kube.kubectl("-n", place.namespace, "delete", "model", "sleeper", "--wait=false")


def test_the_sample_model_at_zero_answers_with_real_tokens(platform: Installation, figures: Figures) -> None:
    sample = Place("acme", "tenant-acme", 0)
    to_zero(platform, sample, "smollm2")
    begun = time.monotonic()
    answer = platform.client().chat.completions.create(
        model="smollm2", messages=[{"role": "user", "content": "Hi"}], max_tokens=4
    )
    assert answer.choices[0].message.content
    figures.measure("sample Model at zero, call to whole answer", time.monotonic() - begun, "s")


def test_a_call_that_was_held_too_long_is_told_when_to_come_back(platform: Installation, place: Place) -> None:
    slow = echo(
        "slow",
        place,
        "--start-seconds=30",
        activation={"holdTimeoutSeconds": 2, "retryAfterSeconds": 7},
        autoscaling={"initialReplicas": 0},
    )
    platform.apply(slow)
    platform.wait("model", "slow", place.namespace)
    with pytest.raises(openai.APIStatusError) as refused:
        ask(platform.client(platform.create_key(place.name)), "slow")
    assert refused.value.status_code == 503
    assert int(refused.value.response.headers["Retry-After"]) >= 1
    platform.kube.kubectl("-n", place.namespace, "delete", "model", "slow", "--wait=false")
