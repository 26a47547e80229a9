"""Sizes, weights' places and profiles: small arithmetic that many manifests stand on."""

from typing import Any

import pytest
import yaml

from freehold_crds import parse_model
from freehold_operator import quantities
from freehold_operator.model import profiles, sizing
from freehold_operator.model.observe import ProfilesFile
from freehold_operator.model.profiles import BUILT_IN, Profile
from freehold_operator.model.weights import Weights, weights
from tests.operator.model.world import model_body


def sized(**resources: Any) -> dict[str, dict[str, str]]:
    spec = parse_model(model_body("m", engine="Echo", resources=resources)).spec
    return sizing.resources(spec, BUILT_IN["cpu"])


def test_without_a_word_the_profile_counts() -> None:
    assert sized() == {
        "requests": {"cpu": "500m", "memory": "1Gi"},
        "limits": {"cpu": "1", "memory": "2Gi"},
    }


def test_a_limit_alone_lowers_the_request_with_it() -> None:
    assert sized(limits={"memory": "64Mi"})["requests"]["memory"] == "64Mi"


def test_a_request_alone_raises_the_limit() -> None:
    assert sized(requests={"cpu": 4})["limits"]["cpu"] == "4"


def test_both_given_are_taken_as_they_are() -> None:
    given = sized(requests={"cpu": "3"}, limits={"cpu": "2"})
    assert (given["requests"]["cpu"], given["limits"]["cpu"]) == ("3", "2"), "the API server says what is wrong"


def test_a_resource_that_the_profile_does_not_know_gets_both() -> None:
    given = sized(requests={"ephemeral-storage": "1Gi"})
    assert given["limits"]["ephemeral-storage"] == given["requests"]["ephemeral-storage"] == "1Gi"


@pytest.mark.parametrize(("cpu", "threads"), [("1", 1), ("2500m", 2), ("250m", 1), ("4", 4)])
def test_threads_are_whole_cpus_at_least_one(cpu: str, threads: int) -> None:
    assert sizing.threads({"cpu": cpu}) == threads
    assert sizing.threads({}) == 1


@pytest.mark.parametrize(
    ("text", "count", "result"),
    [("500m", 2, "1000m"), ("2Gi", 3, "6Gi"), ("1", 9, "9"), ("1.5Gi", 2, "3Gi"), ("2e3", 2, "4e3"), ("x", 2, "x")],
)
def test_quantities_multiply_in_their_own_unit(text: str, count: int, result: str) -> None:
    assert quantities.times(text, count) == result


@pytest.mark.parametrize(
    ("url", "result"),
    [
        ("file:///models/a.gguf", Weights(path="/models/a.gguf")),
        ("pvc://claim/dir/a.gguf", Weights(path="/weights/dir/a.gguf", claim="claim")),
        ("pvc://claim", Weights(path="/weights", claim="claim")),
        ("https://h/x/a.gguf", Weights(path="/weights/a.gguf", fetch_url="https://h/x/a.gguf")),
        ("https://h/../..", Weights(path="/weights/model", fetch_url="https://h/../..")),
        ("https://h/a;rm -rf#f", Weights(path="/weights/arm-rf", fetch_url="https://h/a;rm -rf#f")),
        (None, Weights()),
    ],
)
def test_every_url_has_one_place_inside_the_mount(url: str | None, result: Weights) -> None:
    assert weights(url) == result


def test_a_count_multiplies_a_profile() -> None:
    found = profiles.find(BUILT_IN, "nvidia-gpu:2")
    assert found
    assert found.limits == {"cpu": "8", "memory": "32Gi", "nvidia.com/gpu": "2"}
    assert profiles.find(BUILT_IN, "none") is None


def test_a_profiles_file_is_read_again_and_a_broken_one_keeps_the_last(tmp_path: Any) -> None:
    path = tmp_path / "profiles.yaml"
    path.write_text("small: {requests: {cpu: 10m}}")
    file = ProfilesFile(path)
    assert file.read() == {"small": Profile(requests={"cpu": "10m"})}
    path.write_text("small: {requests: {cpu: 20m}, nodeSelector: {disk: ssd}}")
    assert file.read()["small"].nodeSelector == {"disk": "ssd"}
    path.write_text("small: {unknown: 1, and: longer}")
    assert file.read()["small"].requests == {"cpu": "20m"}


@pytest.mark.parametrize("text", ["a: {unknown: 1}", "a: [", "- a"])
def test_a_file_that_was_never_good_is_refused(text: str) -> None:
    with pytest.raises((ValueError, yaml.YAMLError)):
        profiles.parse_profiles(text)
