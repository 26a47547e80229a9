"""The worker's loops: each goes on whatever happens to it or to the others."""

from __future__ import annotations

import asyncio

import pytest
from prometheus_client import CollectorRegistry

from freehold_app.worker import WorkerRole

pytestmark = pytest.mark.inproc


async def until_stopped(stop: asyncio.Event) -> None:
    await stop.wait()


async def test_loops_run_until_they_are_asked_to_stop() -> None:
    worker = WorkerRole({"a": until_stopped, "b": until_stopped}, CollectorRegistry())
    seen = [worker.alive]
    worker.start()
    await asyncio.sleep(0)
    seen.append(worker.alive)
    await worker.stop()
    assert [*seen, worker.alive] == [False, True, False]


async def test_a_loop_that_fails_is_counted_and_started_again() -> None:
    registry, again, lives = CollectorRegistry(), asyncio.Event(), 0

    async def fails_once(stop: asyncio.Event) -> None:
        nonlocal lives
        lives += 1
        if lives == 1:
            raise RuntimeError("once")
        again.set()
        await stop.wait()

    worker = WorkerRole({"usage": fails_once}, registry, restart_seconds=0.001)
    worker.start()
    async with asyncio.timeout(5):
        await again.wait()
    assert worker.alive
    assert registry.get_sample_value("freehold_worker_restarts_total", {"component": "usage"}) == 1
    await worker.stop()


async def test_a_loop_that_does_not_listen_is_cancelled() -> None:
    async def deaf(_stop: asyncio.Event) -> None:
        await asyncio.Event().wait()

    worker = WorkerRole({"deaf": deaf}, CollectorRegistry(), stop_seconds=0.01)
    worker.start()
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await worker.stop()
    assert not worker.alive


async def test_a_worker_that_never_started_stops_at_once() -> None:
    await WorkerRole({}, CollectorRegistry()).stop()
