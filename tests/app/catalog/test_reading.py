"""Live objects, whole and half, as people see them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freehold_app.catalog.reading import detail_of, managers_of, manifest_of, moment, state_of
from freehold_app.catalog.transitions import changes, departure
from freehold_crds import ModelPhase
from tests.app.catalog.test_lifeline import NOW


def model(status: Any = None, **spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": "chat", "namespace": "t"}, "spec": {"engine": "Echo", **spec}, "status": status or {}}


def condition(kind: str, status: str, reason: str, message: str = "words") -> dict[str, str]:
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": "2026-11-24T09:00:00Z",
    }


def test_a_model_that_the_operator_has_not_seen_says_so() -> None:
    state = state_of(model())
    assert (state.phase, state.reason) == ("Pending", "Waiting")
    assert state.message
    assert state.display_name == "chat"


def test_a_degraded_model_says_what_degrades_it() -> None:
    known = [condition("Ready", "True", "Serving"), condition("Degraded", "True", "ReplicasMissing", "1 of 2 pods")]
    state = state_of(model({"phase": "Degraded", "conditions": known}))
    assert (state.reason, state.message) == ("ReplicasMissing", "1 of 2 pods")


def test_the_newest_failure_is_told_in_full() -> None:
    failure = {"location": "Run", "container": "engine", "reason": "OutOfMemory", "message": "m", "exitCode": 137}
    told = detail_of(model({"lastFailure": failure | {"time": "2026-11-24T09:00:00Z", "count": 3}}))["last_failure"]
    assert (told.location, told.exit_code, told.count, told.time) == ("Run", 137, 3, moment("2026-11-24T09:00:00Z"))
    assert detail_of(model())["last_failure"] is None


def test_only_those_who_set_the_spec_manage_it() -> None:
    raw = model()
    raw["metadata"]["managedFields"] = [
        {"manager": "freehold-app", "fieldsV1": {"f:spec": {}}},
        {"manager": "freehold-operator", "subresource": "status", "fieldsV1": {"f:status": {}}},
        {"manager": "kubectl", "fieldsV1": {"f:metadata": {}}},
        {"manager": "argocd-controller", "fieldsV1": {"f:spec": {}}},
        {"manager": "someone", "subresource": "scale", "fieldsV1": {"f:spec": {}}},
    ]
    assert managers_of(raw) == ["argocd-controller"]


def test_replicas_stay_in_the_manifest_where_they_are_somebodys_word() -> None:
    assert "replicas" not in manifest_of(model(replicas=3))["spec"]
    assert manifest_of(model(replicas=3, autoscaling={"mode": "Fixed"}))["spec"]["replicas"] == 3


json = st.recursive(
    st.none() | st.text(max_size=5), lambda inner: st.dictionaries(st.text(max_size=5), inner), max_leaves=5
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "phase": st.sampled_from([phase.value for phase in ModelPhase]),
            "conditions": st.lists(st.fixed_dictionaries({}, optional={"type": st.text(), "message": st.text()})),
            "replicas": st.none() | st.fixed_dictionaries({}, optional={"ready": st.none() | st.integers(0, 9)}),
            "lastFailure": st.none() | st.fixed_dictionaries({}, optional={"reason": st.text(), "time": st.text()}),
            "effective": st.none(),
            "newer": json,
        },
    )
)
def test_half_an_object_is_still_shown(status: dict[str, Any]) -> None:
    raw = model(status)
    state_of(raw)
    detail_of(raw)
    changes({}, raw, NOW)


SERVING = {"phase": "Ready", "templateHash": "a1", "replicas": {"ready": 1, "desired": 1}}


def test_the_first_look_stores_everything_and_the_second_nothing() -> None:
    raw = model(
        SERVING | {"conditions": [condition("Ready", "True", "Serving"), condition("Accepted", "True", "Valid")]}
    )
    first = changes({}, raw, NOW)
    assert [(one.type, one.status, one.reason, one.ready) for one in first] == [
        ("Phase", "Ready", "Serving", 1),
        ("Revision", "a1", "", 1),
        ("Accepted", "True", "Valid", 1),
    ]
    assert changes({one.type: (one.status, one.reason) for one in first}, raw, NOW) == []


@pytest.mark.parametrize(
    ("status", "kinds"),
    [
        (SERVING | {"templateHash": "b2"}, ["Revision"]),
        (SERVING | {"phase": "Idle"}, ["Phase"]),
        (SERVING | {"conditions": [condition("Scheduled", "False", "Unschedulable")]}, ["Scheduled"]),
        (SERVING | {"conditions": [condition("Autoscaling", "True", "Active")]}, []),
        (SERVING | {"replicas": {"ready": 2, "desired": 2}}, []),
    ],
)
def test_only_what_differs_is_stored(status: dict[str, Any], kinds: list[str]) -> None:
    known = {one.type: (one.status, one.reason) for one in changes({}, model(SERVING), NOW)}
    assert [one.type for one in changes(known, model(status), NOW)] == kinds


def test_a_model_that_is_gone_ends_its_history() -> None:
    gone = departure("chat", NOW)
    assert (gone.type, gone.status) == ("Phase", "Deleted")
