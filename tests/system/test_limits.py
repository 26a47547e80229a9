"""A Model's limits hold: what goes over its memory is killed, what wants more processor waits."""

from __future__ import annotations

import threading

import pytest

from tests.system.platform import Installation, Place, ask, echo

pytestmark = pytest.mark.node

THROTTLED = """
import pathlib
for name in ("/sys/fs/cgroup/cpu.stat", "/sys/fs/cgroup/cpu/cpu.stat", "/sys/fs/cgroup/cpu,cpuacct/cpu.stat"):
    if pathlib.Path(name).exists():
        print(dict(line.split() for line in pathlib.Path(name).read_text().splitlines())["nr_throttled"])
        break
"""


def small(cpu: str, memory: str) -> dict[str, dict[str, str]]:
    return {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"cpu": cpu, "memory": memory}}


def test_a_model_over_its_memory_limit_is_killed_and_no_other_is(platform: Installation, place: Place) -> None:
    platform.apply(echo("modest", place, resources=small("200m", "96Mi")))
    platform.apply(echo("glutton", place, "--allocate-mib=300", resources=small("500m", "96Mi")))

    def killed() -> bool:
        pods = platform.kube.get("pods", "-n", place.namespace, "-l", "freehold.dev/model=glutton")["items"]
        statuses = [s for pod in pods for s in pod["status"].get("containerStatuses", [])]
        ended = [s[k].get("terminated") or {} for s in statuses for k in ("state", "lastState")]
        return any(e.get("reason") == "OOMKilled" for e in ended)

    platform.kube.until(killed, "OOMKilled")
    platform.wait("model", "modest", place.namespace)
    pods = platform.kube.get("pods", "-n", place.namespace, "-l", "freehold.dev/model=modest")["items"]
    assert [s["restartCount"] for pod in pods for s in pod["status"]["containerStatuses"]] == [0]
    platform.kube.kubectl("-n", place.namespace, "delete", "model", "modest", "glutton", "--wait=false")


def test_a_model_that_wants_more_processor_than_its_limit_is_throttled(platform: Installation, place: Place) -> None:
    platform.apply(echo("busy", place, "--cpu-ms=2000", resources=small("200m", "96Mi")))
    platform.wait("model", "busy", place.namespace)

    def throttled() -> int:
        where = ["-n", place.namespace, "exec", "deployment/model-busy", "-c", "engine"]
        return int(platform.kube.kubectl(*where, "--", "python3", "-c", THROTTLED))

    before = throttled()
    client = platform.client(platform.create_key(place.name))
    call = threading.Thread(target=lambda: ask(client, "busy"))
    call.start()
    platform.kube.until(lambda: throttled() > before + 5, "throttled periods")
    call.join()
    platform.kube.kubectl("-n", place.namespace, "delete", "model", "busy", "--wait=false")
