"""Reading live objects: strict on what cannot be understood, easy on what another version wrote."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from freehold_crds import InvalidResourceError, Model, ModelPhase, Tenant, parse_model, parse_tenant

SAMPLES = sorted((Path(__file__).resolve().parents[2] / "k8s" / "samples").glob("*.yaml"))
LONGEST_SAMPLE_LINES = 25


def model(**changes: Any) -> dict[str, Any]:
    return {"metadata": {"name": "m"}, "spec": {"engine": "Echo"}, **changes}


def test_a_field_of_a_newer_definition_is_let_through_unread() -> None:
    parsed = parse_model(model(spec={"engine": "Echo", "canary": {"percent": 5}}))
    assert parsed == parse_model(model())


def test_a_status_of_another_version_is_forgotten_and_the_spec_still_read() -> None:
    parsed = parse_model(model(status={"phase": "Floating", "observedGeneration": 3}))
    assert parsed.status.phase is None
    assert parsed.status.observed_generation is None


def test_a_status_of_this_version_is_read() -> None:
    assert parse_model(model(status={"phase": "Idle"})).status.phase is ModelPhase.IDLE


def test_a_spec_that_cannot_be_understood_is_one_error_that_names_each_field() -> None:
    raw = model(spec={"engine": "Ech", "minReplicas": "many"}, status={"phase": "Floating"})
    with pytest.raises(InvalidResourceError, match=r"^Model m: .*spec\.engine: .*; spec\.minReplicas: "):
        parse_model(raw)


def test_the_error_does_not_repeat_values_which_may_be_secret() -> None:
    env = [{"name": "1TOKEN", "value": "hunter2"}, {"name": "A", "value": {"nested": "hunter2"}}]
    with pytest.raises(InvalidResourceError) as caught:
        parse_model(model(spec={"engine": "Echo", "env": env}))
    assert "hunter2" not in str(caught.value)


def test_a_tenant_needs_no_spec() -> None:
    assert parse_tenant({"metadata": {"name": "acme"}}).spec.models.max == 20


@pytest.mark.parametrize(
    ("base_url", "accepted"),
    [
        ("https://api.example.com/v1", True),
        ("https://[2001:db8::1]:8443", True),
        ("http://api.example.com/v1", False),
        ("https://user:secret@api.example.com/v1", False),
        ("https://api.example.com/v1?key=secret", False),
        ("https://", False),
    ],
)
def test_a_provider_is_an_https_address_without_credentials(base_url: str, accepted: bool) -> None:
    raw = model(spec={"engine": "External", "external": {"baseURL": base_url, "model": "m"}})
    if accepted:
        assert parse_model(raw).spec.external is not None
    else:
        with pytest.raises(InvalidResourceError, match=r"external\.baseURL"):
            parse_model(raw)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_every_sample_is_understood_without_a_rest_and_short(path: Path) -> None:
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    kind = {"Model": Model, "Tenant": Tenant}[raw["kind"]]
    assert kind.model_validate(raw).metadata.name == raw["metadata"]["name"]  # type: ignore[attr-defined]
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_SAMPLE_LINES


def test_the_strict_reader_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ValidationError, match="replicsa"):
        Model.model_validate(model(spec={"engine": "Echo", "replicsa": 1}))


def test_the_smallest_model_sample_has_at_most_ten_lines() -> None:
    smallest = next(path for path in SAMPLES if path.name == "model-smollm2.yaml")
    assert len(smallest.read_text(encoding="utf-8").splitlines()) <= 10


def test_a_parsed_resource_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        parse_model(model()).spec.suspend = True  # type: ignore[misc]
