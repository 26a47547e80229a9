"""What kubelet and the scheduler report, and what the Model then says: one case per reason, with its remedy."""

from typing import Any

import pytest

from freehold_operator.kube.kinds import POD
from freehold_operator.model.observed import ProviderCheck
from tests.operator.model.world import ECHO, NAMESPACE, World

pytestmark = pytest.mark.inproc

OOM = {"terminated": {"reason": "OOMKilled", "exitCode": 137, "finishedAt": "2026-11-24T11:59:00Z"}}
CRASH = {"terminated": {"reason": "Error", "exitCode": 3, "finishedAt": "2026-11-24T11:59:00Z"}}
PULL = 'Back-off pulling image "x": ErrImagePull: not found'
PROBED = {"terminated": CRASH["terminated"] | {"exitCode": 137, "startedAt": "2026-11-24T11:57:50Z"}}
CASES: dict[str, tuple[dict[str, Any], str, str, str, list[str]]] = {
    "pull": (
        {
            "state": {
                "waiting": {
                    "reason": "ImagePullBackOff",
                    "message": 'Back-off pulling image "x": ErrImagePull: not found',
                }
            }
        },
        "Available",
        "ImagePullFailed",
        "Start",
        ["cannot pull x: not found", "check the name"],
    ),
    "invalid image name": (
        {"state": {"waiting": {"reason": "InvalidImageName", "message": "couldn't parse"}}},
        "Available",
        "ImagePullFailed",
        "Start",
        ["couldn't parse"],
    ),
    "config": (
        {"state": {"waiting": {"reason": "CreateContainerConfigError", "message": "image will run as root"}}},
        "Available",
        "ConfigError",
        "Start",
        ["image will run as root"],
    ),
    "crash loop": (
        {"state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": CRASH, "restartCount": 2},
        "Available",
        "CrashLoop",
        "Start",
        ["exit code 3", "restarts: 2"],
    ),
    "first crash": ({"state": CRASH}, "Available", "CrashLoop", "Start", ["exit code 3"]),
    "restarted and not ready yet": (
        {"state": {"running": {"startedAt": "2026-11-24T11:59:58Z"}}, "lastState": CRASH, "restartCount": 1},
        "Available",
        "CrashLoop",
        "Start",
        ["exit code 3"],
    ),
    "out of memory": (
        {"state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": OOM, "restartCount": 1},
        "Available",
        "OutOfMemory",
        "Start",
        ["memory limit of 2Gi", "raise resources.limits.memory"],
    ),
    "startup probe ran out": (
        {
            "state": {"waiting": {"reason": "CrashLoopBackOff"}},
            "lastState": {
                "terminated": {
                    "reason": "Error",
                    "exitCode": 137,
                    "startedAt": "2026-11-24T11:58:00Z",
                    "finishedAt": "2026-11-24T11:59:05Z",
                }
            },
            "restartCount": 1,
        },
        "Available",
        "StartupProbeFailing",
        "Start",
        ["within 60 s", "probes.startup"],
    ),
    "readiness probe": (
        {"state": {"running": {"startedAt": "2026-11-24T11:59:00Z"}}, "started": True},
        "Available",
        "ReadinessProbeFailing",
        "Run",
        ["does not answer its readiness probe"],
    ),
}


@pytest.mark.parametrize("case", CASES)
async def test_each_container_failure_is_told_in_plain_words(case: str) -> None:
    status, kind, reason, location, words = CASES[case]
    world = World()
    key = world.create(**ECHO)
    await world.settle(key)
    world.deployed(ready=0)
    world.pod(**status)
    world.wait(2)
    await world.settle(key)
    condition = world.condition(kind)
    assert (condition.status, condition.reason) == (False, reason)
    for word in words:
        assert word in condition.message
    failure = world.status()["lastFailure"]
    assert (failure["location"], failure["reason"], failure["container"]) == (location, reason, "engine")
    assert world.condition("Ready").reason == "Failing"
    assert world.status()["phase"] == "Failed"
    writes = len(world.fake.writes)
    world.wait(30)
    await world.reconciler.reconcile(key)
    assert len(world.fake.writes) == writes, "a failure that stays is written once"


async def test_a_slow_start_is_told_after_a_minute_but_not_called_a_failure() -> None:
    world = World()
    key = world.create()
    await world.settle(key)
    world.deployed(ready=0)
    world.pod(state={"running": {"startedAt": world.text()}})
    wait = await world.settle(key)
    assert world.condition("Available").reason == "Starting"
    assert wait
    assert 50 < wait < 62
    world.wait(wait)
    await world.settle(key)
    assert world.condition("Available").reason == "StartupProbeFailing"
    assert "given 1200 s" in world.condition("Available").message
    assert world.condition("Ready").reason == "Starting"
    assert world.status()["phase"] == "Loading"


async def test_a_pod_that_is_not_ready_for_a_moment_is_no_failure() -> None:
    world = World()
    key = world.create()
    await world.settle(key)
    world.deployed(ready=0)
    world.pod(state={"running": {"startedAt": world.ago(5)}}, started=True)
    wait = await world.settle(key)
    assert world.condition("Available").reason == "Starting"
    assert wait
    assert wait < 12


async def test_a_crash_after_ready_turns_ready_false_and_says_run() -> None:
    world = World()
    key = world.create()
    await world.settle(key)
    world.deployed(ready=1)
    world.pod(state={"running": {"startedAt": world.ago(60)}}, ready=True, started=True)
    await world.settle(key)
    assert world.condition("Ready").reason == "Serving"
    world.deployed(ready=0)
    world.pod(state=CRASH, restartCount=1)
    await world.settle(key)
    assert world.condition("Ready").reason == "Failing"
    assert world.status()["lastFailure"]["location"] == "Run"
    world.deployed(ready=1)
    world.pod(state={"running": {"startedAt": world.text()}}, lastState=CRASH, restartCount=1, ready=True, started=True)
    await world.settle(key)
    assert world.condition("Ready").reason == "Serving"
    assert world.status()["lastFailure"]["reason"] == "CrashLoop", "the last failure is kept"


async def test_one_crashing_pod_of_two_degrades_and_keeps_ready() -> None:
    world = World()
    key = world.create(replicas=2, maxReplicas=2)
    await world.settle(key)
    world.deployed(ready=1)
    world.pod(pod="p-1", state={"running": {"startedAt": world.ago(60)}}, ready=True, started=True)
    world.pod(pod="p-2", state=CRASH, restartCount=1)
    await world.settle(key)
    assert world.condition("Ready").reason == "Serving"
    assert world.condition("Degraded").reason == "ReplicasMissing"
    assert world.status()["phase"] == "Degraded"


async def test_unschedulable_repeats_the_schedulers_words() -> None:
    world = World()
    key = world.create()
    await world.settle(key)
    world.deployed(ready=0)
    words = "0/1 nodes are available: 1 Insufficient memory."
    world.pod(conditions=[{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": words}])
    await world.settle(key)
    assert world.condition("Scheduled").reason == "Unschedulable"
    assert words in world.condition("Scheduled").message
    assert world.condition("Ready").reason == "NotScheduled"
    assert world.status()["phase"] == "Pending"


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ('pods "model-smollm2-7d-x" is forbidden: exceeded quota: freehold, requested: pods=1', "QuotaExceeded"),
        ('pods "model-smollm2-7d-x" is forbidden: violates PodSecurity "restricted"', "PodRejected"),
    ],
)
async def test_refused_pods_say_why_without_a_name_that_changes(message: str, reason: str) -> None:
    world = World()
    key = world.create()
    await world.settle(key)
    failure = {"type": "ReplicaFailure", "status": "True", "message": message}
    world.deployed(ready=0, conditions=[failure])
    await world.settle(key)
    assert world.condition("Scheduled").reason == reason
    assert "7d-x" not in world.condition("Scheduled").message
    before = len(world.fake.writes)
    world.deployed(ready=0, conditions=[failure | {"message": message.replace("7d-x", "7d-y")}])
    world.wait(5)
    await world.reconciler.reconcile(key)
    assert len(world.fake.writes) == before


async def test_a_stuck_rollout_degrades_while_the_old_pods_serve() -> None:
    world = World()
    key = world.create()
    await world.settle(key)
    stuck = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
    world.deployed(ready=1, conditions=[stuck])
    world.pod(pod="new", state={"waiting": {"reason": "ErrImagePull", "message": "not found"}})
    await world.settle(key)
    assert world.condition("Ready").status
    assert world.condition("Degraded").reason == "RolloutStuck"
    assert "not found" in world.condition("Degraded").message


async def test_an_evicted_pod_is_told() -> None:
    world = World()
    key = world.create()
    await world.settle(key)
    world.deployed(ready=0)
    world.pod()
    pod = world.fake.find(POD, "p-1", NAMESPACE)
    pod["status"] = {"phase": "Failed", "reason": "Evicted", "message": "low on resource: memory"}
    world.fake.put(pod)
    await world.settle(key)
    assert world.condition("Available").reason == "Evicted"


@pytest.mark.parametrize(
    ("code", "reason"),
    [(10, "SourceNotFound"), (11, "SourceDenied"), (13, "OutOfSpace"), (14, "FetchFailed"), (1, "FetchFailed")],
)
async def test_each_exit_code_of_the_fetch_has_its_reason(code: int, reason: str) -> None:
    world = World()
    key = world.create(url="https://example.com/a.gguf")
    await world.settle(key)
    world.deployed(ready=0)
    world.pod()
    pod = world.fake.find(POD, "p-1", NAMESPACE)
    ended = {"exitCode": code, "message": "the server answers 404\n", "finishedAt": world.text()}
    status = {"name": "fetch", "ready": False, "restartCount": 1, "state": {"terminated": ended}}
    pod["status"] = {"phase": "Pending", "initContainerStatuses": [status]}
    world.fake.put(pod)
    await world.settle(key)
    assert world.condition("WeightsReady").reason == reason
    assert "the server answers 404" in world.condition("WeightsReady").message
    assert world.status()["lastFailure"]["location"] == "Fetch"


async def test_an_unbound_claim_is_told_after_its_patience() -> None:
    world = World()
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "status": {"phase": "Pending"}}
    world.fake.put(claim | {"metadata": {"name": "c", "namespace": NAMESPACE, "creationTimestamp": world.text()}})
    key = world.create(url="pvc://c/a.gguf")
    assert await world.settle(key) == 10
    assert world.condition("WeightsReady").reason == "Present"
    world.wait(40)
    await world.settle(key)
    assert world.condition("WeightsReady").reason == "VolumePending"


EXTERNAL = {"engine": "External", "external": {"baseURL": "https://api.example.com/v1", "model": "big"}}


async def test_a_provider_that_answers_is_ready_without_pods() -> None:
    world = World()
    world.probe.answer = ProviderCheck(status=200)
    key = world.create(**EXTERNAL)
    assert await world.settle(key) == 60
    assert world.condition("Ready").reason == "ProviderReachable"
    assert world.status()["upstreamModel"] == "big"
    assert world.status()["url"] == "https://api.example.com/v1"


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        (ProviderCheck(status=401, failures=1), "ProviderDenied"),
        (ProviderCheck(status=500, failures=3), "ProviderUnreachable"),
        (ProviderCheck(status=0, failures=3, problem="TimeoutError"), "ProviderUnreachable"),
    ],
)
async def test_a_provider_that_fails_is_told(check: ProviderCheck, reason: str) -> None:
    world = World()
    world.probe.answer = check
    key = world.create(**EXTERNAL)
    await world.settle(key)
    assert world.condition("Available").reason == reason
    assert world.condition("Ready").reason == "Failing"


async def test_two_missed_probes_of_a_provider_are_forgiven() -> None:
    world = World()
    world.probe.answer = ProviderCheck(status=500, failures=2)
    key = world.create(**EXTERNAL)
    await world.settle(key)
    assert world.condition("Ready").reason == "ProviderReachable"


async def test_a_thousand_failures_leave_a_status_of_one_size() -> None:
    world = World()
    key = world.create()
    await world.settle(key)
    world.deployed(ready=0)
    sizes = set()
    for number in range(1000, 2000, 50):
        world.pod(state=CRASH, restartCount=number)
        world.wait(10)
        await world.settle(key)
        sizes.add(len(repr(world.status())))
    assert len(sizes) == 1
