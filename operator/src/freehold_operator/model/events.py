"""Which condition transitions are worth an Event, and which of those are warnings. Pure."""

from collections.abc import Sequence

from freehold_crds import ModelReason as Reason
from freehold_operator.conditions import Condition

QUIET = {
    Reason.ACTIVE,
    Reason.AS_EXPECTED,
    Reason.AT_MAXIMUM,
    Reason.BY_HPA,
    Reason.FETCHING,
    Reason.FETCHING_WEIGHTS,
    Reason.FIXED,
    Reason.MINIMUM_AVAILABLE,
    Reason.NOT_APPLICABLE,
    Reason.NOT_NEEDED,
    Reason.NO_PODS,
    Reason.PRESENT,
    Reason.PROVIDER_REACHABLE,
    Reason.SCALED_TO_ZERO,
    Reason.SCHEDULED,
    Reason.SERVING,
    Reason.STARTING,
    Reason.STOPPED,
    Reason.SUSPENDED,
    Reason.TENANT_SUSPENDED,
    Reason.VALID,
    Reason.WAITING,
}
SUMMARIES = {Reason.FAILING, Reason.NOT_ACCEPTED, Reason.NOT_SCHEDULED}


def worth_telling(changed: Sequence[Condition]) -> list[tuple[Condition, bool]]:
    """(condition, is a warning): every failure, and the summary in Ready unless a failure says the same."""
    failures = [condition for condition in changed if condition.type != "Ready" and condition.reason not in QUIET]
    told = [(condition, True) for condition in failures]
    summaries = [condition for condition in changed if condition.type == "Ready"]
    if failures:
        summaries = [condition for condition in summaries if condition.reason not in SUMMARIES]
    return told + [(condition, condition.reason not in QUIET) for condition in summaries]
