"""The rendered definitions: bounds everywhere, a sentence on everything, the same bytes each time."""

from collections.abc import Iterator

import pytest
from pydantic import BaseModel, Field

from freehold_crds.base import Part
from freehold_crds.reference import messages, page
from freehold_crds.render import Schema, definitions, structural, to_chart_template, to_yaml
from tests.crds.examples import examples

CEL_COST_IS_FINITE_FOR = ("date-time",)


def fields(schema: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Every field below a schema, with its path."""
    for name, child in schema.get("properties", {}).items():
        yield f"{path}.{name}", child
        yield from fields(child, f"{path}.{name}")
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            yield f"{path}[]", schema[name]
            yield from fields(schema[name], f"{path}[]")


def unbounded(schema: Schema) -> list[str]:
    return [path for path, field in fields(schema) if not is_bounded(field)]


def is_bounded(field: Schema) -> bool:
    kind = field.get("type")
    if "x-kubernetes-int-or-string" in field or kind == "string":
        return "enum" in field or "maxLength" in field or field.get("format") in CEL_COST_IS_FINITE_FOR
    if kind == "array":
        return "maxItems" in field
    if kind == "integer":
        return "minimum" in field
    return "properties" in field or "maxProperties" in field or kind == "boolean"


def body(crd: Schema) -> Schema:
    schema: Schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return {**schema, "properties": {part: schema["properties"][part] for part in ("spec", "status")}}


@pytest.mark.parametrize("name", definitions())
def test_every_string_list_map_and_number_has_a_bound(name: str) -> None:
    assert unbounded(body(definitions()[name])) == []


def test_a_missing_bound_would_be_found() -> None:
    class Loose(BaseModel):
        text: str
        numbers: list[int] = Field(max_length=3)

    assert unbounded(structural(Loose)) == [".text", ".numbers[]"]


@pytest.mark.parametrize("name", definitions())
def test_every_field_has_a_description(name: str) -> None:
    silent = [path for path, field in fields(body(definitions()[name])) if not field.get("description")]
    assert [path for path in silent if not path.endswith("[]")] == []


@pytest.mark.parametrize(("name", "kind"), [("models.freehold.dev", "Model"), ("tenants.freehold.dev", "Tenant")])
def test_every_rule_has_an_example_and_every_example_a_rule(name: str, kind: str) -> None:
    rules = set(messages(definitions()[name]["spec"]["versions"][0]["schema"]["openAPIV3Schema"]))
    assert rules == {example.rule for example in examples() if example.kind == kind}


def test_rendering_twice_gives_equal_bytes() -> None:
    assert [to_yaml(crd) for crd in definitions().values()] == [to_yaml(crd) for crd in definitions().values()]


class Inner(Part):
    """Inner."""

    depth: int = Field(7, gt=0)
    """How deep."""
    note: str | None = None
    """Optional."""


class Outer(Part):
    """Outer."""

    inner: Inner = Inner()
    """With defaults."""
    bare: Inner | None = None
    """Without."""


def test_an_object_with_defaulted_children_gets_them_all_as_its_default() -> None:
    assert structural(Outer)["properties"]["inner"]["default"] == {"depth": 7}


def test_an_optional_object_gets_no_default_and_no_null() -> None:
    bare = structural(Outer)["properties"]["bare"]
    assert "default" not in bare
    assert bare["type"] == "object"
    assert bare["description"] == "Without."


def test_an_exclusive_bound_takes_the_boolean_form() -> None:
    depth = structural(Inner)["properties"]["depth"]
    assert (depth["minimum"], depth["exclusiveMinimum"]) == (0, True)


def test_what_a_structural_schema_refuses_is_gone() -> None:
    text = "".join(to_yaml(crd) for crd in definitions().values())
    refused = ("$ref", "$defs", "title:", "const:", "additionalProperties: false", "default: null", "nullable")
    assert [word for word in refused if word in text] == []


def test_the_chart_copy_is_the_plain_one_inside_its_guards() -> None:
    crd = definitions()["models.freehold.dev"]
    template = to_chart_template(crd)
    unguarded = [line for line in template.splitlines() if "{{" not in line]
    kept = [line for line in unguarded if "annotations:" not in line and "resource-policy" not in line]
    assert kept == to_yaml(crd).splitlines()
    assert template.count("{{- if ") == template.count("{{- end }}") == 2


def test_the_reference_names_every_field_of_the_spec() -> None:
    text = page(definitions())
    for crd in definitions().values():
        names = [path[1:] for path, _ in fields(body(crd)["properties"]["spec"])]
        missing = [name for name in names if not name.endswith("[]") and f"`{name}`" not in text]
        assert missing == []
