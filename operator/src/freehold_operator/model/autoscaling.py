"""How many pods the demand asks for: the arithmetic, without clock or I/O. All times are seconds of one clock.

up    = ceil(mean15 / T)
if held > 0 or now > 2 * T * max(ready, 1): up = max(up, ceil(now / T))     # burst: the newest sample
down  = max of ceil(mean60 / T) seen during the last scaleDownDelaySeconds
want  = up if up > current else min(current, max(down, up)); from zero only with now > 0
"""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from freehold_crds import ModelReason as Reason

SHORT_SECONDS = 15.0
LONG_SECONDS = 60.0
LEAST_IDLE_SECONDS = 60.0  # after an activation, however short the delay
SILENT_SECONDS = 15.0  # how long a silent gateway's last sample still counts


@dataclass(frozen=True, slots=True)
class Sample:
    """What one gateway replica said about one Model; `busy_seconds` is the integral of inflight + held."""

    at: float
    epoch: str
    inflight: int = 0
    held: int = 0
    oldest_held_seconds: float = 0.0
    busy_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Demand:
    """Calls wanting a Model, over all gateways."""

    now: int = 0
    held: int = 0
    mean_short: float = 0.0
    mean_long: float = 0.0
    oldest_held_seconds: float = 0.0


class Window:
    """The samples of one Model from every gateway replica, just long enough for the longer mean."""

    def __init__(self) -> None:
        self._samples: dict[str, deque[Sample]] = {}

    def add(self, replica: str, sample: Sample) -> None:
        """Remember one replica's sample; one with another epoch was restarted and starts over."""
        samples = self._samples.setdefault(replica, deque())
        if samples and samples[-1].epoch != sample.epoch:
            samples.clear()
        samples.append(sample)
        while len(samples) > 2 and samples[1].at <= sample.at - LONG_SECONDS:
            samples.popleft()

    def idle(self, replica: str, epoch: str, at: float) -> None:
        """A replica answered without naming the Model: no calls, and no busy seconds since the sample before."""
        samples = self._samples.get(replica)
        if samples and samples[-1].epoch == epoch:
            self.add(replica, Sample(at=at, epoch=epoch, busy_seconds=samples[-1].busy_seconds))
        elif samples:
            del self._samples[replica]

    def keep(self, replicas: Sequence[str]) -> None:
        """Forget replicas that left the EndpointSlice."""
        for gone in self._samples.keys() - set(replicas):
            del self._samples[gone]

    def demand(self, now: float) -> Demand:
        """The demand of this moment; a replica silent for too long no longer counts."""
        latest = [samples[-1] for samples in self._samples.values() if now - samples[-1].at <= SILENT_SECONDS]
        return Demand(
            now=sum(sample.inflight + sample.held for sample in latest),
            held=sum(sample.held for sample in latest),
            mean_short=sum(_mean(samples, SHORT_SECONDS) for samples in self._samples.values()),
            mean_long=sum(_mean(samples, LONG_SECONDS) for samples in self._samples.values()),
            oldest_held_seconds=max((sample.oldest_held_seconds for sample in latest), default=0.0),
        )


def _mean(samples: Sequence[Sample], seconds: float) -> float:
    """Mean of inflight + held between the newest sample and the one about `seconds` before it."""
    newest = samples[-1]
    before = [sample for sample in samples if sample.at <= newest.at - seconds]
    oldest = before[-1] if before else samples[0]
    if newest.at <= oldest.at:
        return float(newest.inflight + newest.held)
    return max(0.0, newest.busy_seconds - oldest.busy_seconds) / (newest.at - oldest.at)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the spec allows and aims at."""

    target: int
    least: int
    most: int
    delay_seconds: float


@dataclass(frozen=True, slots=True)
class Gateways:
    """What is known of the gateways as a whole.

    `all_answered`: every Ready one, this round; `all_fresh`: every one within SILENT_SECONDS; `any_fresh`: at least
    one did; `gone`: there has been none for so long that nobody can be calling.
    """

    all_answered: bool = True
    all_fresh: bool = True
    any_fresh: bool = True
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The number of pods wanted, with the Autoscaling condition's reason and sentence."""

    want: int
    reason: Reason
    message: str


@dataclass(slots=True)
class History:
    """What a Model's past says about going down; starts empty with each leader, so nothing shrinks for one delay."""

    started_at: float
    peaks: deque[tuple[float, int]] = field(default_factory=deque)
    was_ready: bool = False
    activated_at: float | None = None

    def note(self, now: float, level: int, delay_seconds: float) -> int:
        """Remember one level of demand; returns the highest of the last delay."""
        self.peaks.append((now, level))
        while self.peaks[0][0] < now - delay_seconds:
            self.peaks.popleft()
        return max(level for _, level in self.peaks)

    def observe(self, now: float, current: int, ready: int) -> None:
        """Follow the Model from zero to ready: going back to zero needs both."""
        if current == 0:
            self.was_ready, self.activated_at = False, None
            return
        if self.activated_at is None:
            self.activated_at = now
        self.was_ready = self.was_ready or ready > 0

    def may_sleep(self, now: float, delay_seconds: float) -> bool:
        """Whether the time for zero has come."""
        since = now - self.activated_at if self.activated_at is not None else 0.0
        return self.was_ready and since >= max(delay_seconds, LEAST_IDLE_SECONDS)


def decide(
    demand: Demand, bounds: Bounds, history: History, gateways: Gateways, *, current: int, ready: int, now: float
) -> Decision:
    """The wanted number for one Model, before the tenant's quota."""
    history.observe(now, current, ready)
    if not gateways.any_fresh and not gateways.gone:
        return Decision(current, Reason.DEMAND_UNKNOWN, "no gateway answers; replicas stay as they are")
    seen = Demand() if gateways.gone else demand
    # At zero only a call that waits starts a pod: the mean still holds calls that are over, and would overrule a hand.
    up = _up(seen, bounds.target, ready) if current or seen.now else 0
    level = math.ceil(max(seen.mean_short, seen.mean_long) / bounds.target)
    down = history.note(now, level, bounds.delay_seconds)
    want = up if up > current else min(current, max(down, up))
    if want < current:
        want = _held_back(want, current, seen, bounds, history, gateways, now)
    clamped = min(max(want, bounds.least), bounds.most)
    if want > bounds.most or (clamped == bounds.most and up >= bounds.most > bounds.least):
        return Decision(
            clamped, Reason.AT_MAXIMUM, f"demand asks for {max(want, up)} pods, maxReplicas is {bounds.most}"
        )
    return Decision(clamped, Reason.ACTIVE, "pods follow the calls in flight")


def _up(demand: Demand, target: int, ready: int) -> int:
    up = math.ceil(demand.mean_short / target)
    if demand.held > 0 or demand.now > 2 * target * max(ready, 1):
        up = max(up, math.ceil(demand.now / target))
    return up


def _held_back(
    want: int, current: int, demand: Demand, bounds: Bounds, history: History, gateways: Gateways, now: float
) -> int:
    """Never down by an incomplete picture or within a delay of becoming leader; to zero only when all is quiet."""
    complete = gateways.gone or gateways.all_fresh
    if not complete or now - history.started_at < bounds.delay_seconds:
        return current
    quiet = demand.now == 0 and (gateways.gone or gateways.all_answered)
    return want if want > 0 or (quiet and history.may_sleep(now, bounds.delay_seconds)) else 1


@dataclass(frozen=True, slots=True)
class Growth:
    """One Model that wants more pods than it has; `waiting_seconds` is how long its oldest call is held."""

    key: str
    current: int
    want: int
    waiting_seconds: float
    request: Mapping[str, float]


def share_quota(growths: Sequence[Growth], rest: Mapping[str, float]) -> dict[str, int]:
    """What each Model of one tenant may have: the rest of the quota is given out pod by pod, longest held first."""
    left, granted = dict(rest), {growth.key: growth.current for growth in growths}
    order = sorted(growths, key=lambda growth: -growth.waiting_seconds)
    gave = True
    while gave:
        gave = False
        for growth in order:
            if granted[growth.key] < growth.want and _fits(growth.request, left):
                granted[growth.key] += 1
                left = {name: amount - growth.request.get(name, 0.0) for name, amount in left.items()}
                gave = True
    return granted


def _fits(request: Mapping[str, float], left: Mapping[str, float]) -> bool:
    return all(request.get(name, 0.0) <= amount for name, amount in left.items())
