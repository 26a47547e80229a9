"""Calls for a Model at zero: held, bounded, answered as soon as a pod is Ready, told the truth otherwise."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest

from freehold_app.gateway.core import exchange
from freehold_app.gateway.core.catalog import Activation, Endpoint, Readiness
from freehold_app.platform.kubernetes import ConflictError, ForbiddenError
from tests.app.gateway.raw import CHAT, STREAM, RawClient, post
from tests.app.gateway.running import Running, idle_model, running_gateway, until
from tests.app.gateway.scripted import ScriptedServer, answer, completion, streamed

pytestmark = pytest.mark.inproc


async def until_held(running: Running, count: int) -> None:
    await until(lambda: running.gateway.floor.waiting("tenant-acme/m") == count, f"{count} calls are held")


async def test_a_call_wakes_the_model_and_is_answered_when_an_endpoint_is_ready(engine: ScriptedServer) -> None:
    idle = idle_model()
    async with running_gateway(idle) as running:
        call = asyncio.create_task(post(running.port, CHAT))
        await until_held(running, 1)
        await asyncio.sleep(0.01)
        demand = running.gateway.demand()["models"]["tenant-acme/m"]
        running.publish(replace(idle, replicas=1, phase="Loading"))
        ready_at = monotonic()
        running.publish(replace(idle, replicas=1, endpoints=(Endpoint.of_url(engine.url),)))
        reply = await call
        overhead = monotonic() - ready_at
        [event] = await running.events(1)
        after = running.gateway.demand()["models"]["tenant-acme/m"]
    assert reply.status == 200
    assert int(reply.headers["x-freehold-held-ms"]) > 0
    assert running.kube.patches == [
        (
            "/apis/freehold.dev/v1alpha1/namespaces/tenant-acme/models/m/scale",
            {"metadata": {"resourceVersion": "41"}, "spec": {"replicas": 1}},
        )
    ]
    assert (demand["inflight"], demand["held"]) == (0, 1)
    assert demand["oldestHeldSeconds"] >= 0
    assert (after["inflight"], after["held"]) == (0, 0)
    assert after["busySeconds"] > 0
    assert event.held_ms > 0
    assert overhead < 0.25


async def test_many_calls_make_one_patch_and_are_released_up_to_the_target(engine: ScriptedServer) -> None:
    engine.scripts = [[0.03, answer(200, completion())]]
    idle = idle_model(target_requests=2)
    most = 0

    def count(_request: object) -> None:
        nonlocal most
        most = max(most, running.gateway.demand()["models"]["tenant-acme/m"]["inflight"])

    engine.on_request = count
    async with running_gateway(idle) as running:
        calls = [asyncio.create_task(post(running.port, CHAT)) for _ in range(4)]
        await until_held(running, 4)
        running.publish(replace(idle, replicas=1, endpoints=(Endpoint.of_url(engine.url),)))
        replies = await asyncio.gather(*calls)
    assert [reply.status for reply in replies] == [200] * 4
    assert len(running.kube.patches) == 1
    assert most == 2


async def test_past_the_cap_a_call_is_refused_at_once_with_a_true_retry_after() -> None:
    idle = idle_model(eta_seconds=42.0)
    async with running_gateway(idle) as running:
        calls = [asyncio.create_task(post(running.port, CHAT)) for _ in range(4)]
        await until_held(running, 4)
        before = monotonic()
        refused = await post(running.port, CHAT)
        took = monotonic() - before
        running.publish(replace(idle, eta_seconds=None, readiness=Readiness.FAILED, message="out of memory"))
        failed = await asyncio.gather(*calls)
    assert (refused.status, refused.code, refused.headers["retry-after"]) == (503, "model_loading", "42")
    assert took < 0.05
    assert {(reply.status, reply.code) for reply in failed} == {(503, "model_unavailable")}
    assert "out of memory" in failed[0].json["error"]["message"]


async def test_the_hold_ends_with_503_and_retry_after() -> None:
    idle = idle_model(activation=Activation(max_held=4, hold_timeout_seconds=0.05, retry_after_seconds=7))
    async with running_gateway(idle) as running:
        reply = await post(running.port, CHAT)
        [event] = await running.events(1)
    assert (reply.status, reply.code, reply.headers["retry-after"]) == (503, "model_loading", "7")
    assert (event.outcome, event.error, event.prompt_tokens) == ("error", "model_loading", 0)


async def test_a_held_stream_gets_comments_and_then_the_stream(
    engine: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "SILENT_HOLD_SECONDS", 0.05)
    monkeypatch.setattr(exchange, "HEARTBEAT_SECONDS", 0.05)
    engine.scripts = [streamed("late")]
    idle = idle_model(progress=0.43, eta_seconds=12.0)
    async with running_gateway(idle) as running:
        client = await RawClient.connect(running.port)
        client.post(STREAM)
        async with asyncio.timeout(5):
            status, headers = await client.head()
        first = await client.chunk()
        running.publish(replace(idle, replicas=1, endpoints=(Endpoint.of_url(engine.url),)))
        rest = b"".join([part async for part in client.chunks()])
        await client.close()
    assert (status, headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert first == b": freehold model=m phase=Idle progress=0.43 eta=12s\n\n"
    assert b'"late"' in rest
    assert rest.endswith(b"data: [DONE]\n\n")


async def test_a_held_stream_that_fails_ends_with_an_error_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "SILENT_HOLD_SECONDS", 0.05)
    idle = idle_model()
    async with running_gateway(idle) as running:
        client = await RawClient.connect(running.port)
        client.post(STREAM)
        await client.head()
        await client.chunk()
        running.publish(replace(idle, readiness=Readiness.FAILED, message="no image"))
        rest = b"".join([part async for part in client.chunks()])
        await client.close()
    assert rest.startswith(b'data: {"error":{')
    assert b"model_unavailable" in rest
    assert b"[DONE]" not in rest


async def test_without_heartbeats_a_stream_is_refused_like_json() -> None:
    idle = idle_model(activation=Activation(max_held=4, hold_timeout_seconds=0.05, retry_after_seconds=7))
    async with running_gateway(idle) as running:
        reply = await post(running.port, STREAM, headers="x-freehold-heartbeat: off\r\n")
    assert (reply.status, reply.code) == (503, "model_loading")


async def test_a_held_client_that_leaves_is_gone_at_once() -> None:
    async with running_gateway(idle_model()) as running:
        client = await RawClient.connect(running.port)
        client.post(CHAT)
        await until_held(running, 1)
        client.leave()
        await until_held(running, 0)
        [event] = await running.events(1)
    assert (event.outcome, event.prompt_tokens, event.completion_tokens) == ("cancelled", 0, 0)


async def test_a_pod_that_goes_before_its_first_byte_puts_the_call_back(engine: ScriptedServer) -> None:
    dying = ScriptedServer(scripts=[["reset"]])
    await dying.start()
    ready = idle_model(replicas=1, endpoints=(Endpoint.of_url(dying.url),))
    async with running_gateway(ready) as running:
        call = asyncio.create_task(post(running.port, CHAT))
        await until_held(running, 1)
        running.publish(replace(ready, endpoints=(Endpoint.of_url(engine.url),)))
        reply = await call
        [event] = await running.events(1)
    await dying.stop()
    assert reply.status == 200
    assert len(dying.received) == 1
    assert (event.outcome, event.status) == ("ok", 200)


async def test_a_conflict_is_tried_again_with_the_newer_version(engine: ScriptedServer) -> None:
    idle = idle_model()
    async with running_gateway(idle) as running:

        def conflict_once() -> None:
            if len(running.kube.patches) == 1:
                running.publish(replace(idle, resource_version="42"))
                raise ConflictError("changed")
            running.publish(replace(idle, replicas=1, endpoints=(Endpoint.of_url(engine.url),)))

        running.kube.on_patch = conflict_once
        reply = await post(running.port, CHAT)
    assert reply.status == 200
    assert [body["metadata"]["resourceVersion"] for _, body in running.kube.patches] == ["41", "42"]


async def test_a_refused_patch_is_activation_failed() -> None:
    async with running_gateway(idle_model()) as running:

        def forbid() -> None:
            raise ForbiddenError("models/scale is not yours")

        running.kube.on_patch = forbid
        reply = await post(running.port, CHAT)
    assert (reply.status, reply.code) == (503, "activation_failed")
    assert "models/scale" not in reply.body.decode()


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"mode": "Fixed"}, 503, "model_unavailable"),
        ({"readiness": Readiness.FAILED, "message": "crashes"}, 503, "model_unavailable"),
        ({"readiness": Readiness.UNSCHEDULED, "changed_at": 1.0}, 503, "model_unavailable"),
        ({"readiness": Readiness.SUSPENDED}, 403, "model_suspended"),
    ],
)
async def test_a_model_that_cannot_come_is_refused_at_once(changes: dict[str, Any], status: int, code: str) -> None:
    async with running_gateway(idle_model(**changes)) as running:
        reply = await post(running.port, CHAT)
    assert (reply.status, reply.code) == (status, code)
    assert running.kube.patches == []


async def test_draining_refuses_held_and_new_calls_and_lets_running_ones_end(engine: ScriptedServer) -> None:
    engine.scripts = [[0.05, answer(200, completion())]]
    serving = replace(idle_model("serving"), replicas=1, endpoints=(Endpoint.of_url(engine.url),))
    async with running_gateway(idle_model(), serving) as running:
        waiting = asyncio.create_task(post(running.port, CHAT))
        await until_held(running, 1)
        running_call = asyncio.create_task(post(running.port, CHAT | {"model": "serving"}))
        await engine.came.wait()
        drain = asyncio.create_task(running.gateway.drain(5))
        held, answered = await waiting, await running_call
        late = await post(running.port, CHAT | {"model": "serving"})
        await drain
        assert not running.gateway.ready
    assert (held.status, held.code, held.headers["retry-after"]) == (503, "shutting_down", "1")
    assert answered.status == 200
    assert (late.status, late.code) == (503, "shutting_down")


async def test_a_gateway_that_never_had_a_call_has_nothing_to_wait_for() -> None:
    async with running_gateway(idle_model()) as running, asyncio.timeout(1):
        await running.gateway.drain(30)
