"""What is reconciled when, in virtual time."""

import asyncio
import math

import pytest

from freehold_operator import errors
from freehold_operator.kube.kinds import ObjectKey
from freehold_operator.queue import GONE, QueueLimits, Schedule, WorkQueue


def key(name: str, namespace: str = "t") -> ObjectKey:
    return ObjectKey("Model", namespace, name)


def test_a_key_queued_twice_runs_once() -> None:
    schedule = Schedule()
    schedule.add(key("a"), 0)
    schedule.add(key("a"), 1)
    assert schedule.take(2) == key("a")
    assert schedule.take(2) is None


def test_a_key_queued_while_it_runs_runs_once_more_afterwards() -> None:
    schedule = Schedule()
    schedule.add(key("a"), 0)
    schedule.take(0)
    schedule.add(key("a"), 1)
    schedule.add(key("a"), 1)
    assert schedule.take(1) is None, "never twice at the same time"
    schedule.done(key("a"), 2, GONE)
    assert schedule.take(2) == key("a")
    schedule.done(key("a"), 3, GONE)
    assert schedule.take(3) is None


def test_namespaces_take_turns() -> None:
    schedule = Schedule()
    for number in range(3):
        schedule.add(key(f"a{number}", "busy"), 0)
    schedule.add(key("b", "quiet"), 0)
    taken = [schedule.take(0) for _ in range(4)]
    assert key("b", "quiet") in taken[:2]


def test_retries_double_to_a_minute_and_success_forgets() -> None:
    schedule = Schedule()
    delays = []
    for _ in range(9):
        schedule.add(key("a"), 0)
        schedule.take(0)
        delays.append(schedule.failed(key("a"), 0, jitter=0.5))
    assert delays == pytest.approx([1, 2, 4, 8, 16, 32, 60, 60, 60])
    schedule.add(key("a"), 0)
    schedule.take(0)
    schedule.done(key("a"), 0, 600)
    schedule.add(key("a"), 0)
    schedule.take(0)
    assert schedule.failed(key("a"), 0, jitter=0.5) == pytest.approx(1)


def test_a_due_object_waits_for_its_time_and_an_event_runs_it_at_once() -> None:
    schedule = Schedule()
    schedule.add_at(key("a"), 10)
    schedule.add_at(key("a"), 20)
    assert schedule.next_due() == 10
    assert schedule.take(9) is None
    assert schedule.take(10) == key("a")
    schedule.done(key("a"), 10, 30)
    schedule.add(key("a"), 11)
    assert schedule.take(11) == key("a")
    assert schedule.next_due() == math.inf


def test_a_gone_object_leaves_nothing_behind() -> None:
    schedule = Schedule()
    schedule.add(key("a"), 0)
    schedule.take(0)
    schedule.done(key("a"), 0, GONE)
    assert schedule.next_due() == math.inf
    assert (schedule.depth("Model"), schedule.busy("Model"), schedule.oldest_seconds("Model", 9)) == (0, 0, 0)


def test_depth_and_age_are_by_kind() -> None:
    schedule = Schedule()
    schedule.add(key("a"), 3)
    schedule.add(ObjectKey("Tenant", "", "b"), 5)
    assert (schedule.depth("Model"), schedule.depth("Tenant")) == (1, 1)
    assert schedule.oldest_seconds("Model", 10) == 7


class Harness:
    """A queue whose reconcile answers what the test says."""

    def __init__(self, answer: object, **limits: float) -> None:
        self.answer = answer
        self.runs: list[ObjectKey] = []
        self.results: list[str] = []
        self.now = 0.0
        self.queue = WorkQueue(
            {"Model": self.reconcile},
            QueueLimits(resync_seconds=100, **limits),  # type: ignore[arg-type]  # only floats are given
            lambda kind, result, seconds: self.results.append(result),
            clock=lambda: self.now,
            jitter=lambda: 0.5,
        )

    async def reconcile(self, wanted: ObjectKey) -> float | None:
        self.runs.append(wanted)
        if isinstance(self.answer, Exception):
            raise self.answer
        assert self.answer is None or isinstance(self.answer, float)
        return self.answer


@pytest.mark.parametrize(
    ("answer", "result", "due"),
    [
        (None, "ok", 100.0),
        (7.0, "ok", 7.0),
        (GONE, "gone", math.inf),
        (errors.RetryLater("x", after_seconds=3), "retry", 3.0),
        (errors.GiveUp("Reason", "x"), "give_up", 100.0),
        (errors.ForbiddenError("x", status=403), "error", 1.0),
        (RuntimeError("a defect"), "error", 1.0),
    ],
)
async def test_each_outcome_reaches_the_queue(answer: object, result: str, due: float) -> None:
    harness = Harness(answer)
    harness.queue.add(key("a"))
    assert await harness.queue.run_once() == key("a")
    assert harness.results == [result]
    assert harness.queue.schedule.next_due() == pytest.approx(due)


async def test_a_run_that_hangs_is_ended_and_tried_again() -> None:
    harness = Harness(None, run_deadline_seconds=0.01)

    async def hang(wanted: ObjectKey) -> float | None:
        await asyncio.Event().wait()
        return None

    harness.queue._reconcilers = {"Model": hang}
    harness.queue.add(key("a"))
    await harness.queue.run_once()
    assert harness.results == ["error"]
    assert harness.queue.schedule.next_due() == pytest.approx(1)


async def test_kinds_of_other_controllers_are_ignored() -> None:
    harness = Harness(None)
    harness.queue.add(ObjectKey("Tenant", "", "a"))
    harness.queue.add_after(ObjectKey("Tenant", "", "a"), 1)
    assert await harness.queue.run_once() is None
    assert harness.queue.schedule.next_due() == math.inf


async def test_workers_are_bounded_and_all_work_is_done() -> None:
    running: list[int] = []
    most = 0
    done = asyncio.Event()
    finished = 0

    async def work(wanted: ObjectKey) -> float | None:
        nonlocal most, finished
        running.append(1)
        most = max(most, len(running))
        await asyncio.sleep(0)
        running.pop()
        finished += 1
        if finished == 20:
            done.set()
        return GONE

    queue = WorkQueue({"Model": work}, QueueLimits(workers=3))
    for number in range(20):
        queue.add(key(str(number), str(number % 4)))
    task = asyncio.create_task(queue.run())
    await asyncio.wait_for(done.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert most == 3
