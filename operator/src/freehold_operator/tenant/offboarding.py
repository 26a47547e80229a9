"""How a deleted Tenant leaves: pure decisions, resumable from `status.offboarding`, and never stuck.

Retain: everything is stopped, people's access taken, the namespace marked as released, the finalizer taken off.
Delete: the same stop, then the grace period, then the namespace goes; what has not gone by the deadline is listed
for the platform's administrators and let go.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from freehold_crds.v1alpha1.tenant import DeletionPolicy
from freehold_operator.tenant.observed import Observed

LOOK_AGAIN_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 600.0


class OffboardingStep(StrEnum):
    """The step that runs, as `status.offboarding.step` names it."""

    RELEASE = "Release"
    GRACE = "Grace"
    DELETE_NAMESPACE = "DeleteNamespace"


@dataclass(frozen=True, slots=True)
class Departure:
    """One decision: the step, until when it may take, when to look again, whether it is overdue or all is done."""

    step: OffboardingStep
    deadline: datetime
    wait_seconds: float = LOOK_AGAIN_SECONDS
    overdue: bool = False
    finished: bool = False


def departure(observed: Observed, deadline_seconds: float, *, holds_namespace: bool) -> Departure:
    """The next move of a Tenant that was deleted; `holds_namespace` says that a namespace of its own still exists."""
    if observed.tenant.spec.deletion_policy == DeletionPolicy.RETAIN:
        step = _timed(observed, OffboardingStep.RELEASE, deadline_seconds)
        return step if holds_namespace else _finished(step)
    ends = _grace_ends(observed)
    if holds_namespace and observed.now < ends:
        wait = min(LONGEST_WAIT_SECONDS, (ends - observed.now).total_seconds())
        return Departure(OffboardingStep.GRACE, ends, wait_seconds=wait)
    step = _timed(observed, OffboardingStep.DELETE_NAMESPACE, deadline_seconds)
    return step if holds_namespace else _finished(step)


def _grace_ends(observed: Observed) -> datetime:
    deleted = observed.tenant.metadata.deletion_timestamp
    assert deleted is not None
    return deleted + timedelta(hours=observed.tenant.spec.offboarding.grace_hours)


def _timed(observed: Observed, step: OffboardingStep, deadline_seconds: float) -> Departure:
    """The step with the deadline it got when it began, so that a restart does not begin anew."""
    before = observed.tenant.status.offboarding
    deadline = observed.now + timedelta(seconds=deadline_seconds)
    if before is not None and before.step == step and before.deadline is not None:
        deadline = before.deadline
    return Departure(step, deadline, overdue=observed.now >= deadline)


def _finished(step: Departure) -> Departure:
    return Departure(step.step, step.deadline, finished=True)
