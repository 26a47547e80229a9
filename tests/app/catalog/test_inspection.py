"""Pods, Events and logs: of the caller's own Model, with what is wrong in words."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from freehold_app.auth.principal import Role
from freehold_app.control import API
from tests.app.catalog.conftest import Cluster
from tests.app.catalog.fake_api import status
from tests.app.catalog.test_models import ECHO, NS
from tests.app.people import Person

pytestmark = pytest.mark.stores


def pod(name: str, *, model: str = "chat", made: str = "2026-11-24T09:00:00Z", **state: Any) -> dict[str, Any]:
    engine = {"name": "engine", "state": {"running": {}}, "ready": True, "restartCount": 0} | state
    return {
        "metadata": {"name": name, "labels": {"freehold.dev/model": model}, "creationTimestamp": made},
        "spec": {"nodeName": "node-1"},
        "status": {
            "phase": "Running",
            "startTime": made,
            "conditions": [{"type": "Ready", "status": "True" if engine["ready"] else "False"}],
            "containerStatuses": [engine],
        },
    }


CRASHED: dict[str, Any] = {
    "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s"}},
    "lastState": {"terminated": {"exitCode": 137}},
    "ready": False,
    "restartCount": 4,
}
NEW: dict[str, Any] = {"state": {"waiting": {"reason": "ContainerCreating"}}, "ready": False}


@pytest.fixture
async def eve(cluster: Cluster) -> Person:
    cluster.api.put(NS, "chat", ECHO)
    await cluster.seen(NS, "chat")
    return await cluster.control.person("eve@example.org", role=Role.ENGINEER)


def told(answer: Any) -> list[tuple[str, str]]:
    """(event, data) of a stream that has ended."""
    blocks = [block.split("\n") for block in answer.text.split("\n\n") if block.startswith("event: ")]
    return [(lines[0].removeprefix("event: "), lines[1].removeprefix("data: ")) for lines in blocks]


async def test_pods_newest_first_with_why_they_wait(cluster: Cluster, eve: Person) -> None:
    cluster.api.pods = [pod("old"), pod("new", made="2026-11-24T09:30:00Z", **CRASHED), pod("x", model="other")]
    new, old = (await eve.get(f"{API}/models/chat/pods")).json()["items"]
    assert (new["name"], new["ready"], new["restarts"], new["node"]) == ("new", False, 4, "node-1")
    [engine] = new["containers"]
    assert (engine["state"], engine["reason"], engine["exit_code"]) == ("waiting", "CrashLoopBackOff", 137)
    assert (old["name"], old["ready"]) == ("old", True)


async def test_events_of_the_model_and_its_pods_newest_first(cluster: Cluster, eve: Person) -> None:
    cluster.api.pods = [pod("one")]
    cluster.api.events = [
        {
            "metadata": {},
            "involvedObject": {"kind": kind, "name": name},
            "reason": reason,
            "message": "words",
            "type": "Warning",
            "count": 2,
            "lastTimestamp": at,
        }
        for kind, name, reason, at in (
            ("Model", "chat", "Failing", "2026-11-24T09:00:00Z"),
            ("Pod", "one", "BackOff", "2026-11-24T09:05:00Z"),
            ("Pod", "other", "Secret", "2026-11-24T09:06:00Z"),
        )
    ]
    items = (await eve.get(f"{API}/models/chat/events")).json()["items"]
    assert [(item["object"], item["reason"], item["count"]) for item in items] == [
        ("Pod/one", "BackOff", 2),
        ("Model/chat", "Failing", 2),
    ]


async def test_a_log_comes_line_by_line_with_its_times(cluster: Cluster, eve: Person) -> None:
    cluster.api.pods = [pod("one")]
    cluster.api.log = [
        b"2026-11-24T09:00:00Z loa",
        b"ding\n2026-11-24T09:00:01Z b\xc3",
        b"\xbcro\n2026-11-24T09:00:02Z cut",
    ]
    answer = await eve.get(f"{API}/models/chat/logs", params={"tail": 50, "since": 60})
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = told(answer)
    assert [name for name, _ in events] == ["lines"] * (len(events) - 1) + ["end"]
    shown = "".join(data for _, data in events)
    for words in ('"text":"loading"', '"text":"büro"', '"text":"cut"', '"at":"2026-11-24T09:00:01Z"'):
        assert words in shown
    assert cluster.api.calls[-1].endswith("?container=engine&sinceSeconds=60&tailLines=50&timestamps=true")


async def test_a_log_that_is_followed_ends_with_the_process(cluster: Cluster, eve: Person) -> None:
    cluster.api.pods, cluster.api.log, cluster.api.log_goes_on = [pod("one")], [b"t line\n"], True
    cluster.control.deps.streams.stopping.set()
    answer = await eve.get(f"{API}/models/chat/logs", params={"follow": 1})
    assert told(answer)[-1][0] == "resync"


async def test_a_line_without_end_is_cut(cluster: Cluster, eve: Person) -> None:
    cluster.api.pods, cluster.api.log = [pod("one")], [b"t " + b"x" * 100_000, b"y\nt next\n"]
    answer = await eve.get(f"{API}/models/chat/logs")
    assert len(answer.content) < 20_000
    assert '"text":"next"' in answer.text


@pytest.mark.parametrize(
    ("pods", "query", "code"),
    [
        ([], {}, "wrong_state"),
        ([pod("one")], {"pod": "other"}, "not_found"),
        ([pod("one")], {"container": "sidecar"}, "not_found"),
        ([pod("one", **NEW)], {}, "wrong_state"),
        ([pod("one")], {"previous": 1}, "wrong_state"),
        ([pod("one")], {"tail": 5001}, "invalid_request"),
        ([pod("foreign", model="other")], {"pod": "foreign"}, "not_found"),
    ],
)
async def test_a_log_that_cannot_be_read_says_why(
    cluster: Cluster, eve: Person, pods: list[Any], query: dict[str, Any], code: str
) -> None:
    cluster.api.pods = pods
    answer = await eve.get(f"{API}/models/chat/logs", params=query)
    assert answer.json()["code"] == code
    assert cluster.api.calls == []


async def test_the_log_of_the_run_before_a_crash_can_be_read(cluster: Cluster, eve: Person) -> None:
    cluster.api.pods, cluster.api.log = [pod("one", **CRASHED)], [b"t out of memory\n"]
    assert "out of memory" in (await eve.get(f"{API}/models/chat/logs", params={"previous": 1})).text


async def test_an_error_after_the_first_byte_is_an_event(cluster: Cluster, eve: Person) -> None:
    cluster.api.pods, cluster.api.refuse = [pod("one")], status(500, "kubelet is away")
    answer = await eve.get(f"{API}/models/chat/logs")
    [(name, data)] = told(answer)
    assert (answer.status_code, name) == (200, "error")
    assert "kubernetes_unavailable" in data


async def test_members_do_not_look_into_pods(cluster: Cluster, eve: Person) -> None:
    mia = await cluster.control.person("mia@example.org", role=Role.MEMBER)
    for part in ("pods", "events", "logs"):
        assert (await mia.get(f"{API}/models/chat/{part}")).status_code == 403
    assert (await mia.get(f"{API}/models/chat")).status_code == 200


async def test_a_namespace_of_its_own_is_needed_to_look(cluster: Cluster, eve: Person) -> None:
    async with cluster.control.deps.database.platform() as session:
        await session.execute(text("UPDATE tenants SET namespace = NULL"))
    cluster.control.deps.directory.forget(eve.tenant_id)
    assert (await eve.get(f"{API}/models/chat/pods")).json()["code"] == "tenant_not_provisioned"
