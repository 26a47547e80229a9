"""Every way in which one field of a documented body can be wrong, with the place that the refusal must name."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.app.conversations.devices import fresh

type Json = dict[str, Any]
type Place = tuple[str | int, ...]
METHODS = ("post", "put", "patch")
SURPLUS = "surplus_field"
# What fits where a pattern or a format asks for more than a type.
FITTING: Mapping[str, Any] = {
    "email": "eve@example.org",
    "name": "some",
    "tenant": "some",
    "baseURL": "https://example.org",
    "url": "https://example.org/model",
    "resourceProfile": "cpu:1",
    "path": "/some",
    "models": ["some"],
    "tz": "UTC",
    "token": "some",
    "cpu": "1",
    "memory": "1Gi",
    "ephemeral-storage": "1Gi",
    "minAvailable": 1,
    "maxUnavailable": 1,
}
MISFITS: Mapping[str, Any] = {"string": 5, "integer": "x", "number": "x", "boolean": "x", "array": "x", "object": "x"}


@dataclass(frozen=True, slots=True)
class Wrong:
    """One body with one fault; `pointer` is where it lies."""

    method: str
    path: str
    fault: str
    pointer: str
    body: Json


class Bodies:
    def __init__(self, document: Json) -> None:
        self._paths = document["paths"]
        self._schemas = document["components"]["schemas"]

    def wrong(self) -> Iterator[Wrong]:
        """Of all operations outside `/v1` that take a body."""
        for path, item in self._paths.items():
            for method in METHODS:
                if "requestBody" in item.get(method, {}) and not path.startswith("/v1"):
                    schema = item[method]["requestBody"]["content"]["application/json"]["schema"]
                    for fault, place, body in self._faults(schema):
                        pointer = "".join(f"/{step}" for step in place)
                        yield Wrong(method.upper(), path, fault, pointer, body)

    def _faults(self, schema: Json) -> Iterator[tuple[str, Place, Json]]:
        whole = self._whole(schema)
        for place, part in self._parts(schema, ()):
            for fault, step, value in self._spoilt(part):
                body = copy.deepcopy(whole)
                _set(body, (*place, *step), value)
                yield fault, (*place, *step), body
            for field in part.get("required", ()):
                body = copy.deepcopy(whole)
                _drop(body, (*place, field))
                yield "missing", (*place, field), body

    def _spoilt(self, part: Json) -> Iterator[tuple[str, Place, Any]]:
        if part.get("additionalProperties") is False:
            yield "unknown", (SURPLUS,), 1
        for field, each in part.get("properties", {}).items():
            for kind in self._kinds(each):
                if kind.get("type") in MISFITS and len(self._kinds(each)) == 1:
                    yield "wrong type", (field,), MISFITS[kind["type"]]
                if "maxLength" in kind:
                    yield "too long", (field,), "a" * (kind["maxLength"] + 1)
                if kind.get("type") == "string":
                    yield "U+0000", (field,), "a\0b"

    def _parts(self, schema: Json, place: Place) -> Iterator[tuple[Place, Json]]:
        """Every object within, outermost first."""
        for kind in self._kinds(schema):
            if kind.get("type") == "object":
                yield place, kind
                for field, each in kind.get("properties", {}).items():
                    yield from self._parts(each, (*place, field))
            elif kind.get("type") == "array":
                yield from self._parts(kind["items"], (*place, 0))

    def _kinds(self, schema: Json) -> list[Json]:
        """What a value may be, but for null."""
        if "$ref" in schema:
            return self._kinds(self._schemas[schema["$ref"].rpartition("/")[2]])
        choices = schema.get("anyOf")
        if choices:
            return [kind for each in choices for kind in self._kinds({**schema, "anyOf": None} | each)]
        return [] if schema.get("type") == "null" else [schema]

    def _whole(self, schema: Json, name: str = "") -> Any:
        """A valid value with every field there is."""
        if name in FITTING:
            return FITTING[name]
        kind = self._kinds(schema)[0]
        if "enum" in kind or "const" in kind:
            return kind.get("enum", [kind.get("const")])[0]
        if kind.get("type") == "object":
            return {field: self._whole(each, field) for field, each in kind.get("properties", {}).items()}
        if kind.get("type") == "array":
            return [self._whole(kind["items"])]
        if kind.get("type") in {"integer", "number"}:
            return int(kind.get("minimum", 1)) or 1
        formats = {"uuid": fresh(), "date-time": "2027-01-01T00:00:00Z"}
        return True if kind.get("type") == "boolean" else formats.get(kind.get("format", ""), "some")


def _set(body: Any, place: Place, value: Any) -> None:
    for step in place[:-1]:
        body = body[step]
    body[place[-1]] = value


def _drop(body: Any, place: Place) -> None:
    for step in place[:-1]:
        body = body[step]
    del body[place[-1]]
