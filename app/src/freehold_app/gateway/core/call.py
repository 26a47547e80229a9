"""One call as it stands: what the client has been told so far, and how it ends and is settled, exactly once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import IntEnum

from freehold_app.gateway.core import acl, relay
from freehold_app.gateway.core.body import Fields
from freehold_app.gateway.core.catalog import Endpoint, ModelEntry
from freehold_app.gateway.core.errors import Refusal, refusal
from freehold_app.gateway.core.floor import Floor
from freehold_app.gateway.core.head import RequestHead, Route
from freehold_app.gateway.core.ports import Fault, Outcome, Ports, Settlement
from freehold_app.gateway.core.usage import NOTHING, Tokens, estimated, reported

MAX_ATTEMPTS = 3
MAX_HOLDS = 3
"""First hold and two more: a request whose own content kills pods must not kill every new one."""
BACKOFF_SECONDS = 0.025
FIRST_BYTE_STREAM_SECONDS = 120.0
FIRST_BYTE_JSON_SECONDS = 600.0
GAP_SECONDS = 60.0
SLOW_CLIENT_SECONDS = 60.0
TOTAL_SECONDS = 3600.0
SILENT_HOLD_SECONDS = 2.0
HEARTBEAT_SECONDS = 5.0
STREAM_HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
)
JSON_TYPE = (b"content-type", b"application/json")
NO_STORE = (b"cache-control", b"no-store")


class Phase(IntEnum):
    """Where a request stands."""

    HEAD = 0
    AUTH = 1
    BODY = 2
    HELD = 3
    PAUSE = 4
    """Between two attempts."""
    SENT = 5
    RELAY = 6
    DONE = 7


class Call(ABC):
    """One request: its state, its answer and its end. Times are seconds of one steady clock, given with each input."""

    __slots__ = (
        "_attempts",
        "_beat_at",
        "_body",
        "_credential_renewed",
        "_endpoint",
        "_fields",
        "_gap_from",
        "_holds",
        "_injected",
        "_pieces",
        "_ports",
        "_relay",
        "_resume_at",
        "_sent_at",
        "_slow_from",
        "_tried",
        "begun",
        "body_bytes",
        "caller",
        "deadline",
        "error",
        "first_byte_at",
        "floor",
        "held_seconds",
        "held_since",
        "max_body_bytes",
        "model",
        "model_name",
        "overhead_seconds",
        "phase",
        "request",
        "request_id",
        "route",
        "started_at",
        "status",
        "stream",
        "tenant",
        "waited_seconds",
    )  # fmt: skip

    def __init__(self, floor: Floor, ports: Ports, request_id: int, max_body_bytes: int, now: float) -> None:
        self.floor = floor
        self.request_id = request_id
        self.max_body_bytes = max_body_bytes
        self.started_at = now
        self.deadline = now + TOTAL_SECONDS
        """When `tick` has something to do."""
        self.phase = Phase.HEAD
        self.status = 0
        self.error: str | None = None
        self.tenant = ""
        self.model_name = ""
        self.stream = False
        self.body_bytes = 0
        self.held_since = 0.0
        self.held_seconds = 0.0
        self.waited_seconds = 0.0
        """Spent waiting for others; the rest is our own overhead."""
        self.overhead_seconds = 0.0
        """Our own share of the time until the answer's head; the shell, which has a clock, sets it."""
        self.first_byte_at: float | None = None
        self.begun = False
        """The client has an answer's head."""
        self.request: RequestHead | None = None
        self.route: Route | None = None
        self.caller: acl.Caller | None = None
        self.model: ModelEntry | None = None
        self._ports = ports
        self._body = b""
        self._pieces: list[bytes | memoryview] = []
        self._fields: Fields | None = None
        self._injected = False
        self._endpoint: Endpoint | None = None
        self._relay: relay.Relay | None = None
        self._attempts = 0
        self._holds = 0
        self._tried: set[Endpoint] = set()
        self._credential_renewed = False
        self._sent_at = self._gap_from = self._resume_at = self._beat_at = now
        self._slow_from: float | None = None

    @property
    def upstream_waits(self) -> bool:
        """The client has more waiting than it takes, so the upstream is not read."""
        return self._slow_from is not None

    # Answers

    def _begin(self, answer: relay.Relay | None) -> None:
        """Send the head of a streamed answer."""
        self.begun = True
        self.status = 200
        if answer is not None and not answer.events:
            self._ports.begin(200, [answer.content_type, NO_STORE, *self._served()])
        else:
            self._ports.begin(200, [*STREAM_HEADERS, *self._served()])

    def _served(self) -> list[tuple[bytes, bytes]]:
        if not self.held_seconds:
            return []
        return [(b"x-freehold-held-ms", str(int(self.held_seconds * 1000)).encode())]

    def _pass_on(self, answer: relay.Relay, out: bytes, now: float) -> None:
        if not self.begun:
            self._begin(answer)
        elif not answer.events and self._beats():
            return self._broken(Fault("malformed", "it answered a stream with JSON"), now)
        if self.first_byte_at is None:
            self.first_byte_at = now
        return self._ports.send(out)

    def _broken(self, fault: Fault, now: float) -> None:
        """The answer broke off after its head."""
        assert self.model is not None
        if self._endpoint is not None:
            self.floor.balancer.state(self._endpoint, now).broke(now, self.floor.random)
        self._fail(refusal("upstream_error", m=self.model.name, why=fault.why), now)

    def _beats(self) -> bool:
        """The client's head is already that of an event stream."""
        return self.begun and self.first_byte_at is None and self._holds > 0

    def _whole(self, answer: relay.JsonRelay, content: bytes, now: float) -> None:
        """A short JSON answer goes out in one piece, with its length."""
        self.waited_seconds += now - self._gap_from if now > self._gap_from else 0.0
        self.first_byte_at = now
        self._send_whole(200, [answer.content_type, NO_STORE, *self._served()], content)
        self._complete("ok", self._seen(Phase.RELAY), now)

    def _send_whole(self, status: int, headers: list[tuple[bytes, bytes]], content: bytes) -> None:
        self.begun = True
        self.status = status
        self._ports.answer(status, headers, content)

    def _refuse(self, why: Refusal) -> None:
        """Answer before admission: counted, not billed."""
        self.error = why.code
        self._send_whole(why.status, [JSON_TYPE, NO_STORE, *why.headers()], why.content())
        self.phase = Phase.DONE
        self._ports.closed()

    def _fail(self, why: Refusal, now: float) -> None:
        """End an admitted request with an error, in whatever shape the client can still take."""
        if self.phase is Phase.DONE:
            return None
        if self.model is None:
            return self._refuse(why)
        seen = self._seen(self._leave(now))
        self.error = why.code
        if not self.begun:
            self._send_whole(why.status, [JSON_TYPE, NO_STORE, *why.headers()], why.content())
        elif self._relay is None or self._relay.events or self._beats():
            self._ports.send(why.event())
            self._ports.finish()
        else:
            self._ports.cut()
        return self._complete("error", seen, now)

    # Waiting and trying again

    @abstractmethod
    def released(self, now: float) -> None:
        """A held call may go: there is an endpoint with a free slot."""

    @abstractmethod
    def refuse_held(self, why: Refusal, now: float) -> None:
        """A held call will not be answered."""

    def _note_hold(self, now: float) -> None:
        self.held_seconds += now - self._gap_from
        self.waited_seconds += now - self._gap_from
        self._tried.clear()
        self._attempts = 0

    def _others(self, now: float) -> bool:
        """Whether a retry makes sense: a pod that just refused will refuse again, a static address may come back."""
        assert self.model is not None
        return not self.model.managed or len(self.floor.state(self.model.key, now).usable(self.model, now)) > 1

    def _may_retry(self, now: float) -> bool:
        return self._attempts < MAX_ATTEMPTS and not self._has_text() and self.floor.retries.take(now)

    # Ends

    def _leave(self, now: float) -> Phase:
        """Let go of queue and upstream; returns the phase that was left."""
        was = self.phase
        if was is Phase.HELD and self.model is not None:
            self.held_seconds += now - self._gap_from
            self.floor.leave(self, self.model.key, now)
        if was in {Phase.SENT, Phase.RELAY}:
            self._drop_upstream(now, connected=True)
        self.phase = Phase.PAUSE
        return was

    def _drop_upstream(self, now: float, *, connected: bool) -> None:
        """Give back the endpoint's and the Model's slot; `connected`: its answer is not over and is cut."""
        if self._endpoint is None or self.model is None:
            return
        if connected:
            self._ports.abort_up()
        self.floor.balancer.state(self._endpoint, now).ended()
        self.floor.state(self.model.key, now).load.change(now, inflight=-1)
        self._endpoint = None

    def _has_text(self) -> bool:
        return self.first_byte_at is not None

    def _seen(self, phase: Phase) -> Tokens:
        """What to charge for a request that ends in `phase`."""
        if self.model is None or phase not in {Phase.SENT, Phase.RELAY} or isinstance(self._relay, relay.ErrorRelay):
            return NOTHING
        factor = self.floor.state(self.model.key, self._sent_at).factor
        usage = self._relay.usage() if self._relay is not None else None
        tokens = reported(usage) if usage is not None else None
        if tokens is not None:
            factor.learn(self.body_bytes, tokens.prompt)
            return tokens
        return estimated(factor, self.body_bytes, self._relay.completion() if self._relay is not None else 0)

    def _complete(self, outcome: Outcome, tokens: Tokens, now: float) -> None:
        """Settle, once; then the next call may have the slot."""
        assert self.model is not None
        self.phase = Phase.DONE
        self._ports.settle(Settlement(outcome, tokens, max(1, self._attempts), now))
        self._ports.closed()
        self.floor.freed(self.model.key, now)

    # Time

    def _plan_tick(self) -> None:
        if self.phase is Phase.HELD and self.stream and self._wants_beats():
            at = min(self._beat_at, self._resume_at)
        elif self.phase is Phase.RELAY:
            at = (
                (self._slow_from + SLOW_CLIENT_SECONDS) if self._slow_from is not None else self._gap_from + GAP_SECONDS
            )
        else:
            at = self._resume_at
        self.deadline = min(at, self.started_at + TOTAL_SECONDS)

    def _wants_beats(self) -> bool:
        return self.request is not None and self.request.headers.get(b"x-freehold-heartbeat") != b"off"
