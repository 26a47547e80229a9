"""The vocabulary both kinds share: bounded strings, quantities, references, conditions, CEL rules.

Every string, list and map of a custom resource carries a bound. Without one the API server's cost estimate of a
CEL rule (10,000,000 units a rule, 100,000,000 a schema) cannot be met, and one object could fill etcd.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, GetJsonSchemaHandler, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema

GROUP = "freehold.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"


@dataclass(frozen=True)
class Rule:
    """One CEL rule and the sentence a user reads when an object breaks it."""

    expression: str
    message: str

    def rendered(self) -> dict[str, str]:
        return {"rule": self.expression, "message": self.message}


@dataclass(frozen=True)
class Column:
    """One column of `kubectl get`; `wide` columns need `-o wide`."""

    name: str
    path: str
    type: str = "string"
    wide: bool = False


@dataclass(frozen=True)
class Kind:
    """What a CustomResourceDefinition says beside its schema."""

    name: str
    plural: str
    short: str
    namespaced: bool
    description: str
    columns: tuple[Column, ...]
    selectable: tuple[str, ...] = ()
    scale: Mapping[str, str] = field(default_factory=dict)


class Part(BaseModel):
    """A nested object of a custom resource: camelCase outside, snake_case inside, never changed in place."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
    )
    rules: ClassVar[tuple[Rule, ...]] = ()

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = handler.resolve_ref_schema(handler(core))
        if cls.rules:
            schema["x-kubernetes-validations"] = [rule.rendered() for rule in cls.rules]
        return schema


class Metadata(Part):
    """The part of `metadata` that a reader of these resources needs; the API server owns its schema."""

    model_config = ConfigDict(extra="ignore")

    name: str
    namespace: str = ""
    uid: str = ""
    generation: int = 0
    resource_version: str = ""
    labels: Mapping[str, str] = Field(default_factory=dict)
    annotations: Mapping[str, str] = Field(default_factory=dict)
    finalizers: tuple[str, ...] = ()
    creation_timestamp: datetime | None = None
    deletion_timestamp: datetime | None = None


class ConditionStatus(StrEnum):
    """Whether a condition holds."""

    TRUE = "True"
    FALSE = "False"
    UNKNOWN = "Unknown"


class Condition(Part):
    """One observed fact about the object, in the shape of every Kubernetes condition."""

    model_config = ConfigDict(extra="ignore")

    type: Annotated[str, Field(max_length=64, pattern=r"^[A-Z][A-Za-z]*$")]
    """What the condition is about."""
    status: ConditionStatus
    """Whether it holds."""
    reason: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Z][A-Za-z]*$")]
    """Why, as one word of the closed list in docs/reference/conditions.md."""
    message: Annotated[str, Field(max_length=2048)] = ""
    """The same in plain words, with the remedy."""
    last_transition_time: AwareDatetime
    """When `status` last changed."""
    observed_generation: Annotated[int, Field(ge=0)] | None = None
    """The generation of the spec that this was seen for."""


Conditions = Annotated[
    tuple[Condition, ...],
    Field(
        max_length=16,
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
    ),
]

_QUANTITY = r"^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei)?$"
_INT_OR_STRING = {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]}

# Strict integers: else the text "5" would be read as the number 5, which the API server does not do.
Quantity = Annotated[
    Annotated[int, Field(ge=0, strict=True)] | Annotated[str, Field(max_length=32, pattern=_QUANTITY)],
    WithJsonSchema({**_INT_OR_STRING, "maxLength": 32, "pattern": _QUANTITY, "minimum": 0}),
]
"""An amount as Kubernetes writes it: `2`, `500m`, `1Gi`. Numbers and strings are both accepted."""

Size = Annotated[str, Field(max_length=32, pattern=r"^[1-9][0-9]*(\.[0-9]+)?(M|Mi|G|Gi|T|Ti)$")]
"""An amount of bytes with its unit: `512Mi`, `10Gi`."""

_COUNT_OR_PERCENT = r"^(100|[1-9]?[0-9])%$"

CountOrPercent = Annotated[
    Annotated[int, Field(ge=0, le=1000, strict=True)] | Annotated[str, Field(max_length=4, pattern=_COUNT_OR_PERCENT)],
    WithJsonSchema(
        {**_INT_OR_STRING, "maxLength": 4, "pattern": _COUNT_OR_PERCENT, "minimum": 0, "maximum": 1000},
    ),
]
"""A number of pods, 0 to 1000, or a share such as `50%`."""

ObjectName = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")]
"""The name of another object of the same namespace."""

SetOf = Field(json_schema_extra={"x-kubernetes-list-type": "set"})
"""Marks a list whose entries are unique."""
