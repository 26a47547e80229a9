"""docs/reference/settings.md: every setting of app and operator, from the docstring beside its field."""

import types
from collections.abc import Iterator
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from freehold_app.settings import Settings as AppSettings
from freehold_operator.settings import Settings as OperatorSettings
from gen.registry import Outputs

HEAD = """<!-- Generated from the settings classes by `make generate`; change the docstrings there. -->
# Settings

Settings come from the environment and are read once, at the start. The charts set them; these are the names behind the
charts' values. The app also reads a file of the same name in lower case below `/run/secrets/freehold`, which is where
the charts put what is marked *secret*; the environment wins.
"""
TABLE = "| name | type | default | meaning |\n| --- | --- | --- | --- |"
SECTIONS = (("App", AppSettings, "FREEHOLD_"), ("Operator", OperatorSettings, "FREEHOLD_OPERATOR_"))


def outputs() -> Outputs:
    sections = (f"\n## {title}\n\n{TABLE}\n" + "\n".join(rows(kind, prefix)) + "\n" for title, kind, prefix in SECTIONS)
    return {"docs/reference/settings.md": HEAD + "".join(sections)}


def rows(kind: type[BaseModel], prefix: str) -> Iterator[str]:
    """A row per setting; a group's settings carry its name as a further prefix."""
    for name, field in kind.model_fields.items():
        full = f"{prefix}{name.upper()}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from rows(field.annotation, f"{full}_")
        else:
            yield row(full, field)


def row(name: str, field: FieldInfo) -> str:
    meaning = " ".join((field.description or "").split())
    cells = (f"`{name}`", words(field.annotation), default(field), meaning)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def words(annotation: Any) -> str:
    """A type in words: `whole number`, `text, secret`, `one of a, b`."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return words(arguments[0])
    if origin in (Union, types.UnionType):
        return " or ".join(words(each) for each in arguments if each is not type(None))
    if origin is Literal:
        return "one of " + ", ".join(f"`{each}`" for each in arguments)
    if origin is dict:
        return f"JSON map of {words(arguments[0])} to {words(arguments[1])}"
    if origin is not None:
        return f"list of {words(arguments[0])}"
    return _word(annotation)


def _word(annotation: type) -> str:
    if issubclass(annotation, Enum):
        return ", ".join(f"`{each.value}`" for each in annotation)
    known = {bool: "true or false", int: "whole number", float: "number", str: "text", SecretStr: "text, *secret*"}
    return known.get(annotation, annotation.__name__.lower())


def default(field: FieldInfo) -> str:
    """The default as one would write it; sets in a fixed order, so that two runs agree."""
    value = field.get_default(call_default_factory=True, validated_data={})
    if value in (None, PydanticUndefined) or value in ("", (), {}, []) or isinstance(value, SecretStr):
        return ""
    if isinstance(value, frozenset | set):
        return f"`{','.join(sorted(str(each) for each in value))}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
