"""Replicas follow load: calls in flight in mode Requests, processor time in mode HPA; down again after the delay."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import openai
import pytest

from tests.system.figures import FULL, Figures
from tests.system.platform import Installation, Place, echo

pytestmark = pytest.mark.node

CALLERS = 6


@contextmanager
def load(client: openai.OpenAI, model: str, callers: int = CALLERS) -> Iterator[list[str]]:
    """That many calls in flight all the time; yields what was answered. At least one answer must be good."""
    over = threading.Event()
    answers: list[str] = []

    def call() -> None:
        while not over.is_set():
            try:
                reply = client.chat.completions.create(
                    model=model, messages=[{"role": "user", "content": "one two three"}]
                )
                answers.append(reply.choices[0].message.content or "")
            except openai.APIStatusError as error:
                answers.append(f"refused {error.status_code}")

    threads = [threading.Thread(target=call) for _ in range(callers)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        over.set()
        for thread in threads:
            thread.join()
    good = [answer for answer in answers if not answer.startswith("refused")]
    assert len(good) > len(answers) * 0.9, answers[-5:]


def replicas(platform: Installation, place: Place, model: str) -> int:
    return int(platform.kube.get("model", model, "-n", place.namespace)["spec"].get("replicas") or 0)


@pytest.mark.timeout(400)
def test_replicas_follow_the_calls_in_flight_and_go_down_after_the_delay(
    platform: Installation, place: Place, figures: Figures
) -> None:
    model = echo(
        "crowd",
        place,
        "--first-byte-ms=400",
        minReplicas=1,
        maxReplicas=3,
        targetRequests=2,
        scaleDownDelaySeconds=10,
        drainSeconds=2,
    )
    platform.apply(model)
    platform.wait("model", "crowd", place.namespace)
    with load(platform.client(platform.create_key(place.name)), "crowd"):
        begun = time.monotonic()
        platform.kube.until(lambda: replicas(platform, place, "crowd") == 3, "three replicas under load", 60)
        figures.measure("mode Requests: load to all replicas asked for", time.monotonic() - begun, "s", limit=30)
        platform.kube.until(lambda: platform.ready_replicas("crowd", place.namespace) == 3, "three ready replicas", 60)
    begun = time.monotonic()
    platform.kube.until(lambda: replicas(platform, place, "crowd") == 1, "one replica after the load", 150)
    figures.measure("mode Requests: end of load to the floor (delay 10 s)", time.monotonic() - begun, "s")
    platform.kube.kubectl("-n", place.namespace, "delete", "model", "crowd", "--wait=false")


@pytest.mark.skipif(not FULL, reason="minutes of HPA's own windows; FREEHOLD_FULL=1 runs it")
@pytest.mark.timeout(900)
def test_in_mode_hpa_replicas_follow_the_processor(platform: Installation, place: Place, figures: Figures) -> None:
    busy = {"requests": {"cpu": "100m", "memory": "48Mi"}, "limits": {"cpu": "300m", "memory": "128Mi"}}
    hpa = {"mode": "HPA", "hpa": {"targetCPUPercent": 50}}
    platform.apply(
        echo(
            "warm",
            place,
            "--cpu-ms=100",
            minReplicas=1,
            maxReplicas=3,
            autoscaling=hpa,
            resources=busy,
            scaleDownDelaySeconds=15,
        )
    )
    platform.wait("model", "warm", place.namespace)
    with load(platform.client(platform.create_key(place.name)), "warm"):
        begun = time.monotonic()
        platform.kube.until(lambda: replicas(platform, place, "warm") >= 2, "more replicas under load", 180)
        figures.measure("mode HPA: load to more replicas", time.monotonic() - begun, "s")
    begun = time.monotonic()
    platform.kube.until(lambda: replicas(platform, place, "warm") == 1, "one replica after the load", 400)
    figures.measure("mode HPA: end of load to the floor (delay 15 s)", time.monotonic() - begun, "s")
    platform.kube.kubectl("-n", place.namespace, "delete", "model", "warm", "--wait=false")
