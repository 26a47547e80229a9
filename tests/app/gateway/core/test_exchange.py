"""The exchange in any order of inputs: one settlement per admitted request, nothing after the end, no slot kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freehold_app.gateway.core.call import Phase
from freehold_app.gateway.core.catalog import Endpoint, ModelEntry, Readiness, Snapshot, TenantEntry
from freehold_app.gateway.core.errors import refusal
from freehold_app.gateway.core.exchange import Exchange
from freehold_app.gateway.core.floor import Floor
from freehold_app.gateway.core.head import RequestHead
from freehold_app.gateway.core.ports import Fault, Headers, Settlement
from freehold_app.gateway.core.record import usage_event
from tests.app.gateway.raw import CHAT, STREAM
from tests.app.gateway.running import ACME, idle_model, model
from tests.app.gateway.scripted import DONE, completion, delta, usage_chunk

TENANTS = [TenantEntry("acme", "tenant-acme")]
POD = Endpoint("10.0.0.1", 8080)
POST = RequestHead("POST", "/v1/chat/completions", {}, 100, 4)
OK = {b"content-type": b"application/json"}
EVENTS = {b"content-type": b"text/event-stream"}


@dataclass
class RecordingPorts:
    """Notes what is asked, and fails the test on what must never be."""

    status: int = 0
    body: bytes = b""
    ended: bool = False
    was_cut: bool = False
    settlements: list[Settlement] = field(default_factory=list)
    closed_times: int = 0
    sent_up: list[Endpoint] = field(default_factory=list)
    connected: bool = False
    renewed: int = 0
    paused: bool = False
    wakes: list[float] = field(default_factory=list)

    def _open(self) -> None:
        assert not self.ended, "bytes after the end"
        assert not self.was_cut, "bytes after the cut"
        assert not self.closed_times, "bytes after closing"

    def answer(self, status: int, headers: Headers, content: bytes) -> None:
        self._open()
        assert not self.status, "two heads"
        self.status, self.body, self.ended = status, content, True

    def begin(self, status: int, headers: Headers) -> None:
        self._open()
        assert not self.status, "two heads"
        self.status = status

    def send(self, data: bytes) -> None:
        self._open()
        assert self.status, "a body without a head"
        self.body += data

    def finish(self) -> None:
        self._open()
        assert self.status
        self.ended = True

    def cut(self) -> None:
        self.was_cut = True

    def send_up(self, endpoint: Endpoint, model: ModelEntry, path: str, pieces: Sequence[bytes | memoryview]) -> None:
        assert not self.connected, "two upstreams at a time"
        self.connected = True
        self.sent_up.append(endpoint)

    def abort_up(self) -> None:
        self.connected = False

    def pause_up(self) -> None:
        self.paused = True

    def resume_up(self) -> None:
        self.paused = False

    def renew_credential(self, model: ModelEntry) -> None:
        self.renewed += 1

    def wake_after(self, seconds: float) -> None:
        self.wakes.append(seconds)

    def settle(self, settlement: Settlement) -> None:
        self.settlements.append(settlement)

    def closed(self) -> None:
        assert not self.closed_times, "closed twice"
        self.closed_times += 1


def new_floor(*models: ModelEntry, activated: list[str] | None = None) -> Floor:
    floor = Floor(lambda: 0.5, (activated if activated is not None else []).append)
    floor.swap(Snapshot.of(models, TENANTS), 0.0)
    return floor


def new_exchange(floor: Floor, now: float = 0.0) -> tuple[Exchange, RecordingPorts]:
    ports = RecordingPorts()
    return Exchange(floor, ports, 0x0192_0000_0000_7000_8000_0000_0000_0000, 1_000_000, now), ports


def sent(floor: Floor, body: dict[str, Any] = CHAT, now: float = 0.0) -> tuple[Exchange, RecordingPorts]:
    """An exchange whose request is at the upstream."""
    exchange, ports = new_exchange(floor, now)
    exchange.head(POST)
    exchange.principal(ACME)
    exchange.body(json.dumps(body).encode(), now)
    return exchange, ports


def upstream_ended(ports: RecordingPorts) -> None:
    ports.connected = False


Steps = st.lists(
    st.sampled_from(
        [
            "head", "principal", "bad_principal", "body", "stream_body", "bad_body", "gone", "slow", "takes", "tick",
            "late_tick", "expire", "crash", "ok_head", "events_head", "error_head", "busy_head", "unauthorized_head",
            "data", "event", "done", "usage", "end", "reset", "connect", "credential", "released", "pods", "no_pods",
            "suspended", "failed", "drain",
        ]
    ),
    max_size=25,
)  # fmt: skip


@settings(max_examples=400)
@given(steps=Steps, managed=st.booleans(), secret=st.booleans())
def test_any_order_of_inputs_settles_an_admitted_request_once(steps: list[str], managed: bool, secret: bool) -> None:
    """After whatever came, the client leaves: then everything must be given back."""
    entry = replace(idle_model() if managed else model(), endpoints=(POD,), replicas=1)
    floor = new_floor(entry)
    exchange, ports = new_exchange(floor)
    now = 0.0
    for step in ["head", "principal", *steps]:
        now += 0.5
        do(step, exchange, ports, floor, entry, now)
    exchange.client_gone(now + 1)
    exchange.client_gone(now + 2)
    assert exchange.phase is Phase.DONE
    assert ports.closed_times == 1
    assert len(ports.settlements) == (exchange.model is not None)
    state = floor.state(entry.key, now)
    assert (state.load.inflight, state.load.held, len(state.queue), floor.held_bytes) == (0, 0, 0, 0)
    assert floor.balancer.state(POD, now).in_flight == 0
    for settlement in ports.settlements:
        event = usage_event(exchange, settlement, "r", 1)
        assert event.prompt_tokens >= 0
        assert event.duration_ms >= 0


def do(step: str, exchange: Exchange, ports: RecordingPorts, floor: Floor, entry: ModelEntry, now: float) -> None:
    """One input. Upstream inputs come only while there is an upstream, as its contract says."""
    anytime: dict[str, Any] = {
        "head": lambda: exchange.head(POST),
        "principal": lambda: exchange.principal(ACME),
        "bad_principal": lambda: exchange.principal(refusal("invalid_api_key")),
        "body": lambda: exchange.body(json.dumps(CHAT).encode(), now),
        "stream_body": lambda: exchange.body(json.dumps(STREAM).encode(), now),
        "bad_body": lambda: exchange.body(b"{", now),
        "gone": lambda: exchange.client_gone(now),
        "slow": lambda: exchange.writable(can=False, now=now),
        "takes": lambda: exchange.writable(can=True, now=now),
        "tick": lambda: exchange.tick(now),
        "late_tick": lambda: exchange.tick(exchange.deadline + 0.1),
        "expire": lambda: exchange.expire(now),
        "crash": lambda: exchange.crash(now),
        "released": lambda: floor.sweep(now),
        "pods": lambda: floor.swap(Snapshot.of([entry], TENANTS), now),
        "no_pods": lambda: floor.swap(Snapshot.of([replace(entry, endpoints=())], TENANTS), now),
        "suspended": lambda: floor.swap(
            Snapshot.of([replace(entry, endpoints=(), readiness=Readiness.SUSPENDED)], TENANTS), now
        ),
        "failed": lambda: floor.swap(
            Snapshot.of([replace(entry, endpoints=(), readiness=Readiness.FAILED)], TENANTS), now
        ),
        "drain": lambda: setattr(floor, "draining", True),
    }
    upstream: dict[str, Any] = {
        "ok_head": lambda: exchange.up_head(200, OK, now),
        "events_head": lambda: exchange.up_head(200, EVENTS, now),
        "error_head": lambda: exchange.up_head(400, OK, now),
        "busy_head": lambda: exchange.up_head(503, OK, now),
        "unauthorized_head": lambda: exchange.up_head(401, OK, now),
        "data": lambda: exchange.up_data(b"x" * 400_000, now),
        "event": lambda: exchange.up_data(delta("a"), now),
        "done": lambda: exchange.up_data(DONE, now),
        "usage": lambda: exchange.up_data(usage_chunk(3, 1), now),
    }
    endings: dict[str, Any] = {
        "end": lambda: exchange.up_end(now),
        "reset": lambda: exchange.up_error(Fault("reset", "it broke off"), now),
        "connect": lambda: exchange.up_error(Fault("connect", "it cannot be reached"), now),
        "credential": lambda: exchange.up_error(Fault("credential", "no credential"), now),
    }
    if step in anytime:
        anytime[step]()
    elif ports.connected and step in upstream:
        upstream[step]()
    elif ports.connected and (step != "end" or exchange.phase is Phase.RELAY):
        ports.connected = False  # an end is the upstream's last word
        endings[step]()


def test_a_json_answer_is_sent_whole_and_charged_as_reported() -> None:
    floor = new_floor(model(endpoints=(POD,)))
    exchange, ports = sent(floor)
    exchange.up_head(200, OK, 1.0)
    data = json.dumps(completion()).encode()
    exchange.up_data(data[:50], 1.0)
    exchange.up_data(data[50:], 1.1)
    assert not ports.status
    exchange.up_end(1.2)
    assert (ports.status, ports.body) == (200, data)
    [settlement] = ports.settlements
    assert (settlement.outcome, settlement.tokens.prompt, settlement.tokens.completion) == ("ok", 7, 3)


def test_a_large_json_answer_streams_past_one_megabyte() -> None:
    floor = new_floor(model(endpoints=(POD,)))
    exchange, ports = sent(floor)
    exchange.up_head(200, OK, 1.0)
    exchange.up_data(b"a" * 900_000, 1.0)
    assert not ports.status
    exchange.up_data(b"b" * 200_000, 1.0)
    assert len(ports.body) == 1_100_000
    exchange.up_error(Fault("reset", "it broke off"), 1.1)
    assert ports.was_cut, "a JSON body cannot say that it failed"
    assert [settlement.outcome for settlement in ports.settlements] == ["error"]


def test_a_stream_that_breaks_ends_with_an_error_event_and_is_charged_for_what_was_sent() -> None:
    floor = new_floor(model(endpoints=(POD,)))
    exchange, ports = sent(floor, STREAM)
    exchange.up_head(200, EVENTS, 1.0)
    exchange.up_data(delta("a") + delta("b")[:20], 1.0)
    exchange.up_error(Fault("reset", "it broke off"), 1.1)
    assert ports.body.startswith(delta("a") + b'data: {"error":')
    assert ports.ended
    assert b"[DONE]" not in ports.body
    [settlement] = ports.settlements
    assert (settlement.outcome, settlement.tokens.completion, settlement.tokens.estimated) == ("error", 1, True)


def test_own_engines_are_retried_elsewhere_and_at_most_three_times() -> None:
    pods = tuple(Endpoint("10.0.0.1", port) for port in (1, 2, 3, 4))
    floor = new_floor(model(endpoints=pods))
    exchange, ports = sent(floor)
    now = 0.0
    for _ in range(2):
        exchange.up_head(503, OK, now)
        assert not ports.connected
        now += 1
        exchange.tick(now)
    exchange.up_head(503, OK, now)
    exchange.up_data(b"{}", now)
    exchange.up_end(now)
    assert len(set(ports.sent_up)) == 3
    assert ports.status == 503
    assert json.loads(ports.body)["error"]["code"] == "model_unavailable"
    assert ports.settlements[0].attempts == 3


def test_nothing_is_retried_after_the_first_byte() -> None:
    floor = new_floor(model(endpoints=(POD, replace(POD, port=2))))
    exchange, ports = sent(floor, STREAM)
    exchange.up_head(200, EVENTS, 1.0)
    exchange.up_data(delta("a"), 1.0)
    exchange.up_error(Fault("reset", "it broke off"), 1.1)
    assert len(ports.sent_up) == 1


@pytest.mark.parametrize(
    ("status", "external", "expected", "code"),
    [
        (401, True, 502, "provider_auth_failed"),
        (403, True, 502, "provider_auth_failed"),
        (401, False, 502, "upstream_error"),
        (500, False, 502, "upstream_error"),
        (404, True, 404, "upstream_404"),
    ],
)
def test_an_upstreams_refusal_never_looks_like_ours(status: int, external: bool, expected: int, code: str) -> None:
    entry = model(endpoints=(POD,), engine="External" if external else "Echo", upstream_model="m")
    floor = new_floor(entry)
    exchange, ports = sent(floor)
    exchange.up_head(status, OK, 1.0)
    exchange.up_data(b'{"error":{"message":"no"}}', 1.0)
    upstream_ended(ports)
    exchange.up_end(1.0)
    assert ports.status == expected
    assert json.loads(ports.body)["error"]["code"] == code


def test_a_provider_renames_the_model_and_refuses_a_second_model_key() -> None:
    entry = model(endpoints=(POD,), engine="External", upstream_model="gpt-x")
    exchange, ports = new_exchange(new_floor(entry))
    exchange.head(POST)
    exchange.principal(ACME)
    exchange.body(b'{"model":"m","messages":[],"\\u006dodel":"m"}', 0.0)
    assert (ports.status, json.loads(ports.body)["error"]["code"]) == (400, "duplicate_key")
    assert ports.settlements == []


def test_the_first_byte_deadline_is_504() -> None:
    exchange, ports = sent(new_floor(model(endpoints=(POD,))), STREAM)
    exchange.tick(119.0)
    assert not ports.status
    exchange.tick(120.5)
    assert (ports.status, json.loads(ports.body)["error"]["code"]) == (504, "upstream_timeout")


def test_silence_in_a_stream_ends_it_and_a_slow_client_is_cut() -> None:
    floor = new_floor(model(endpoints=(POD,)))
    silent, ports = sent(floor, STREAM)
    silent.up_head(200, EVENTS, 1.0)
    silent.up_data(delta("a"), 1.0)
    silent.tick(61.5)
    assert b"upstream_timeout" in ports.body
    slow, ports = sent(floor, STREAM)
    slow.up_head(200, EVENTS, 1.0)
    slow.up_data(delta("a"), 1.0)
    slow.writable(can=False, now=2.0)
    assert ports.paused
    slow.tick(61.5)
    assert ports.settlements == []
    slow.tick(62.5)
    assert ports.was_cut
    assert ports.settlements[0].outcome == "slow_client"


def test_the_oldest_of_each_tenant_goes_first_and_new_calls_queue_behind() -> None:
    activated: list[str] = []
    idle = idle_model(target_requests=1)
    floor = new_floor(idle, activated=activated)
    first, first_ports = sent(floor, now=1.0)
    second, second_ports = sent(floor, now=2.0)
    assert (first.phase, second.phase) == (Phase.HELD, Phase.HELD)
    assert activated == [idle.key, idle.key]
    floor.swap(Snapshot.of([replace(idle, replicas=1, endpoints=(POD,))], TENANTS), 3.0)
    third, third_ports = sent(floor, now=3.5)
    assert [len(ports.sent_up) for ports in (first_ports, second_ports, third_ports)] == [1, 0, 0]
    assert third.phase is Phase.HELD
    first.client_gone(4.0)
    assert [len(ports.sent_up) for ports in (first_ports, second_ports, third_ports)] == [1, 1, 0]


def test_a_model_that_is_gone_is_forgotten_once_idle() -> None:
    entry = model(endpoints=(POD,))
    floor = new_floor(entry)
    exchange, _ = sent(floor)
    floor.swap(Snapshot.of([], TENANTS), 1.0)
    assert floor.demand(1.0)[entry.key]["inflight"] == 1
    exchange.client_gone(2.0)
    floor.swap(Snapshot.of([], TENANTS), 3.0)
    assert floor.demand(3.0) == {}


def test_a_call_whose_pods_keep_dying_is_not_fed_to_new_ones_for_ever() -> None:
    ready = idle_model(replicas=1, endpoints=(POD,))
    floor = new_floor(ready)
    exchange, ports = sent(floor)
    now = 0.0
    for port in range(2, 12):
        if exchange.phase is Phase.DONE:
            break
        ports.connected = False
        exchange.up_error(Fault("reset", "it broke off"), now)
        now += 1
        floor.swap(Snapshot.of([replace(ready, endpoints=(replace(POD, port=port),))], TENANTS), now)
    assert len(ports.sent_up) == 4
    assert (ports.status, json.loads(ports.body)["error"]["code"]) == (502, "upstream_error")
