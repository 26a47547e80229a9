"""When a live object counts as equal: each rule has a case that must hold and one that must not."""

import copy
from typing import Any

import pytest

from freehold_operator import quantities
from freehold_operator.kube import comparison

WANTED: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "model-a", "namespace": "t"},
    "spec": {
        "replicas": 1,
        "template": {
            "spec": {
                "containers": [
                    {
                        "name": "engine",
                        "args": ["--a", "b"],
                        "resources": {"limits": {"cpu": "1000m", "memory": "1Gi"}},
                        "ports": [{"name": "http", "containerPort": 8080}],
                        "env": [{"name": "A", "value": "1"}],
                    }
                ]
            }
        },
    },
}


def live() -> dict[str, Any]:
    """What the server makes of it: defaults added, quantities normalised, another writer's sidecar."""
    body = copy.deepcopy(comparison.marked(WANTED))
    body["metadata"] |= {"uid": "u", "resourceVersion": "7"}
    containers = body["spec"]["template"]["spec"]["containers"]
    containers[0]["resources"]["limits"]["cpu"] = "1"
    containers[0]["ports"][0]["protocol"] = "TCP"
    containers[0]["terminationMessagePath"] = "/dev/termination-log"
    containers.insert(0, {"name": "sidecar"})
    return body


def test_defaults_normalised_quantities_and_foreign_items_count_as_equal() -> None:
    assert comparison.is_same(comparison.marked(WANTED), live())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("spec", "replicas"), 2),
        (("spec", "replicas"), True),
        (("spec", "template", "spec", "containers", 1, "args"), ["--a", "b", "c"]),
        (("spec", "template", "spec", "containers", 1, "args"), ["b", "--a"]),
        (("spec", "template", "spec", "containers", 1, "resources", "limits", "cpu"), "2"),
        (("spec", "template", "spec", "containers", 1, "ports"), []),
        (("spec", "template", "spec", "containers", 1, "env", 0, "value"), "1000m"),
        (("metadata", "annotations", "freehold.dev/hash"), "forged"),
    ],
)
def test_any_changed_leaf_is_noticed(path: tuple[str | int, ...], value: Any) -> None:
    body: Any = live()
    target = body
    for part in path[:-1]:
        target = target[part]
    target[path[-1]] = value
    assert not comparison.is_same(comparison.marked(WANTED), body)


def test_empty_wanted_equals_absent_but_not_something() -> None:
    assert comparison.is_same({"a": {}, "b": []}, {"b": None})
    assert not comparison.is_same({"a": {}}, {"a": {"x": 1}})


def test_lists_inside_replaced_lists_are_compared_whole() -> None:
    wanted = {"ingress": [{"ports": [{"port": 80}]}]}
    assert comparison.is_same(wanted, {"ingress": [{"ports": [{"port": 80, "protocol": "TCP"}]}]})
    assert not comparison.is_same(wanted, {"ingress": [{"ports": [{"port": 80}, {"port": 81}]}]})


@pytest.mark.parametrize(
    ("left", "right"), [("1", "1000m"), ("1Gi", "1024Mi"), ("0.5", "500m"), ("1e3", "1k"), (2, "2"), ("100m", "0.1")]
)
def test_spellings_of_one_quantity_are_equal(left: object, right: object) -> None:
    assert quantities.quantity(left) == quantities.quantity(right)


@pytest.mark.parametrize("text", ["", "abc", "1.2.3", "1Q", "-", "1 Gi"])
def test_other_text_is_no_quantity(text: str) -> None:
    assert quantities.quantity(text) is None
