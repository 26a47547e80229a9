"""How much each Model is wanted: the figures that the operator's autoscaler reads.

`busySeconds` integrates calls in flight and held, so that two reads give the exact mean between them however short the
calls were.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class ModelLoad:
    """One Model's calls in this process."""

    changed_at: float
    inflight: int = 0
    held: int = 0
    busy_seconds: float = 0.0

    def change(self, now: float, *, inflight: int = 0, held: int = 0) -> None:
        """Add to the counts; `now` in seconds of a steady clock."""
        self.settle(now)
        self.inflight += inflight
        self.held += held

    def settle(self, now: float) -> float:
        """Bring the integral up to `now` and return it."""
        if now > self.changed_at:
            self.busy_seconds += (self.inflight + self.held) * (now - self.changed_at)
            self.changed_at = now
        return self.busy_seconds
