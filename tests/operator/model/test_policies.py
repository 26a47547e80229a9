"""Who may run: each objection with its words, in the order in which people are told."""

from dataclasses import replace
from typing import Any

import pytest

from freehold_operator.model.observed import Observed, Reference, TenantView
from freehold_operator.model.policies import CHECKS, judge
from freehold_operator.model.profiles import Profile
from tests.operator.model.seen import PLATFORM, seen

SECRET = Reference("Secret", "s", "k")


def platform(**parts: Any) -> dict[str, Any]:
    return {"platform": replace(PLATFORM, **parts)}


CASES: dict[str, tuple[Observed, str, str]] = {
    "no tenant": (seen(tenant=None), "NoTenant", "namespace tenant-acme belongs to no Tenant"),
    "suspended tenant": (seen(tenant=TenantView("acme", suspended=True)), "TenantSuspended", "Tenant acme"),
    "unknown profile": (seen(spec={"resourceProfile": "huge:2"}), "ProfileUnknown", "cpu, cpu-large, nvidia-gpu"),
    "no profiles": (seen(**platform(profiles={})), "ProfileUnknown", "not one of: none"),
    "image prefix": (
        seen(spec={"image": "evil.example.com/x"}, **platform(allowed_images=("registry.example.com/",))),
        "ImageNotAllowed",
        "registry.example.com/",
    ),
    "no engine image": (seen(**platform(engine_images={})), "ImageNotAllowed", "no image for engine LlamaCpp"),
    "no variant image": (
        seen(**platform(profiles={"cpu": Profile(imageVariant="cuda")})),
        "ImageNotAllowed",
        "no image for engine LlamaCpp",
    ),
    "unreadable source": (
        seen(spec={"engine": "Echo", "url": "file:///x"}),
        "SourceUnsupported",
        "engine Echo cannot read file:// weights",
    ),
    "no fetcher": (
        seen(spec={"url": "https://example.com/a"}, **platform(operator_image="")),
        "SourceUnsupported",
        "cannot fetch https",
    ),
    "secret absent": (seen(references=(replace(SECRET, found=False),)), "SecretNotFound", "Secret s does not exist"),
    "key absent": (seen(references=(replace(SECRET, has_key=False),)), "SecretNotFound", "Secret s has no key k"),
    "secret unmarked": (
        seen(references=(replace(SECRET, usable=False),)),
        "SecretNotUsable",
        "freehold.dev/credential",
    ),
    "name taken": (seen(taken=("Service model-m",)), "NameTaken", "Service model-m exists"),
}


@pytest.mark.parametrize("case", CASES)
def test_each_objection_has_its_reason_and_its_remedy(case: str) -> None:
    observed, reason, words = CASES[case]
    verdict = judge(observed)
    assert not verdict.accepted
    assert verdict.reason == reason
    assert words in verdict.message


def test_every_check_is_proved_to_object() -> None:
    objecting = {check for check in CHECKS for observed, _, _ in CASES.values() if check(observed)}
    assert objecting == set(CHECKS)


def test_a_good_model_is_accepted() -> None:
    assert judge(seen(references=(SECRET,))).accepted


def test_only_a_missing_or_suspended_tenant_stops_running_pods() -> None:
    stopping = {case for case, (observed, _, _) in CASES.items() if judge(observed).stops}
    assert stopping == {"no tenant", "suspended tenant"}


def test_the_first_objection_of_several_is_told() -> None:
    assert judge(seen(tenant=None, references=(replace(SECRET, found=False),))).reason == "NoTenant"


def test_an_allowed_prefix_lets_an_image_through() -> None:
    allowed = platform(allowed_images=("other/", "registry.example.com/"))
    assert judge(seen(spec={"image": "registry.example.com/x:1"}, **allowed)).accepted


def test_an_external_model_needs_neither_profile_nor_image() -> None:
    external = {"engine": "External", "external": {"baseURL": "https://api.example.com/v1", "model": "m"}}
    assert judge(seen(spec=external, **platform(profiles={}, engine_images={}))).accepted
