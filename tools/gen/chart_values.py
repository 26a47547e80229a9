"""values.schema.json and the README's table of each chart, from the comments in its values.yaml.

A comment above a key documents it; a comment line `@ {...}` adds to the key's JSON schema. Three words there are ours:
`open: true` allows keys of the user's choosing, `chart: <name>` takes the schema of another chart's values, and
`global` of a chart below the umbrella is the umbrella's. All other maps are closed, so a misspelt key is refused.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from gen.registry import ROOT, Outputs

UMBRELLA = "freehold"
CHARTS = (UMBRELLA, "app", "frontend", "operator")
DIALECT = "http://json-schema.org/draft-07/schema#"
MARK = "@ "
TABLE_START, TABLE_END = "<!-- values: generated -->", "<!-- /values -->"
JSON_TYPES: Mapping[type, str] = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Value:
    """One key of a values file: its path, default, documentation, additions to its schema, and the keys below it."""

    path: tuple[str, ...]
    default: Any
    text: str
    extra: Mapping[str, Any]
    below: Sequence["Value"] = field(default=())


def outputs() -> Outputs:
    values = {chart: read_values((ROOT / f"charts/{chart}/values.yaml").read_text()) for chart in CHARTS}
    files = {}
    for chart in CHARTS:
        files[f"charts/{chart}/values.schema.json"] = json.dumps(schema(chart, values), indent=1) + "\n"
        readme = f"charts/{chart}/README.md"
        files[readme] = with_table((ROOT / readme).read_text(), table(values[chart]))
    return files


def read_values(text: str) -> Sequence[Value]:
    """The keys of a values file with their comments, in their order."""
    root = yaml.compose(text)
    assert isinstance(root, yaml.MappingNode)
    return tuple(_values(root, text.splitlines(), ()))


def schema(chart: str, values: Mapping[str, Sequence[Value]]) -> Schema:
    """The JSON schema of a chart's values, closed at every level that no comment opens."""
    return {"$schema": DIALECT, "title": f"Values of chart {chart}", **_object(values[chart], values)}


def table(values: Sequence[Value]) -> str:
    """Key, default and meaning of every value that has no keys below it."""
    rows = (f"| `{'.'.join(leaf.path)}` | {_default(leaf.default)} | {leaf.text} |" for leaf in _leaves(values))
    return "\n".join(["| value | default | meaning |", "| --- | --- | --- |", *rows])


def with_table(readme: str, rows: str) -> str:
    """The README with what stands between the two marks replaced."""
    before, rest = readme.split(TABLE_START)
    return f"{before}{TABLE_START}\n{rows}\n{TABLE_END}{rest.split(TABLE_END)[1]}"


def _values(node: yaml.MappingNode, lines: Sequence[str], path: tuple[str, ...]) -> Iterator[Value]:
    for key, value in node.value:
        here = (*path, key.value)
        text, extra = _comment(lines, key.start_mark.line, ".".join(here))
        nested = isinstance(value, yaml.MappingNode) and value.value and "open" not in extra
        below = tuple(_values(value, lines, here)) if nested else ()
        yield Value(here, _plain(value), text, extra, below)


def _comment(lines: Sequence[str], line: int, name: str) -> tuple[str, Mapping[str, Any]]:
    start = line
    while start and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    comment = [text.strip().removeprefix("#").strip() for text in lines[start:line]]
    words = " ".join(text for text in comment if not text.startswith(MARK))
    if not words:
        raise SystemExit(f"values.yaml: {name} has no comment above it")
    extra: dict[str, Any] = {}
    for text in comment:
        extra |= yaml.safe_load(text.removeprefix(MARK)) if text.startswith(MARK) else {}
    return words, extra


def _plain(node: yaml.Node) -> Any:
    return yaml.safe_load(yaml.serialize(node))


def _object(values: Sequence[Value], charts: Mapping[str, Sequence[Value]]) -> Schema:
    properties = {value.path[-1]: _property(value, charts) for value in values}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _property(value: Value, charts: Mapping[str, Sequence[Value]]) -> Schema:
    extra = dict(value.extra)
    words = {"description": value.text}
    if value.path == ("global",) and not value.below:
        shared = next(item for item in charts[UMBRELLA] if item.path == ("global",))
        return words | _object(shared.below, charts)
    if chart := extra.pop("chart", None):
        return words | _object(charts[chart], charts)
    if extra.pop("open", False):
        return words | {"type": "object"} | extra
    if value.below:
        return words | _object(value.below, charts) | extra
    return words | {"type": JSON_TYPES[type(value.default)]} | extra


def _leaves(values: Sequence[Value]) -> Iterator[Value]:
    for value in values:
        if value.below:
            yield from _leaves(value.below)
        else:
            yield value


def _default(value: Any) -> str:
    return f"`{json.dumps(value)}`" if value not in ("", [], {}) else "empty"
