"""What is sent for a wish, and what the API server's refusals mean."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freehold_app.catalog.changes import (
    explained,
    field_error,
    may_take_over,
    only_ours,
    own_spec,
    pointer_of,
    version_of,
    wanted_spec,
)
from freehold_app.errors import FreeholdError
from freehold_app.kit.errors import InvalidRequestError, StaleEtagError
from freehold_app.platform.kubernetes import Cause, ConflictError, KubernetesUnavailableError, RejectedError
from freehold_crds import ModelSpec


def conflict(*managers: str) -> ConflictError:
    error = ConflictError("Apply failed")
    error.causes = tuple(
        Cause(".spec.suspend", "FieldManagerConflict", f'conflict with "{name}" using freehold.dev/v1alpha1')
        for name in managers
    )
    return error


@pytest.mark.parametrize(
    ("field", "pointer"),
    [
        ("spec.url", "/spec/url"),
        (".spec.env[0].name", "/spec/env/0/name"),
        ("spec.resources.limits[ephemeral-storage]", "/spec/resources/limits/ephemeral-storage"),
        ("metadata.name", "/name"),
        ("", ""),
        ("spec.nodeSelector[a/b~c]", "/spec/nodeSelector/a~1b~0c"),
    ],
)
def test_the_api_servers_fields_become_pointers(field: str, pointer: str) -> None:
    assert pointer_of(field) == pointer


@pytest.mark.parametrize("rule", ModelSpec.rules, ids=lambda rule: rule.message[:40])
def test_each_rule_of_the_schema_points_to_a_field_that_it_names(rule: Any) -> None:
    error = field_error(Cause("spec", "FieldValueInvalid", f"Invalid value: {rule.message}"))
    field = error.pointer.removeprefix("/spec/")
    fields = {info.alias or name for name, info in ModelSpec.model_fields.items()}
    assert field in fields
    assert field in rule.message
    assert error.message == rule.message


def test_a_rule_about_another_field_than_the_engine_points_there() -> None:
    for message, pointer in (
        ("engine LlamaCpp needs url", "/spec/url"),
        ("port is for engine Custom only", "/spec/port"),
        ("minReplicas must not exceed maxReplicas", "/spec/minReplicas"),
        ("engine cannot change; create another Model", "/spec/engine"),
        ("something else", "/spec"),
    ):
        assert field_error(Cause("spec", "", f'Invalid value: "object": {message}')).pointer == pointer


def test_only_what_was_given_is_applied() -> None:
    spec = ModelSpec.model_validate({"engine": "Echo", "displayName": None, "autoscaling": {"mode": "Requests"}})
    assert wanted_spec(spec) == {"engine": "Echo", "autoscaling": {"mode": "Requests"}}


def test_replicas_are_taken_in_mode_fixed_only() -> None:
    fixed = {"engine": "Echo", "replicas": 2, "autoscaling": {"mode": "Fixed"}}
    assert wanted_spec(ModelSpec.model_validate(fixed)) == fixed
    free = ModelSpec.model_validate({"engine": "Echo", "replicas": 2})
    assert wanted_spec(free, {"replicas": 2}) == {"engine": "Echo"}
    with pytest.raises(InvalidRequestError, match="autoscaler"):
        wanted_spec(free, {"replicas": 1})


@pytest.mark.parametrize("header", ['"3f-1-77"', 'W/"3f-1-77"', '"3f-1-77+0a1b"', ' "3f-1-77" '])
def test_an_etag_says_which_object_and_which_version(header: str) -> None:
    assert version_of(header) == ("3f-1", "77")


@given(st.text(max_size=40).filter(lambda text: text.strip() != "*"))
def test_what_is_no_etag_of_a_model_is_stale(header: str) -> None:
    try:
        found = version_of(header)
    except StaleEtagError:
        return
    assert found is not None
    assert found[1].isdigit()


def test_any_version_is_a_star() -> None:
    assert version_of("*") is None


OWNED = {
    "f:engine": {},
    "f:features": {".": {}, 'v:"TextEmbedding"': {}},
    "f:env": {'k:{"name":"A"}': {".": {}, "f:name": {}, "f:value": {}}},
    "f:autoscaling": {"f:mode": {}},
    "f:args": {},
    "f:gone": {},
}
SPEC = {
    "engine": "Echo",
    "displayName": "set by somebody else",
    "features": ["TextGeneration", "TextEmbedding"],
    "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
    "autoscaling": {"mode": "Fixed", "initialReplicas": 0},
    "args": ["--verbose"],
}


def live(manager: str, operation: str = "Apply", **more: str) -> dict[str, Any]:
    entry = {"manager": manager, "operation": operation, "fieldsV1": {"f:spec": OWNED}, **more}
    return {"metadata": {"managedFields": [entry]}, "spec": SPEC}


def test_what_freehold_applied_is_found_again_among_what_others_set() -> None:
    assert own_spec(live("freehold-app")) == {
        "engine": "Echo",
        "features": ["TextEmbedding"],
        "env": [{"name": "A", "value": "1"}],
        "autoscaling": {"mode": "Fixed"},
        "args": ["--verbose"],
    }


@pytest.mark.parametrize(
    "raw",
    [live("kubectl"), live("freehold-app", "Update"), live("freehold-app", subresource="scale"), {"metadata": {}}],
)
def test_what_others_own_is_not_freeholds(raw: dict[str, Any]) -> None:
    assert own_spec(raw) == {}


@pytest.mark.parametrize(
    ("managers", "ours", "hands"),
    [
        (("freehold-app",), True, True),
        (("freehold-app", "freehold-operator"), True, True),
        (("kubectl-client-side-apply",), False, True),
        (("kubectl", "argocd-controller"), False, False),
        (("helm",), False, False),
        ((), False, False),
    ],
)
def test_who_may_be_overruled(managers: tuple[str, ...], ours: bool, hands: bool) -> None:
    assert only_ours(conflict(*managers)) is ours
    assert may_take_over(conflict(*managers)) is hands


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (conflict(), "stale_etag"),
        (conflict("argocd"), "managed_elsewhere"),
        (RejectedError("no"), "model_rejected"),
        (KubernetesUnavailableError("away"), "kubernetes_unavailable"),
    ],
)
def test_each_refusal_has_its_name(error: Any, code: str) -> None:
    meant = explained(error)
    assert isinstance(meant, FreeholdError)
    assert meant.code == code
