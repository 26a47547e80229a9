"""Events: one sentence once, repeats as a series, and never a flood."""

import pytest

from freehold_operator import errors
from freehold_operator.conditions import Condition
from freehold_operator.kube.events import EventRecorder
from freehold_operator.kube.kinds import EVENT, Raw
from tests.operator.fake_kube import FakeKube

pytestmark = pytest.mark.inproc
MODEL: Raw = {
    "apiVersion": "freehold.dev/v1alpha1",
    "kind": "Model",
    "metadata": {"name": "m", "namespace": "t", "uid": "u"},
}
FAILING = Condition("Available", False, "CrashLoop", "exit code 3")


class Bench:
    def __init__(self) -> None:
        self.fake, self.now = FakeKube(), 0.0
        self.recorder = EventRecorder(self.fake, "pod-1", lambda: f"at {self.now}", clock=lambda: self.now)

    def events(self, namespace: str = "t") -> list[Raw]:
        return [self.fake.find(EVENT, name, namespace) for name in self.fake.names(EVENT, namespace)]


async def test_a_transition_is_told_about_its_object() -> None:
    bench = Bench()
    await bench.recorder.record(MODEL, FAILING, warning=True)
    (event,) = bench.events()
    assert (event["reason"], event["note"], event["type"]) == ("CrashLoop", "exit code 3", "Warning")
    assert event["regarding"]["uid"] == "u"
    assert event["reportingController"] == "freehold.dev/operator"


async def test_the_same_again_is_a_series_and_another_sentence_another_event() -> None:
    bench = Bench()
    for _ in range(3):
        await bench.recorder.record(MODEL, FAILING, warning=True)
    (event,) = bench.events()
    assert event["series"]["count"] == 3
    await bench.recorder.record(MODEL, Condition("Available", False, "CrashLoop", "exit code 4"), warning=True)
    assert len(bench.events()) == 2


async def test_ten_a_minute_and_object_are_enough() -> None:
    bench = Bench()
    for number in range(30):
        await bench.recorder.record(MODEL, Condition("Ready", True, "Serving", str(number)), warning=False)
    assert len(bench.events()) == 10
    bench.now += 61
    await bench.recorder.record(MODEL, FAILING, warning=True)
    assert len(bench.events()) == 11
    bench.now += 7200
    other = MODEL | {"metadata": MODEL["metadata"] | {"uid": "v", "name": "n"}}
    await bench.recorder.record(other, FAILING, warning=True)
    assert set(bench.recorder._recent) == {"v"}, "old objects are forgotten"


async def test_a_cluster_scoped_object_is_told_in_default_and_long_notes_are_cut() -> None:
    bench = Bench()
    tenant = {"apiVersion": "freehold.dev/v1alpha1", "kind": "Tenant", "metadata": {"name": "x", "uid": "w"}}
    await bench.recorder.record(tenant, Condition("Ready", False, "Failing", "y" * 5000), warning=True)
    (event,) = bench.events("default")
    assert len(event["note"]) == 1024


async def test_an_event_that_cannot_be_written_is_no_error() -> None:
    bench = Bench()
    bench.fake.refuse = lambda verb, plural, name: errors.ForbiddenError("no", status=403)
    await bench.recorder.record(MODEL, FAILING, warning=True)
    assert bench.events() == []
