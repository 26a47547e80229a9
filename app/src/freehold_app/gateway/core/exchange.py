"""One request from its head to its last byte, as a state machine without I/O.

    HEAD -> AUTH -> BODY -> (HELD ->) SENT -> RELAY -> DONE
                              ^________/      a pod that goes before its first byte puts the call back

Inputs are plain method calls (`head`, `principal`, `body`, `up_head`, `up_data`, `up_end`, `up_error`, `client_gone`,
`writable`, `tick`, `expire`) and may come in any order: one that does not fit the phase is ignored. Outputs are calls
on `Ports`. Whatever happens, an admitted request is settled exactly once, and no byte follows the end of an answer.
"""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from freehold_app.gateway.core import acl, answers, relay
from freehold_app.gateway.core.body import Edit, Fields, ask_for_usage, rename_model, scan, splice, top_level
from freehold_app.gateway.core.call import (
    BACKOFF_SECONDS,
    FIRST_BYTE_JSON_SECONDS,
    FIRST_BYTE_STREAM_SECONDS,
    GAP_SECONDS,
    HEARTBEAT_SECONDS,
    JSON_TYPE,
    MAX_HOLDS,
    NO_STORE,
    SILENT_HOLD_SECONDS,
    SLOW_CLIENT_SECONDS,
    TOTAL_SECONDS,
    Call,
    Phase,
)
from freehold_app.gateway.core.catalog import Endpoint, ModelEntry, describe
from freehold_app.gateway.core.errors import Refusal, RefusedError, refusal
from freehold_app.gateway.core.floor import loading
from freehold_app.gateway.core.head import MODELS_PATH, RequestHead, check_content, check_size, find_route
from freehold_app.gateway.core.ports import Fault


class Exchange(Call):
    """One request, driven by its inputs."""

    __slots__ = ()

    # Inputs of the client's side

    def head(self, request: RequestHead) -> None:
        """The request's head is read."""
        if self.phase is not Phase.HEAD:
            return None
        self.request = request
        if self.floor.draining:
            return self._refuse(refusal("shutting_down", retry_after_ms=1000))
        found = check_size(request) or find_route(request)
        if isinstance(found, Refusal):
            return self._refuse(found)
        self.route = found
        self.phase = Phase.AUTH
        return None

    def principal(self, caller: acl.Caller | Refusal) -> None:
        """Who calls, or why nobody may."""
        if self.phase is not Phase.AUTH:
            return None
        if isinstance(caller, Refusal):
            return self._refuse(caller)
        self.caller = caller
        self.tenant = caller.tenant
        name = self.route.path if self.route is not None else MODELS_PATH
        why = acl.check_caller(caller, name, self.floor.snapshot)
        if why is None and self.route is not None and self.request is not None:
            why = check_content(self.request, self.max_body_bytes)
        if why is not None:
            return self._refuse(why)
        self.phase = Phase.BODY
        if self.route is None:
            self._answer_catalog()
        return None

    def body(self, data: bytes, now: float) -> None:
        """The whole body is read."""
        if self.phase is not Phase.BODY or self.route is None or self.caller is None:
            return
        self._body = data
        self.body_bytes = len(data)
        try:
            self._fields = fields = scan(data, self.route)
            self._admit(fields, now)
        except RefusedError as error:
            self._refuse(error.refusal)

    def body_refused(self, why: Refusal) -> None:
        """The body is too large or too slow."""
        if self.phase is Phase.BODY:
            self._refuse(why)

    def client_gone(self, now: float) -> None:
        """The client has closed its connection."""
        if self.phase is Phase.DONE:
            return None
        self.status = 499
        was = self._leave(now)
        if self.model is not None:
            return self._complete("cancelled", self._seen(was), now)
        self.phase = Phase.DONE
        return self._ports.closed()

    def writable(self, can: bool, now: float) -> None:
        """The client takes more bytes, or has 64 KB waiting."""
        if self.phase is not Phase.RELAY:
            return
        if can:
            if self._slow_from is not None:
                self._slow_from = None
                self._gap_from = now
                self._ports.resume_up()
        elif self._slow_from is None:
            self._slow_from = now
            self._ports.pause_up()
        self._plan_tick()

    # Inputs of the upstream's side

    def up_head(self, status: int, headers: Mapping[bytes, bytes], now: float) -> None:
        """The upstream's status and headers are read."""
        if self.phase is not Phase.SENT or self.model is None or self._endpoint is None:
            return
        self.waited_seconds += now - self._sent_at
        if status in answers.OWN_RETRY:
            self.floor.balancer.state(self._endpoint, now).broke(now, self.floor.random)
        else:
            first_byte_ms = (now - self._sent_at) * 1000
            self.floor.balancer.state(self._endpoint, now).succeeded(first_byte_ms, now)
        if self._tries_again(status, now):
            return
        self.phase = Phase.RELAY
        self._gap_from = now
        self._relay = relay.choose(status, headers, injected=self._injected)
        self._plan_tick()

    def up_data(self, data: bytes, now: float) -> None:
        """Bytes of the upstream's body."""
        if self.phase is not Phase.RELAY or self._relay is None:
            return None
        self._gap_from = now
        try:
            out = self._relay.feed(data)
        except relay.StreamFormatError:
            return self._broken(Fault("malformed", "an event of its stream has no end"), now)
        if out:
            self._pass_on(self._relay, out, now)
        return None

    def up_end(self, now: float) -> None:
        """The upstream's answer is complete."""
        if self.phase is not Phase.RELAY or self._relay is None or self.model is None or self.route is None:
            return None
        answer = self._relay
        if isinstance(answer, relay.ErrorRelay):
            self._drop_upstream(now, connected=False)
            why = answers.upstream_refusal(self.model, self.route, answer.status, answer.headers, answer.content())
            return self._fail(why, now)
        rest = answer.rest()
        self._drop_upstream(now, connected=False)
        if isinstance(answer, relay.JsonRelay) and not self.begun:
            return self._whole(answer, rest, now)
        if rest:
            self._pass_on(answer, rest, now)
        if not self.begun:
            self._begin(answer)
        self._ports.finish()
        return self._complete("ok", self._seen(Phase.RELAY), now)

    def up_error(self, fault: Fault, now: float) -> None:
        """The upstream cannot be reached, broke off, or answered nonsense."""
        if self.phase is Phase.SENT:
            self._unanswered(fault, now)
        elif self.phase is Phase.RELAY:
            self._broken(fault, now)

    # Inputs of time

    def tick(self, now: float) -> None:
        """`deadline` has come."""
        if now < self.deadline or self.phase is Phase.DONE:
            return
        if now >= self.started_at + TOTAL_SECONDS:
            self._fail(refusal("upstream_timeout", n=int(TOTAL_SECONDS)), now)
        elif self.phase is Phase.HELD:
            self._tick_held(now)
        elif self.phase is Phase.PAUSE:
            self._route(now)
        elif self.phase is Phase.SENT:
            self._tick_sent(now)
        elif self.phase is Phase.RELAY:
            self._tick_relay(now)

    def expire(self, now: float) -> None:
        """The time to drain is over."""
        self._fail(refusal("shutting_down", retry_after_ms=1000), now)

    def crash(self, now: float) -> None:
        """The gateway itself failed."""
        self._fail(refusal("internal_error", request_id=f"req_{self.request_id:032x}"), now)

    # The floor's side

    def released(self, now: float) -> None:
        if self.phase is Phase.HELD:
            self._note_hold(now)
            self._route(now)

    def refuse_held(self, why: Refusal, now: float) -> None:
        if self.phase is Phase.HELD:
            self._note_hold(now)
            self.phase = Phase.PAUSE
            self._fail(why, now)

    # Steps

    def _answer_catalog(self) -> None:
        caller, request = self.caller, self.request
        if caller is None or request is None:
            return None
        shown = acl.visible_models(caller, self.floor.snapshot)
        name = request.path.removeprefix(MODELS_PATH).removeprefix("/")
        if not name:
            content = orjson.dumps({"object": "list", "data": [describe(model) for model in shown]})
        else:
            match = next((model for model in shown if model.name == name), None)
            if match is None:
                return self._refuse(refusal("model_not_found", param="model", m=name[:128]))
            content = orjson.dumps(describe(match))
        self._send_whole(200, [JSON_TYPE, NO_STORE], content)
        self.phase = Phase.DONE
        return self._ports.closed()

    def _admit(self, fields: Fields, now: float) -> None:
        """Step 5 and on: from here the request is admitted and will be settled."""
        assert self.caller is not None
        assert self.route is not None
        self.model_name = fields.model
        model = acl.find_model(self.caller, fields.model, self.floor.snapshot)
        if isinstance(model, Refusal):
            return self._refuse(model)
        why = answers.check_fields(model, self.route, fields)
        if why is not None:
            return self._refuse(why)
        self.stream = bool(fields.stream) and self.route.may_stream
        self._pieces = self._edited(model, fields)
        self.model = model
        self.floor.retries.note(now)
        return self._route(now)

    def _edited(self, model: ModelEntry, fields: Fields) -> list[bytes | memoryview]:
        """The original bytes, with the few values changed that must be."""
        edits: list[Edit] = []
        spans = None
        if model.external or model.upstream_model not in {"", fields.model}:
            spans = top_level(self._body)
            edits.append(rename_model(spans, model.upstream_model or fields.model))
        if self.stream:
            edit = ask_for_usage(self._body, fields, spans)
            if edit is not None:
                edits.append(edit)
                self._injected = True
        return splice(self._body, edits) if edits else [self._body]

    def _route(self, now: float) -> None:
        """Pick an endpoint, or wait for one."""
        assert self.model is not None
        model = self.floor.snapshot.by_key.get(self.model.key)
        if model is None:
            return self._fail(refusal("model_not_found", param="model", m=self.model_name[:128]), now)
        self.model = model
        state = self.floor.state(model.key, now)
        if len(state.queue) and self._holds == 0:
            return self._hold(now)  # those who wait go first
        endpoint = self.floor.balancer.pick(state.usable(model, now), now, self._tried)
        if endpoint is None:
            return self._hold(now)
        return self._send(endpoint, now)

    def _send(self, endpoint: Endpoint, now: float) -> None:
        assert self.model is not None
        assert self.route is not None
        self.phase = Phase.SENT
        self._endpoint = endpoint
        self._attempts += 1
        self._tried.add(endpoint)
        self._sent_at = now
        limit = FIRST_BYTE_STREAM_SECONDS if self.stream else FIRST_BYTE_JSON_SECONDS
        self._resume_at = now + (self.model.first_byte_seconds or limit)
        self._plan_tick()
        self.floor.state(self.model.key, now).load.change(now, inflight=1)
        self.floor.balancer.state(endpoint, now).started()
        self._ports.send_up(endpoint, self.model, self.route.upstream_path, self._pieces)

    def _hold(self, now: float) -> None:
        assert self.model is not None
        if not self.model.managed or self._holds >= MAX_HOLDS:
            return self._fail(refusal("upstream_error", m=self.model.name, why="no endpoint answers"), now)
        if self.held_since == 0.0:
            self.held_since = now
        why = self.floor.hold(self, self.model, now, again=self._holds > 0)
        if why is not None:
            return self._fail(why, now)
        self._holds += 1
        self.phase = Phase.HELD
        self._gap_from = now
        self._resume_at = self.held_since + self.model.activation.hold_timeout_seconds
        self._beat_at = now + (SILENT_HOLD_SECONDS if not self.begun else HEARTBEAT_SECONDS)
        return self._plan_tick()

    def _tries_again(self, status: int, now: float) -> bool:
        """Whether this status leads to another attempt; then the present one is dropped."""
        assert self.model is not None
        if status == 401 and not self._credential_renewed and self.model.secret is not None:
            self._credential_renewed = True
            self._ports.renew_credential(self.model)
            self._drop_upstream(now, connected=True)
            self._route(now)
            return True
        if answers.may_retry_status(self.model, status) and self._may_retry(now):
            self._pause(now)
            return True
        return False

    def _pause(self, now: float) -> None:
        """Wait a moment before the next attempt."""
        self._drop_upstream(now, connected=True)
        self.phase = Phase.PAUSE
        wait = BACKOFF_SECONDS * 2 ** (self._attempts - 1) * (0.5 + self.floor.random())
        self._resume_at = now + wait
        self.waited_seconds += wait
        self._plan_tick()
        self._ports.wake_after(wait)

    def _unanswered(self, fault: Fault, now: float) -> None:
        """No response head came: retry elsewhere, wait for a new pod, or fail."""
        assert self.model is not None
        assert self._endpoint is not None
        self.waited_seconds += now - self._sent_at
        if fault.kind == "credential":
            self._drop_upstream(now, connected=False)
            return self._fail(refusal("upstream_error", m=self.model.name, why=fault.why), now)
        self.floor.balancer.state(self._endpoint, now).broke(now, self.floor.random)
        own = not self.model.external
        if (fault.kind == "connect" or (own and fault.kind == "reset")) and self._others(now) and self._may_retry(now):
            return self._pause(now)
        endpoint = self._endpoint
        self._drop_upstream(now, connected=False)
        if self.model.managed and fault.kind in {"connect", "reset"} and not self._has_text():
            self.floor.suspect(self.model.key, endpoint, now)
            return self._hold(now)
        return self._fail(refusal("upstream_error", m=self.model.name, why=fault.why), now)

    # Time

    def _tick_held(self, now: float) -> None:
        assert self.model is not None
        model = self.floor.snapshot.by_key.get(self.model.key, self.model)
        if now >= self._resume_at:
            return self._fail(loading(model), now)
        why = self.floor.hopeless(model, now)
        if why is not None:
            return self._fail(why, now)
        if now >= self._beat_at and self.stream and self._wants_beats():
            if not self.begun:
                self._begin(None)
            self._ports.send(answers.heartbeat(model))
            self._beat_at = now + HEARTBEAT_SECONDS
        return self._plan_tick()

    def _tick_sent(self, now: float) -> None:
        if now < self._resume_at:
            return
        if self._endpoint is not None:
            self.floor.balancer.state(self._endpoint, now).broke(now, self.floor.random)
        self._fail(refusal("upstream_timeout", n=int(self._resume_at - self._sent_at)), now)

    def _tick_relay(self, now: float) -> None:
        if self._slow_from is not None and now >= self._slow_from + SLOW_CLIENT_SECONDS:
            seen = self._seen(self._leave(now))
            self._ports.cut()
            self._complete("slow_client", seen, now)
        elif self._slow_from is None and now >= self._gap_from + GAP_SECONDS:
            self._fail(refusal("upstream_timeout", n=int(GAP_SECONDS)), now)
        else:
            self._plan_tick()
