"""Values whose schema is written by hand: the class and a real API server accept and refuse the same ones."""

from typing import Any

import pytest

from freehold_crds import API_VERSION, InvalidResourceError, parse_model, parse_tenant
from tests.crds.server import Server

CPU = [
    ("500m", True),
    ("2", True),
    (2, True),
    ("1.5", True),
    ("-1", False),
    (-1, False),
    ("two", False),
    ("", False),
    ("1 Gi", False),
    ("1" * 33, False),
    (1.5, False),
    (True, False),
    ([], False),
]
MINIMUM = [
    (0, True),
    (1000, True),
    ("50%", True),
    ("100%", True),
    ("101%", False),
    ("5", False),
    (1001, False),
    (-1, False),
]
SIZE = [("10Gi", True), ("512Mi", True), ("0Gi", False), ("10", False), (10, False), ("10gb", False)]
CASES = [
    *(("cpu", value, accepted) for value, accepted in CPU),
    *(("minAvailable", value, accepted) for value, accepted in MINIMUM),
    *(("size", value, accepted) for value, accepted in SIZE),
]


def resource(field: str, value: Any) -> dict[str, Any]:
    kind, spec = {
        "cpu": ("Model", {"engine": "Echo", "resources": {"limits": {"cpu": value}}}),
        "minAvailable": ("Model", {"engine": "Echo", "disruption": {"minAvailable": value}}),
        "size": ("Tenant", {"postgres": {"size": value}}),
    }[field]
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": "agree"}, "spec": spec}


def class_accepts(raw: dict[str, Any]) -> bool:
    try:
        (parse_model if raw["kind"] == "Model" else parse_tenant)(raw)
    except InvalidResourceError:
        return False
    return True


@pytest.mark.parametrize(("field", "value", "accepted"), CASES)
def test_the_class_reads_a_value(field: str, value: Any, accepted: bool) -> None:
    assert class_accepts(resource(field, value)) is accepted


@pytest.mark.api
@pytest.mark.parametrize(("field", "value", "accepted"), CASES)
def test_the_server_takes_the_same_value(server: Server, field: str, value: Any, accepted: bool) -> None:
    answer = server.create(resource(field, value), "dryRun=All&fieldValidation=Strict")
    assert (answer.code == 201) is accepted, answer
