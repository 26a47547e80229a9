"""From classes to CustomResourceDefinitions: pydantic's JSON schema rewritten to Kubernetes' structural one.

Six rewrites, each for a refusal or a trap of the API server: `$ref` is inlined; titles, examples and
`additionalProperties: false` go; `T | None` becomes plain T (a null is then pruned and defaulted, `nullable` would
store it); `const` becomes a one-value `enum`; an exclusive bound takes the boolean form; null defaults go. An object
with defaulted children gets all of them written out as its own default, else nested defaults never appear.
"""

from collections.abc import Callable, Mapping
from typing import Any

import yaml
from pydantic import BaseModel

from freehold_crds.base import GROUP, VERSION, Column, Kind
from freehold_crds.v1alpha1.model import Model
from freehold_crds.v1alpha1.tenant import Tenant

Schema = dict[str, Any]

HEADER = "# Generated from freehold_crds by `make generate`; change the classes instead.\n"
CHART_HEAD = "{{- if .Values.crds.install }}\n"
CHART_ANNOTATIONS = "  {{- if .Values.crds.keep }}\n  annotations:\n    helm.sh/resource-policy: keep\n  {{- end }}\n"
DROPPED = ("title", "examples")
EXCLUSIVE = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}


def definitions() -> dict[str, Schema]:
    """All CustomResourceDefinitions by their names."""
    rendered = (definition(Model.resource, Model), definition(Tenant.resource, Tenant))
    return {crd["metadata"]["name"]: crd for crd in rendered}


def definition(kind: Kind, source: type[BaseModel]) -> Schema:
    """One CustomResourceDefinition."""
    version: Schema = {
        "name": VERSION,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": root_schema(source, kind.description)},
        "subresources": {"status": {}} | ({"scale": dict(kind.scale)} if kind.scale else {}),
        "additionalPrinterColumns": [_column(column) for column in kind.columns],
        "selectableFields": [{"jsonPath": path} for path in kind.selectable],
    }
    names = {
        "kind": kind.name,
        "listKind": f"{kind.name}List",
        "plural": kind.plural,
        "singular": kind.name.lower(),
        "shortNames": [kind.short],
        "categories": ["freehold"],
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "names": names,
            "scope": "Namespaced" if kind.namespaced else "Cluster",
            "versions": [version],
        },
    }


def root_schema(source: type[BaseModel], description: str) -> Schema:
    """The structural schema of a whole object; what the API server owns is left open for it."""
    schema = structural(source)
    for name in ("apiVersion", "kind"):
        schema["properties"][name] = {"type": "string"}
    schema["properties"]["metadata"] = {"type": "object"}
    schema["properties"]["status"].pop("default", None)
    return {"description": description, **schema, "required": _required(schema)}


def structural(source: type[BaseModel]) -> Schema:
    """Pydantic's schema of a class in Kubernetes' dialect."""
    raw = source.model_json_schema(by_alias=True)
    return _rewritten(raw, raw.get("$defs", {}))


def to_yaml(crd: Schema) -> str:
    """The plain copy, for kubectl."""
    return HEADER + _dump(crd)


def to_chart_template(crd: Schema) -> str:
    """The chart's copy: installed and kept as its values say."""
    head, rest = _dump(crd).split("spec:\n", 1)
    return HEADER + CHART_HEAD + head + CHART_ANNOTATIONS + "spec:\n" + rest + "{{- end }}\n"


class _Dumper(yaml.SafeDumper):
    """Writes a thing used twice out twice: an anchor is one more thing to read."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


def _dump(crd: Schema) -> str:
    return yaml.dump(crd, Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)


def _column(column: Column) -> Schema:
    rendered: Schema = {"name": column.name, "type": column.type, "jsonPath": column.path}
    return rendered | ({"priority": 1} if column.wide else {})


def _required(schema: Schema) -> list[str]:
    required = set(schema.get("required", ())) - {"apiVersion", "kind", "metadata"}
    return [name for name in schema["properties"] if name in required]


def _rewritten(schema: Mapping[str, Any], shared: Mapping[str, Any]) -> Schema:
    out = _flattened(schema, shared)
    for name in (*DROPPED, "$defs"):
        out.pop(name, None)
    if "const" in out:
        out["enum"] = [out.pop("const")]
    for exclusive, plain in EXCLUSIVE.items():
        if exclusive in out:
            out |= {plain: out.pop(exclusive), exclusive: True}
    if out.get("additionalProperties") is False:
        del out["additionalProperties"]
    _rewrite_children(out, lambda child: _rewritten(child, shared))
    _default(out)
    return out


def _flattened(schema: Mapping[str, Any], shared: Mapping[str, Any]) -> Schema:
    """Without `$ref` and without the null of an optional field; the outer words win over the inner ones."""
    out = dict(schema)
    while "$ref" in out or _is_optional(out):
        if "$ref" in out:
            inner = shared[out.pop("$ref").rsplit("/", 1)[1]]
        else:
            inner = next(option for option in out.pop("anyOf") if option.get("type") != "null")
        out = {**inner, **out}
    return out


def _is_optional(schema: Mapping[str, Any]) -> bool:
    return any(option.get("type") == "null" for option in schema.get("anyOf", ()))


def _rewrite_children(out: Schema, rewrite: Callable[[Mapping[str, Any]], Schema]) -> None:
    if "properties" in out:
        out["properties"] = {name: rewrite(child) for name, child in out["properties"].items()}
    for name in ("items", "additionalProperties"):
        if isinstance(out.get(name), dict):
            out[name] = rewrite(out[name])


def _default(out: Schema) -> None:
    if out.get("default", "") is None:
        del out["default"]
    if "default" in out and "properties" in out:
        children = out["properties"].items()
        out["default"] = {name: child["default"] for name, child in children if "default" in child}
