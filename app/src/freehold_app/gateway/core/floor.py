"""All calls of this process, Model by Model: who is in flight, who waits, who may go next.

One `Exchange` knows its own call only; what one call's end means for another (a free slot, an activation, a change of
the catalogue) is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from freehold_app.gateway.core.catalog import FIXED_MODE, Endpoint, ModelEntry, Readiness, Snapshot
from freehold_app.gateway.core.demand import ModelLoad
from freehold_app.gateway.core.errors import Refusal, refusal
from freehold_app.gateway.core.holding import MAX_HELD_BYTES, HoldQueue
from freehold_app.gateway.core.routing import LeastLoad, Random, RetryBudget
from freehold_app.gateway.core.usage import PromptFactor

SUSPECT_SECONDS = 1.0
"""A pod that refused a call stays out this long, unless the watch removes it first; a new pod is another address."""


class WaitingCall(Protocol):
    """A held call, as the floor drives it."""

    tenant: str
    held_since: float
    body_bytes: int

    def released(self, now: float) -> None:
        """There is an endpoint with a free slot."""

    def refuse_held(self, why: Refusal, now: float) -> None:
        """It will not be answered."""


@dataclass(slots=True)
class ModelState:
    """What this process knows of one Model beyond the catalogue."""

    load: ModelLoad
    queue: HoldQueue[WaitingCall] = field(default_factory=HoldQueue)
    factor: PromptFactor = field(default_factory=PromptFactor)
    suspects: dict[Endpoint, float] = field(default_factory=dict)

    @property
    def idle(self) -> bool:
        """No call is in flight or held."""
        return not self.load.inflight and not len(self.queue)

    def usable(self, model: ModelEntry, now: float) -> tuple[Endpoint, ...]:
        """The Model's endpoints without those that just refused a call."""
        if not self.suspects:
            return model.endpoints
        self.suspects = {
            endpoint: until for endpoint, until in self.suspects.items() if now < until and endpoint in model.endpoints
        }
        return tuple(endpoint for endpoint in model.endpoints if endpoint not in self.suspects)


class Floor:
    """The state that all exchanges share. One thread, no locks: each method runs to its end."""

    def __init__(
        self,
        random: Random,
        activate: Callable[[str], None],
        wall_offset: float = 0.0,
        unschedulable_grace_seconds: float = 60.0,
    ) -> None:
        """`activate` is told the key of a Model at zero that has waiting calls. `wall_offset`: Unix time - `now`."""
        self.snapshot = Snapshot()
        self.balancer = LeastLoad(random)
        self.retries = RetryBudget()
        self.random = random
        self.replicas = 1
        """Gateway processes that share `maxHeld`."""
        self.held_bytes = 0
        self.draining = False
        self._activate = activate
        self._wall_offset = wall_offset
        self._grace = unschedulable_grace_seconds
        self._states: dict[str, ModelState] = {}

    def state(self, key: str, now: float) -> ModelState:
        """One Model's state, made at first sight."""
        found = self._states.get(key)
        if found is None:
            found = self._states[key] = ModelState(ModelLoad(now))
        return found

    def states(self) -> Iterator[tuple[str, ModelState]]:
        """All Models that were ever called here."""
        return iter(self._states.items())

    def swap(self, snapshot: Snapshot, now: float) -> None:
        """Take a new catalogue; waiting calls go on, or learn why not."""
        self.snapshot = snapshot
        self.sweep(now)
        for key in [key for key, state in self._states.items() if key not in snapshot.by_key and state.idle]:
            del self._states[key]
        self.balancer.forget({endpoint for model in snapshot.by_key.values() for endpoint in model.endpoints})

    def review(self, key: str, now: float) -> None:
        """Look at one Model's waiting calls again."""
        state, model = self.state(key, now), self.snapshot.by_key.get(key)
        if model is None:
            return self._refuse_all(state, refusal("model_not_found", param="model", m=key.partition("/")[2]), now)
        if state.usable(model, now):
            return self._release(state, model, now)
        why = self.hopeless(model, now)
        if why is not None:
            return self._refuse_all(state, why, now)
        if len(state.queue) and model.can_activate:
            self._activate(key)
        return None

    def sweep(self, now: float) -> None:
        """Look at all waiting calls; for what no event announces, such as the end of a suspicion."""
        for key, state in list(self._states.items()):
            if len(state.queue):
                self.review(key, now)

    def hopeless(self, model: ModelEntry, now: float) -> Refusal | None:
        """Why waiting for an endpoint makes no sense, if it makes none."""
        if model.readiness is Readiness.SUSPENDED:
            return refusal("model_suspended", m=model.name)
        if model.readiness is Readiness.FAILED or (model.mode == FIXED_MODE and model.replicas == 0):
            return refusal("model_unavailable", retry_after_ms=_retry_ms(model), m=model.name, why=_plainly(model))
        if model.readiness is Readiness.UNSCHEDULED and now + self._wall_offset - model.changed_at > self._grace:
            return refusal("model_unavailable", retry_after_ms=_retry_ms(model), m=model.name, why=_plainly(model))
        return None

    def hold(self, call: WaitingCall, model: ModelEntry, now: float, *, again: bool = False) -> Refusal | None:
        """Queue a call until there is an endpoint, or say why not."""
        if self.draining:
            return refusal("shutting_down", retry_after_ms=1000)
        why = self.hopeless(model, now)
        if why is not None:
            return why
        state = self.state(model.key, now)
        cap = -(-model.activation.max_held // max(1, self.replicas))
        if not again and (len(state.queue) >= cap or self.held_bytes + call.body_bytes > MAX_HELD_BYTES):
            return loading(model)
        state.queue.push(call, first=again)
        self.held_bytes += call.body_bytes
        state.load.change(now, held=1)
        if model.can_activate:
            self._activate(model.key)
        return None

    def leave(self, call: WaitingCall, key: str, now: float) -> None:
        """A waiting call gave up."""
        state = self.state(key, now)
        if state.queue.remove(call):
            self._unheld(state, call, now)

    def suspect(self, key: str, endpoint: Endpoint, now: float) -> None:
        """A pod refused a call or dropped it: likely it is going, though the watch has not said so yet."""
        self.state(key, now).suspects[endpoint] = now + SUSPECT_SECONDS

    def freed(self, key: str, now: float) -> None:
        """A call in flight has ended: perhaps the next may go."""
        if len(self.state(key, now).queue):
            self.review(key, now)

    def refuse_held(self, why: Refusal, now: float) -> None:
        """Every waiting call gets the same answer: the process is going down."""
        for state in self._states.values():
            self._refuse_all(state, why, now)

    def refuse_model(self, key: str, why: Refusal, now: float) -> None:
        """One Model's waiting calls get the same answer: its activation failed for good."""
        self._refuse_all(self.state(key, now), why, now)

    def demand(self, now: float) -> dict[str, dict[str, float | int]]:
        """Per Model what the autoscaler reads."""
        return {key: _figures(state, now) for key, state in self._states.items()}

    def waiting(self, key: str) -> int:
        """How many calls wait for a Model."""
        state = self._states.get(key)
        return len(state.queue) if state else 0

    def _release(self, state: ModelState, model: ModelEntry, now: float) -> None:
        """Let calls go up to `targetRequests` per ready endpoint; the rest as slots free."""
        slots = model.target_requests * len(state.usable(model, now))
        while len(state.queue) and state.load.inflight < slots:
            call = state.queue.pop()
            self._unheld(state, call, now)
            call.released(now)

    def _refuse_all(self, state: ModelState, why: Refusal, now: float) -> None:
        while len(state.queue):
            call = state.queue.pop()
            self._unheld(state, call, now)
            call.refuse_held(why, now)

    def _unheld(self, state: ModelState, call: WaitingCall, now: float) -> None:
        self.held_bytes -= call.body_bytes
        state.load.change(now, held=-1)


def loading(model: ModelEntry) -> Refusal:
    """The answer to a call that cannot wait (any longer)."""
    return refusal("model_loading", retry_after_ms=_retry_ms(model), m=model.name, phase=model.phase)


def _retry_ms(model: ModelEntry) -> int:
    """When another try makes sense: the fetch's own estimate where there is one."""
    seconds = model.eta_seconds if model.eta_seconds is not None else model.activation.retry_after_seconds
    return max(1000, int(seconds * 1000))


def _plainly(model: ModelEntry) -> str:
    """The Model's own words on its state, bounded; they are the tenant's own."""
    return (model.message or model.reason or model.phase)[:300].rstrip(".")


def _figures(state: ModelState, now: float) -> dict[str, float | int]:
    oldest = state.queue.oldest()
    return {
        "inflight": state.load.inflight,
        "held": len(state.queue),
        "oldestHeldSeconds": round(now - oldest, 3) if oldest is not None else 0.0,
        "busySeconds": round(state.load.settle(now), 6),
    }
