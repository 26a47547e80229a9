"""Kubernetes' own schemas, out of the package kubernetes-validate, loaded once.

The package's own function reads 2 MB of definitions again for every object: two minutes for our cases instead of two
seconds.
"""

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.charts.rendering import Object


def faults(item: Object, version: str) -> Sequence[str]:
    """What is wrong with an object in the eyes of this Kubernetes, unknown fields included."""
    return _faults(json.dumps(item, sort_keys=True), version)


@cache  # most objects are the same in every case, and a resource definition takes seconds
def _faults(text: str, version: str) -> Sequence[str]:
    item = json.loads(text)
    found = _validator(item["kind"], item["apiVersion"], version).iter_errors(item)
    return [f"{item['kind']}/{item['metadata']['name']} {error.json_path}: {error.message}" for error in found]


@cache
def _validator(kind: str, api_version: str, version: str) -> Draft202012Validator:
    short = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", api_version)  # rbac.authorization.k8s.io/v1 -> rbac-v1
    schema = _read(version, f"{kind.lower()}-{short}.json")
    return Draft202012Validator(schema, registry=Resource.from_contents(schema) @ _definitions(version))


@cache
def _definitions(version: str) -> Registry[Any]:
    return Resource.from_contents(_read(version, "_definitions.json")) @ Registry()


def _read(version: str, name: str) -> Any:
    folder = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{version}.0-local-strict"
    return json.loads((folder / name).read_text())
