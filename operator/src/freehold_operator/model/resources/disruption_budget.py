"""How many of a Model's pods a node's drain may take at once."""

from freehold_operator.kube import labels
from freehold_operator.model.observed import Observed
from freehold_operator.model.resources.metadata import Raw, child


def disruption_budget(seen: Observed) -> Raw:
    """By the spec, else one pod at a time."""
    wanted = seen.model.spec.disruption
    limits = wanted.model_dump(by_alias=True, exclude_none=True) if wanted else {"maxUnavailable": 1}
    selector = {"matchLabels": labels.model_selector(seen.name)}
    return child(seen, "policy/v1", "PodDisruptionBudget") | {"spec": {"selector": selector, **limits}}
