"""Conditions of a custom resource: one list feeds status, Events and columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Condition:
    """One sentence about an object: `Condition("Ready", True, "Serving", "1 of 1 pods serve")`."""

    type: str
    status: bool
    reason: str
    message: str = ""

    @property
    def text(self) -> str:
        """The status as Kubernetes spells it."""
        return "True" if self.status else "False"


def fold(previous: Sequence[Raw], wanted: Sequence[Condition], generation: int, now: str) -> list[Raw]:
    """The status list for `wanted`; `now` is RFC 3339 and becomes lastTransitionTime only where the status moved."""
    before = {condition["type"]: condition for condition in previous}
    return [_folded(before.get(condition.type), condition, generation, now) for condition in wanted]


def _folded(before: Raw | None, condition: Condition, generation: int, now: str) -> Raw:
    moved = before is None or before.get("status") != condition.text
    return {
        "type": condition.type,
        "status": condition.text,
        "reason": condition.reason,
        "message": condition.message,
        "observedGeneration": generation,
        "lastTransitionTime": now if before is None or moved else before["lastTransitionTime"],
    }


def transitions(previous: Sequence[Raw], wanted: Sequence[Condition]) -> list[Condition]:
    """The conditions whose status or reason differs from before: each is worth one Event."""
    before = {condition["type"]: (condition.get("status"), condition.get("reason")) for condition in previous}
    return [condition for condition in wanted if before.get(condition.type) != (condition.text, condition.reason)]


def without_times(status: Raw) -> Raw:
    """A status without the times of its conditions, to ask whether a write is worth it."""
    conditions = [
        {key: value for key, value in condition.items() if key != "lastTransitionTime"}
        for condition in status.get("conditions") or []
    ]
    return status | {"conditions": conditions}
