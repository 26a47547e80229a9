"""Makes one Model true: observe, judge, plan, apply, tell. Level-triggered: every run starts from the whole picture."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from freehold_crds import FailureLocation as Location
from freehold_crds import ModelReason as Reason
from freehold_operator import errors
from freehold_operator.conditions import Condition, transitions, without_times
from freehold_operator.controller import Services
from freehold_operator.desired import Plan
from freehold_operator.kube import apply, owners
from freehold_operator.kube.kinds import MODEL, ObjectKey, Raw, name_of
from freehold_operator.model import failures, providers, status
from freehold_operator.model.events import worth_telling
from freehold_operator.model.failures import Failure
from freehold_operator.model.metrics import ModelMetrics
from freehold_operator.model.observe import CHILDREN, Observer
from freehold_operator.model.observed import Observed, Verdict
from freehold_operator.model.plan import plan, replicas
from freehold_operator.model.policies import judge
from freehold_operator.model.provider_probe import EVERY_SECONDS, ProviderProbe
from freehold_operator.queue import GONE

UNWATCHED_SECONDS = 10.0  # Secrets, ConfigMaps and claims are not watched: looked at again while something is wrong
REFUSED_SECONDS = 5.0  # a quota, a policy, access that is seconds old: no event announces that the next try would pass
STATUS_PAUSE_SECONDS = 1.0  # at most one status write a second and Model


class ModelReconciler:
    """One run per call; remembers only what no object holds: names taken by others, when status was written last."""

    def __init__(
        self,
        services: Services,
        observer: Observer,
        probe: ProviderProbe,
        metrics: ModelMetrics,
        clock: Callable[[], float] = time.monotonic,  # a fake in tests
    ) -> None:
        self._services = services
        self._observer = observer
        self._probe = probe
        self._metrics = metrics
        self._clock = clock
        self._taken: dict[ObjectKey, tuple[str, ...]] = {}
        self._told_at: dict[ObjectKey, float] = {}

    async def reconcile(self, key: ObjectKey) -> float | None:
        """Seconds until the next look, None for the resync, GONE. Raises `errors.OperatorError`."""
        raw = self._services.store.get(MODEL, key.namespace, key.name)
        if raw is None:
            self._forget(key)
            return GONE
        if raw["metadata"].get("deletionTimestamp"):
            return None
        provider = await self._probe.check(key, raw)
        seen = await self._observer.observe(key, raw, taken=self._taken.get(key, ()), provider=provider)
        refusal = await self._act(key, seen)
        seen = self._look_again(key, seen)
        wait = await self._tell(key, seen, _failure(seen) or refusal)
        return _next_look(seen, wait, refused=refusal is not None)

    async def _act(self, key: ObjectKey, seen: Observed) -> Failure | None:
        """Write what the plan wants; answers with the API server's refusal, which is told and tried again."""
        verdict = judge(replace(seen, taken=()))
        wanted = plan(seen, verdict)
        try:
            applied = await self._services.applier.carry_out(wanted)
            await self._scale(key, seen, wanted)
        except (errors.ForbiddenError, errors.InvalidError) as error:
            return _refusal(error)
        self._taken[key] = tuple(f"{body['kind']} {name_of(body)[1]}" for body in applied.foreign)
        return None

    async def _scale(self, key: ObjectKey, seen: Observed, wanted: Plan) -> None:
        if wanted.scale is None:
            return
        version = seen.raw["metadata"]["resourceVersion"]
        try:
            await self._services.api.patch_scale(MODEL, key.name, key.namespace, wanted.scale, version)
        except errors.ConflictError as error:
            raise errors.RetryLater("the Model changed while it was read", after_seconds=1) from error

    def _look_again(self, key: ObjectKey, seen: Observed) -> Observed:
        """The picture after our own writes, so that the status speaks of what is."""
        uid = seen.raw["metadata"]["uid"]
        live = self._services.store.owned(key, CHILDREN)
        children = tuple(body for body in live if owners.is_owned_by(body, uid))
        return replace(seen, children=children, taken=self._taken.get(key, ()))

    async def _tell(self, key: ObjectKey, seen: Observed, failure: Failure | None) -> float | None:
        """Write the status if it differs; answers with seconds to wait when the last write was too recent."""
        verdict = judge(seen)
        state = status.State(seen, verdict, status.counts(seen, _desired(seen, verdict)), failure)
        folded = status.finished(state, status.fold(state), self._services.now())
        previous = seen.previous()
        if without_times(folded) == without_times(previous):
            return None
        pause = self._told_at.get(key, -STATUS_PAUSE_SECONDS) + STATUS_PAUSE_SECONDS - self._clock()
        if pause > 0:
            return pause
        self._told_at[key] = self._clock()
        metadata = {"name": key.name, "namespace": key.namespace, "uid": seen.raw["metadata"]["uid"]}
        body: Raw = {"apiVersion": MODEL.api_version, "kind": MODEL.kind, "metadata": metadata, "status": folded}
        await apply.apply_status(self._services.api, self._services.store, body)
        changed = transitions(previous.get("conditions") or [], status.all_conditions(state))
        self._measure(seen, changed, failure, folded)
        for condition, warning in worth_telling(changed):
            await self._services.events.record(seen.raw, condition, warning=warning)
        return None

    def _measure(self, seen: Observed, changed: Sequence[Condition], failure: Failure | None, folded: Raw) -> None:
        """How long people waited: for a pod after waking, for words after a failure."""
        engine = seen.model.spec.engine
        reasons = {condition.reason for condition in changed}
        if Reason.SERVING in reasons and (woke := folded.get("lastActivationTime")):
            self._metrics.served(engine, (seen.now - datetime.fromisoformat(woke)).total_seconds())
        if failure and failure.time and failure.reason in reasons:
            self._metrics.told(engine, (seen.now - datetime.fromisoformat(failure.time)).total_seconds())

    def _forget(self, key: ObjectKey) -> None:
        self._taken.pop(key, None)
        self._told_at.pop(key, None)
        self._probe.forget(key)


def _desired(seen: Observed, verdict: Verdict) -> int:
    """Pods wanted now: what a refused Model has stays, what a stopped one has goes."""
    if verdict.stops:
        return 0
    if verdict.accepted:
        return replicas(seen)
    live = seen.child("Deployment") or {}
    return int((live.get("spec") or {}).get("replicas") or 0)


def _failure(seen: Observed) -> Failure | None:
    return providers.provider_failure(seen) if seen.is_external else failures.find(seen)


def _refusal(error: errors.ApiError) -> Failure:
    reason = Reason.QUOTA_EXCEEDED if "exceeded quota" in str(error) else Reason.POD_REJECTED
    return Failure("Scheduled", reason, f"the API server refuses an object: {error}", Location.SCHEDULE)


def _next_look(seen: Observed, status_pause: float | None, *, refused: bool) -> float | None:
    """The earliest of everything that no event will announce."""
    waits = [status_pause, None if seen.is_external else failures.due_in(seen), REFUSED_SECONDS if refused else None]
    if any(not (item.found and item.usable and item.has_key) for item in seen.references) or seen.taken:
        waits.append(UNWATCHED_SECONDS)
    if seen.claim and (seen.claim.get("status") or {}).get("phase") != "Bound":
        waits.append(UNWATCHED_SECONDS)
    if seen.provider:
        waits.append(EVERY_SECONDS)
    return min((wait for wait in waits if wait is not None), default=None)
