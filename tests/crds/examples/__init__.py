"""Good and bad objects for every CEL rule, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

DEFAULT_NAME = "rule"


@dataclass(frozen=True)
class Example:
    """One rule with an object that keeps it and one that breaks it."""

    kind: str
    rule: str
    good: Mapping[str, Any]
    bad: Mapping[str, Any]
    before: Mapping[str, Any] | None = None
    good_name: str = DEFAULT_NAME
    bad_name: str = DEFAULT_NAME

    def __str__(self) -> str:
        return f"{self.kind}: {self.rule[:50]}"


def examples() -> list[Example]:
    """All examples of both kinds."""
    return [
        Example(kind=kind, **entry)
        for kind in ("Model", "Tenant")
        for entry in yaml.safe_load((Path(__file__).parent / f"{kind.lower()}.yaml").read_text(encoding="utf-8"))
    ]
