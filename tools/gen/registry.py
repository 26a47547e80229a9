"""The list of generators. A new one is a module with `outputs()` and one line here."""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

Outputs = Mapping[str, str]
"""Text of each file by its path from the repository's root."""

ROOT = Path(__file__).resolve().parents[2]

# Named by string: a generator's packages are imported only when it runs.
GENERATORS: Mapping[str, str] = {
    "crds": "gen.crds",
    "conditions": "gen.conditions",
    "engines": "gen.engines",
    "settings": "gen.settings",
    "errors": "gen.errors",
    "metrics": "gen.metrics",
    "openapi": "gen.openapi",
    "api": "gen.api",
    "matrix": "gen.matrix",
    "chart-values": "gen.chart_values",
    "chart-roles": "gen.chart_roles",
}


def generator(name: str) -> Callable[[], Outputs]:
    """The function that makes a generator's files; raises KeyError for an unknown name."""
    outputs: Callable[[], Outputs] = import_module(GENERATORS[name]).outputs
    return outputs
