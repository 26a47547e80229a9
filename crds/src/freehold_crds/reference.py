"""From the rendered definitions to the reference page: every field, bound, default and rule a user can meet."""

from collections.abc import Iterator, Mapping
from typing import Any

from freehold_crds.render import Schema

HEAD = """<!-- Generated from freehold_crds by `make generate`; change the classes instead. -->
# Custom resources: Model and Tenant

Group `freehold.dev`, version `v1alpha1`. `kubectl explain model.spec` shows the same in a terminal.
"""
TABLE = "| field | type | default | meaning |\n| --- | --- | --- | --- |"


def page(definitions: Mapping[str, Schema]) -> str:
    """The whole page in Markdown."""
    return HEAD + "".join(_section(crd) for crd in definitions.values())


def _section(crd: Schema) -> str:
    names, version = crd["spec"]["names"], crd["spec"]["versions"][0]
    schema = version["schema"]["openAPIV3Schema"]
    scope = "in a namespace" if crd["spec"]["scope"] == "Namespaced" else "for the whole cluster"
    parts = [f"\n## {names['kind']}\n\n{schema['description']}\n"]
    parts.append(f"`{names['plural']}`, short `{names['shortNames'][0]}`, {scope}.\n")
    for part in ("spec", "status"):
        rows = "\n".join(_rows(schema["properties"][part], ""))
        parts.append(f"### {names['kind']} {part}\n\n{TABLE}\n{rows}\n")
    rules = "\n".join(f"* {message}" for message in messages(schema))
    parts.append(f"### Rules of a {names['kind']}\n\nThe API server refuses an object that breaks one:\n\n{rules}\n")
    return "\n".join(parts)


def messages(schema: Schema) -> Iterator[str]:
    """Every CEL rule's sentence, outermost first."""
    for rule in schema.get("x-kubernetes-validations", ()):
        yield rule["message"]
    for child in _children(schema).values():
        yield from messages(child)


def _children(schema: Schema) -> dict[str, Schema]:
    children = dict(schema.get("properties", {}))
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            children[name] = schema[name]
    return children


def _rows(schema: Schema, prefix: str) -> Iterator[str]:
    required = schema.get("required", ())
    for name, child in schema.get("properties", {}).items():
        path = f"{prefix}{name}"
        mark = " **required**" if name in required else ""
        cells = (f"`{path}`", _type(child) + mark, _default(child), child.get("description", ""))
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
        inner = child.get("items", child)
        yield from _rows(inner, f"{path}[]." if "items" in child else f"{path}.")


def _type(schema: Schema) -> str:
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if "x-kubernetes-int-or-string" in schema:
        return f"integer or string {_bounds(schema)}".rstrip()
    if schema["type"] == "array":
        return f"list of {_type(schema['items'])}, at most {schema['maxItems']}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"map to {_type(schema['additionalProperties'])}, at most {schema['maxProperties']}"
    return f"{schema['type']} {_bounds(schema)}".rstrip()


def _bounds(schema: Schema) -> str:
    words = []
    if "minimum" in schema:
        words.append(f"{schema['minimum']} to {schema.get('maximum', 'any')}")
    if "maxLength" in schema:
        words.append(f"up to {schema['maxLength']} characters")
    if "pattern" in schema:
        words.append(f"like `{schema['pattern']}`")
    return ", ".join(words)


def _default(schema: Schema) -> str:
    value: Any = schema.get("default")
    if value is None or isinstance(value, dict):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
