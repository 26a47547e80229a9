"""The tiers, lowest first: what selects their tests, what they stand on, how long they may take.

A test belongs in the lowest tier in which it can fail for the right reason.
"""

from __future__ import annotations

from dataclasses import dataclass

LACKS_A_PROGRAM = 75
"""What a tier's script ends with where this machine cannot run it; it says itself what is missing."""
MARKERS = ("inproc", "stores", "charts", "api", "node", "kind")


@dataclass(frozen=True)
class Tier:
    """One tier: `budget_seconds` is for 2 cores with everything cached, `timeout_seconds` for one test."""

    name: str
    budget_seconds: int
    timeout_seconds: int = 60
    parallel: bool = False
    cluster: bool = False
    script: str = ""
    """A program that runs the tier in pytest's place: called with the tier's name and where its JUnit file goes."""

    @property
    def expression(self) -> str:
        """The pytest marker expression; the unit tier is what carries no marker.

        A test with two markers runs once, in the higher of its tiers.
        """
        if self.name == "unit":
            return " and ".join(f"not {marker}" for marker in MARKERS)
        higher = MARKERS[MARKERS.index(self.name) + 1 :]
        return " and ".join([self.name, *(f"not {marker}" for marker in higher)])


TIERS = (
    Tier("unit", 45, parallel=True),
    Tier("inproc", 75, parallel=True),
    Tier("stores", 240, timeout_seconds=180, parallel=True),  # each worker has servers of its own
    Tier("charts", 30),
    Tier("frontend", 120, script="tools/frontend.sh"),
    Tier("browser", 420, script="tools/frontend.sh"),
    Tier("api", 150, timeout_seconds=180, cluster=True),
    Tier("node", 480, timeout_seconds=600, cluster=True),
)
