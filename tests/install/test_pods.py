"""A stuck pod says why."""

from __future__ import annotations

from typing import Any

import pytest

from install.pods import hopeless, ready_of, reason, restarts, stuck
from install.release import pending, pods_line


def pod(name: str = "a", *, ready: bool = False, **status: Any) -> dict[str, Any]:
    conditions = [{"type": "Ready", "status": str(ready)}, *status.pop("conditions", [])]
    return {"metadata": {"name": name}, "status": {"phase": "Running", "conditions": conditions, **status}}


def container(**fields: Any) -> dict[str, Any]:
    return {"containerStatuses": [{"name": "app", **fields}]}


ENDED = {"reason": "OOMKilled", "exitCode": 137}
NOT_SCHEDULED = {
    "type": "PodScheduled",
    "status": "False",
    "reason": "Unschedulable",
    "message": "0/1 nodes: Insufficient cpu",
}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (container(state={"waiting": {"reason": "ContainerCreating"}}), ""),
        (container(state={"running": {}}, ready=False, restartCount=0), ""),
        (
            container(state={"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}),
            "container app: ImagePullBackOff no such image",
        ),
        (
            container(state={"waiting": {"reason": "CrashLoopBackOff"}}, lastState={"terminated": ENDED}),
            "container app: CrashLoopBackOff (OOMKilled, exit code 137)",
        ),
        (container(state={"terminated": ENDED}), "container app: OOMKilled, exit code 137"),
        (
            container(state={"running": {}}, ready=False, restartCount=2, lastState={"terminated": ENDED}),
            "container app: restarted 2 times (OOMKilled, exit code 137)",
        ),
        ({"conditions": [NOT_SCHEDULED]}, "Unschedulable: 0/1 nodes: Insufficient cpu"),
    ],
)
def test_the_reason_is_read_from_the_pod(status: dict[str, Any], expected: str) -> None:
    assert reason(pod(**status)) == expected


def test_finished_and_leaving_pods_count_neither_as_ready_nor_as_missing() -> None:
    done = pod("job") | {"status": {"phase": "Succeeded"}}
    leaving = pod("old", ready=True) | {"metadata": {"name": "old", "deletionTimestamp": "2026-11-24T04:00:00Z"}}
    assert ready_of([pod(ready=True), pod(), done, leaving]) == (1, 2)
    assert stuck([done, leaving]) == ""


def test_the_reason_is_shown_after_a_quarter_of_a_minute_not_before() -> None:
    pods = [pod("x", **container(state={"waiting": {"reason": "ErrImagePull"}}))]
    assert pods_line(pods, 14) == "pods ready 0/1"
    assert pods_line(pods, 15) == "pods ready 0/1; x: container app: ErrImagePull"


@pytest.mark.parametrize(
    ("status", "expected"),
    [("pending-install", True), ("pending-upgrade", True), ("deployed", False), ("failed", False)],
)
def test_a_release_whose_helm_was_killed_is_recognised(status: str, expected: bool) -> None:
    assert pending({"info": {"status": status}}) is expected
    assert pending({}) is False


def test_a_pod_that_keeps_ending_is_not_waited_for_to_the_end() -> None:
    crashing = {"state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {"terminated": ENDED}}
    assert hopeless([pod("x", **container(**crashing, restartCount=3))], {}) == ""
    again = [pod("x", **container(**crashing, restartCount=4))]
    assert hopeless(again, {}).startswith("x: container app: CrashLoopBackOff")
    assert hopeless([pod("x", ready=True, **container(state={"running": {}}, ready=True, restartCount=9))], {}) == ""


def test_a_pod_that_was_broken_before_an_upgrade_does_not_stop_the_upgrade() -> None:
    crashing = [pod("x", **container(state={"waiting": {"reason": "CrashLoopBackOff"}}, restartCount=7))]
    assert hopeless(crashing, restarts(crashing)) == ""
