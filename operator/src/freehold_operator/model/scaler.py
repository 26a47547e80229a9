"""Scales Models in mode Requests by what callers want: every few seconds, from all gateways at once."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from freehold_crds import ModelReason as Reason
from freehold_crds import ModelSpec, ScalingMode
from freehold_operator import errors, quantities
from freehold_operator.kube.api import KubeApi
from freehold_operator.kube.kinds import DEPLOYMENT, MODEL, RESOURCE_QUOTA, ObjectKey, Raw, name_of
from freehold_operator.kube.store import Store
from freehold_operator.model import autoscaling, facts
from freehold_operator.model.autoscaling import Bounds, Decision, Gateways, Growth, History, Window
from freehold_operator.model.demand import DemandReader, Reading
from freehold_operator.model.names import child_name
from freehold_operator.model.observed import ScalingView
from freehold_operator.model.typed import ModelReader

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Track:
    """What is remembered about one Model between two rounds."""

    window: Window
    history: History
    view: ScalingView | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One Model to decide about in this round."""

    key: ObjectKey
    raw: Raw
    spec: ModelSpec
    current: int
    deployment: Raw

    @property
    def ready(self) -> int:
        """Ready pods, from the Deployment's status."""
        return int((self.deployment.get("status") or {}).get("readyReplicas") or 0)


class Scaler:
    """The loop around the arithmetic: it reads demand, decides, and writes `models/scale`."""

    def __init__(
        self,
        api: KubeApi,
        store: Store,
        reader: DemandReader,
        models: ModelReader,
        clock: Callable[[], float],
        gone_after_seconds: float,
    ) -> None:
        self._api = api
        self._store = store
        self._reader = reader
        self._models = models
        self._clock = clock
        self._gone_after = gone_after_seconds
        self._tracks: dict[ObjectKey, Track] = {}
        self._answered_at: dict[str, float] = {}
        self._last_ready_gateway = clock()
        self.decisions: dict[str, int] = {"up": 0, "down": 0}

    def view(self, key: ObjectKey) -> ScalingView | None:
        """What the Autoscaling condition says about a Model; None before the first round."""
        track = self._tracks.get(key)
        return track.view if track else None

    def ages(self) -> Mapping[str, float]:
        """Seconds since each gateway replica last answered."""
        now = self._clock()
        return {replica: now - at for replica, at in self._answered_at.items()}

    async def run(self, interval_seconds: float, enqueue: Callable[[ObjectKey], None]) -> None:
        """One round after the other until cancelled; a round that fails changes nothing."""
        while True:
            await asyncio.sleep(interval_seconds)
            try:
                for key in await self.round():
                    enqueue(key)
            except errors.ApiError as error:
                log.warning("no scaling this round", extra={"reason": str(error)})

    async def round(self) -> list[ObjectKey]:
        """Read, decide, write; returns the Models whose condition must be written anew."""
        candidates = self._candidates()
        if not candidates:
            self._tracks.clear()
            return []
        reading = await self._reader.read()
        gateways = self._gateways(reading)
        self._remember(candidates, reading)
        decisions = {candidate.key: self._decide(candidate, gateways) for candidate in candidates}
        limited = self._within_quota(candidates, decisions)
        changed = []
        for candidate in candidates:
            await self._write(candidate, limited[candidate.key])
            if self._tell(candidate.key, limited[candidate.key]):
                changed.append(candidate.key)
        return changed

    def _candidates(self) -> list[Candidate]:
        found = []
        for raw in self._store.all(MODEL):
            namespace, name = name_of(raw)
            deployment = self._store.get(DEPLOYMENT, namespace, child_name(name))
            spec = self._models.spec(raw)
            if spec and deployment and _is_scaled(raw, spec):
                found.append(Candidate(ObjectKey("Model", namespace, name), raw, spec, spec.replicas or 0, deployment))
        return found

    def _gateways(self, reading: Reading) -> Gateways:
        now = self._clock()
        for replica in self._answered_at.keys() - reading.reports.keys():
            del self._answered_at[replica]
        for replica, report in reading.reports.items():
            if report:
                self._answered_at[replica] = report.at
        if reading.reports:
            self._last_ready_gateway = now
        ages = [now - self._answered_at.get(replica, -1e9) for replica in reading.reports]
        return Gateways(
            all_answered=all(reading.reports.values()) and bool(reading.reports),
            all_fresh=bool(ages) and max(ages) <= autoscaling.SILENT_SECONDS,
            any_fresh=bool(ages) and min(ages) <= autoscaling.SILENT_SECONDS,
            gone=now - self._last_ready_gateway >= self._gone_after,
        )

    def _remember(self, candidates: list[Candidate], reading: Reading) -> None:
        now = self._clock()
        keys = {candidate.key for candidate in candidates}
        for key in self._tracks.keys() - keys:
            del self._tracks[key]
        for key in keys:
            track = self._tracks.setdefault(key, Track(Window(), History(started_at=now)))
            track.window.keep(list(reading.reports))
            for replica, report in reading.reports.items():
                if report is None:
                    continue
                sample = report.models.get(f"{key.namespace}/{key.name}")
                if sample:
                    track.window.add(replica, sample)
                else:
                    track.window.idle(replica, report.epoch, report.at)

    def _decide(self, candidate: Candidate, gateways: Gateways) -> Decision:
        track, now = self._tracks[candidate.key], self._clock()
        spec = candidate.spec
        bounds = Bounds(
            target=spec.target_requests or facts.ENGINES[spec.engine].target_requests,
            least=spec.min_replicas,
            most=spec.max_replicas,
            delay_seconds=spec.scale_down_delay_seconds,
        )
        return autoscaling.decide(
            track.window.demand(now),
            bounds,
            track.history,
            gateways,
            current=candidate.current,
            ready=candidate.ready,
            now=now,
        )

    def _within_quota(
        self, candidates: list[Candidate], decisions: Mapping[ObjectKey, Decision]
    ) -> dict[ObjectKey, Decision]:
        growing = defaultdict(list)
        for candidate in candidates:
            if decisions[candidate.key].want > candidate.current:
                growing[candidate.key.namespace].append(candidate)
        limited = dict(decisions)
        for namespace, group in growing.items():
            rest = quota_rest(self._store.in_namespace(RESOURCE_QUOTA, namespace))
            if rest:
                limited |= self._shared(group, decisions, rest)
        return limited

    def _shared(
        self, group: list[Candidate], decisions: Mapping[ObjectKey, Decision], rest: Mapping[str, float]
    ) -> dict[ObjectKey, Decision]:
        now = self._clock()
        growths = [
            Growth(
                key=candidate.key.name,
                current=candidate.current,
                want=decisions[candidate.key].want,
                waiting_seconds=self._tracks[candidate.key].window.demand(now).oldest_held_seconds,
                request=pod_request(candidate.deployment),
            )
            for candidate in group
        ]
        granted = autoscaling.share_quota(growths, rest)
        return {
            candidate.key: _cut(decisions[candidate.key], granted[candidate.key.name])
            for candidate in group
            if granted[candidate.key.name] < decisions[candidate.key].want
        }

    async def _write(self, candidate: Candidate, decision: Decision) -> None:
        if decision.want == candidate.current:
            return
        key, version = candidate.key, candidate.raw["metadata"]["resourceVersion"]
        try:
            await self._api.patch_scale(MODEL, key.name, key.namespace, decision.want, version)
        except (errors.ConflictError, errors.NotFoundError):
            return  # it changed meanwhile; the next round decides anew
        self.decisions["up" if decision.want > candidate.current else "down"] += 1

    def _tell(self, key: ObjectKey, decision: Decision) -> bool:
        """True when the condition's reason moved; its sentence alone is not worth a write."""
        track = self._tracks[key]
        if track.view and track.view.reason == decision.reason:
            return False
        track.view = ScalingView(decision.reason, decision.message)
        return True


def quota_rest(quotas: list[Raw]) -> dict[str, float]:
    """What is left under all ResourceQuotas of a namespace, by resource, the smallest counts."""
    rest: dict[str, float] = {}
    for quota in quotas:
        status = quota.get("status") or {}
        for name, hard in (status.get("hard") or {}).items():
            limit = quantities.quantity(hard)
            used = quantities.quantity((status.get("used") or {}).get(name, "0"))
            if limit is not None and used is not None:
                rest[name] = min(rest.get(name, float("inf")), float(limit - used))
    return rest


def pod_request(deployment: Raw) -> dict[str, float]:
    """What one pod of a Deployment takes from a quota, under the quota's own names."""
    taken: dict[str, float] = {"pods": 1.0, "count/pods": 1.0}
    for container in deployment["spec"]["template"]["spec"].get("containers") or []:
        resources = container.get("resources") or {}
        for part in ("requests", "limits"):
            for name, amount in (resources.get(part) or {}).items():
                number = float(quantities.quantity(amount) or 0)
                taken[f"{part}.{name}"] = taken.get(f"{part}.{name}", 0.0) + number
    for name in [name for name in taken if name.startswith("requests.")]:
        taken[name.removeprefix("requests.")] = taken[name]
    return taken


def _cut(decision: Decision, granted: int) -> Decision:
    text = f"demand asks for {decision.want} pods, the tenant's quota has room for {granted}"
    return Decision(granted, Reason.QUOTA_LIMITED, text)


def _is_scaled(raw: Raw, spec: ModelSpec) -> bool:
    conditions = (raw.get("status") or {}).get("conditions") or []
    accepted = any(item["type"] == "Accepted" and item["status"] == "True" for item in conditions)
    mode = spec.autoscaling.mode == ScalingMode.REQUESTS and spec.engine != "External"
    alive = not raw["metadata"].get("deletionTimestamp")
    return accepted and mode and alive and not spec.suspend and spec.replicas is not None
