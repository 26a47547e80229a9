"""The figures that we promise: measured, compared with their limit, written to build/figures.json."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.kube_fixtures import ROOT

FILE = ROOT / "build" / "figures.json"
FULL = bool(os.environ.get("FREEHOLD_FULL"))  # the long forms: more tries, minutes of rest, real load


@dataclass(frozen=True)
class Figure:
    """One measured value; `limit` is what must hold, None where only seen or not seen counts."""

    name: str
    value: float
    unit: str
    limit: float | None


@dataclass
class Figures:
    """What this session has measured."""

    file: Path = FILE
    measured: dict[str, Figure] = field(default_factory=dict)

    def measure(self, name: str, value: float, unit: str, *, limit: float | None = None) -> None:
        """Write a figure down, then hold it against its limit."""
        self.measured[name] = Figure(name, round(value, 3), unit, limit)
        self._write()
        assert limit is None or value <= limit, f"{name}: {value:.2f} {unit}, at most {limit} promised"

    def lines(self) -> list[str]:
        rows = self.measured.values()
        return [f"{f.value:>10.2f} {f.unit:<8} {'<= ' + str(f.limit) if f.limit else '':<10} {f.name}" for f in rows]

    def _write(self) -> None:
        """Figures of earlier sessions stay until they are measured again."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        known = json.loads(self.file.read_text()) if self.file.exists() else {}
        known |= {name: asdict(figure) for name, figure in self.measured.items()}
        self.file.write_text(json.dumps(known, indent=1) + "\n")


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least `share` of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * round(share * 1000) // 1000))
    return ordered[rank - 1]
