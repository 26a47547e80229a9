"""Conditions are told as they turn true."""

from __future__ import annotations

from typing import Any

from install.conditions import holds, is_ready, shortly, states, turned_true


def resource(*conditions: tuple[str, str, str], generation: int = 1, seen: int = 1) -> dict[str, Any]:
    listed = [{"type": t, "status": s, "reason": r, "message": ""} for t, s, r in conditions]
    return {"metadata": {"generation": generation}, "status": {"observedGeneration": seen, "conditions": listed}}


def test_only_what_became_true_since_the_last_look_is_told() -> None:
    before = states(resource(("NamespaceReady", "True", "Active"), ("QuotaReady", "False", "Applying")))
    after = states(resource(("NamespaceReady", "True", "Active"), ("QuotaReady", "True", "Applied")))
    assert turned_true({}, before) == ["NamespaceReady"]
    assert turned_true(before, after) == ["QuotaReady"]
    assert turned_true(after, after) == []


def test_any_condition_counts_only_for_the_generation_that_was_seen() -> None:
    applied = ("QuotaReady", "True", "Applied")
    assert holds(resource(applied), "QuotaReady")
    assert not holds(resource(applied, generation=2), "QuotaReady")
    assert not holds(resource(applied), "Ready")


def test_ready_counts_only_for_the_generation_that_was_seen() -> None:
    assert is_ready(resource(("Ready", "True", "Serving")))
    assert not is_ready(resource(("Ready", "True", "Serving"), generation=2))
    assert not is_ready(resource(("Ready", "False", "Starting")))


def test_an_object_that_nobody_has_looked_at_is_not_ready() -> None:
    untouched = {"metadata": {"generation": 1}}
    assert not is_ready(untouched)
    assert shortly(untouched) == "waiting for the operator"


def test_the_reason_stands_in_for_a_missing_message() -> None:
    assert shortly(resource(("Ready", "False", "Starting"))) == "Starting"
