"""Which namespaces a Tenant may make, keep or take over, and in which words it is told no."""

from __future__ import annotations

from typing import Any

import pytest

from freehold_operator.kube import labels
from freehold_operator.tenant.policies import Claim, image_refusal, is_held, namespace_refusal

OURS = {"labels": {labels.TENANT: "acme"}, "annotations": {"freehold.dev/tenant-uid": "u1"}}
EARLIER = {"labels": {labels.TENANT: "acme"}, "annotations": {"freehold.dev/tenant-uid": "u0"}}
RELEASED = {
    "labels": {labels.TENANT: "acme", "freehold.dev/released": "acme"},
    "annotations": {"freehold.dev/tenant-uid": "u0"},
}
OTHERS = {"labels": {labels.TENANT: "globex"}, "annotations": {"freehold.dev/tenant-uid": "u9"}}
OTHERS_RELEASED = {"labels": {labels.TENANT: "globex", "freehold.dev/released": "globex"}}
CONSENTING = {"annotations": {"freehold.dev/adopt-by": "acme"}}
CONSENTING_TO_ANOTHER = {"annotations": {"freehold.dev/adopt-by": "globex"}}
CONTROLLED = CONSENTING | {"ownerReferences": [{"kind": "Project", "name": "x", "controller": True, "uid": "p"}]}
OWNED_LOOSELY = CONSENTING | {"ownerReferences": [{"kind": "Project", "name": "x", "uid": "p"}]}
GOING = OURS | {"deletionTimestamp": "2026-01-01T00:00:00Z"}


def claim(**changes: Any) -> Claim:
    fields: dict[str, Any] = {"tenant": "acme", "uid": "u1", "namespace": "lab", "adopt": False, "held": False}
    return Claim(**(fields | {"release_namespace": "freehold-system"} | changes))


def live(metadata: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if metadata is None else {"metadata": {"name": "lab", **metadata}}


@pytest.mark.parametrize(
    ("metadata", "without_adopt", "with_adopt"),
    [
        (None, None, "NotFound"),
        (OURS, None, None),
        (GOING, "Terminating", "Terminating"),
        ({}, "Foreign", "Foreign"),
        (CONSENTING, "Foreign", None),
        (CONSENTING_TO_ANOTHER, "Foreign", "Foreign"),
        (CONTROLLED, "Foreign", "Foreign"),
        (OWNED_LOOSELY, "Foreign", None),
        (RELEASED, "Foreign", None),
        (EARLIER, "NameTaken", "NameTaken"),
        (OTHERS, "NameTaken", "NameTaken"),
        (OTHERS | CONSENTING, "NameTaken", "NameTaken"),
        (OTHERS_RELEASED, "NameTaken", "NameTaken"),
    ],
)
def test_who_gets_a_namespace(
    metadata: dict[str, Any] | None, without_adopt: str | None, with_adopt: str | None
) -> None:
    answers = [namespace_refusal(claim(adopt=adopt), live(metadata)) for adopt in (False, True)]
    assert [answer and answer.reason for answer in answers] == [without_adopt, with_adopt]


@pytest.mark.parametrize("name", ["default", "kube-system", "kube-anything", "freehold", "freehold-x", "prod-release"])
def test_reserved_namespaces_are_never_taken(name: str) -> None:
    asked = claim(namespace=name, adopt=True, release_namespace="prod-release")
    refusal = namespace_refusal(asked, live(CONSENTING))
    assert refusal is not None
    assert refusal.reason == "Foreign"
    assert "reserved" in refusal.message


def test_a_name_that_only_resembles_a_reserved_one_is_free() -> None:
    assert namespace_refusal(claim(namespace="my-kube-lab"), None) is None


def test_nothing_to_adopt_names_the_remedy() -> None:
    refusal = namespace_refusal(claim(adopt=True), None)
    assert refusal is not None
    assert "there is no namespace lab to adopt" in refusal.message
    assert "freehold.dev/adopt-by: acme" in refusal.message
    assert "namespace.adopt to false" in refusal.message


def test_missing_consent_names_the_command() -> None:
    refusal = namespace_refusal(claim(adopt=True), live({}))
    assert refusal is not None
    assert "kubectl annotate namespace lab freehold.dev/adopt-by=acme" in refusal.message


def test_an_adopted_namespace_that_vanished_is_made_anew() -> None:
    assert namespace_refusal(claim(adopt=True, held=True), None) is None


def test_a_namespace_is_held_by_uid_and_not_by_name() -> None:
    assert is_held(claim(), live(OURS) or {})
    assert not is_held(claim(), live(EARLIER) or {})
    assert not is_held(claim(uid="u0"), live(RELEASED) or {})


def test_a_store_without_an_image_names_the_setting() -> None:
    assert "no image for valkey; set FREEHOLD_OPERATOR_STORE_IMAGES" in image_refusal("valkey").message
