"""Reads the conditions of a Model or Tenant, and says what changed since the last look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

State = dict[str, tuple[str, str, str]]


def states(resource: Mapping[str, Any]) -> State:
    """Condition type -> (status, reason, message)."""
    conditions = (resource.get("status") or {}).get("conditions") or []
    return {c["type"]: (c["status"], c.get("reason", ""), c.get("message", "")) for c in conditions}


def is_ready(resource: Mapping[str, Any]) -> bool:
    """True once the controller has seen this generation and says Ready."""
    return holds(resource, "Ready")


def holds(resource: Mapping[str, Any], condition: str) -> bool:
    """True once the controller has seen this generation and says that this condition is true of it."""
    seen = (resource.get("status") or {}).get("observedGeneration", 0)
    current = resource.get("metadata", {}).get("generation", 0)
    return bool(seen >= current and states(resource).get(condition, ("",))[0] == "True")


def turned_true(before: State, after: State) -> list[str]:
    """Condition types that became True, in the order in which the resource lists them."""
    return [t for t, (status, *_) in after.items() if status == "True" and before.get(t, ("",))[0] != "True"]


def shortly(resource: Mapping[str, Any]) -> str:
    """`Ready False, Starting: container engine is starting`, or that nothing is said yet."""
    status, why, message = states(resource).get("Ready", ("", "", ""))
    if not status:
        return "waiting for the operator"
    return f"{why}: {message}" if message else why
