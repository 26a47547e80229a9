"""What the probes answer from: written by the working thread, read by the serving one, plain assignments only."""

import time
from collections.abc import Callable

LOOP_STALE_SECONDS = 20.0
WATCH_SILENT_SECONDS = 120.0  # bookmarks come every 60 s


class Health:
    """Heartbeats of the working loop and of each watch."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:  # a fake in tests
        self._clock = clock
        self._beat_at: float | None = None
        self._heard: dict[str, float] = {}
        self.serving = False

    def beat(self) -> None:
        """The working loop turns."""
        self._beat_at = self._clock()

    def expect(self, resource: str) -> None:
        """A watch on this resource was started."""
        self._heard[resource] = self._clock()

    def heard(self, resource: str) -> None:
        """A watch received bytes: an event or a bookmark."""
        if resource in self._heard:
            self._heard[resource] = self._clock()

    def watch_ages(self) -> dict[str, float]:
        """Seconds since each watch said anything."""
        now = self._clock()
        return {resource: now - at for resource, at in self._heard.items()}

    def loop_is_fresh(self) -> bool:
        """False while the working loop hangs; True before it was started."""
        return self._beat_at is None or self._clock() - self._beat_at <= LOOP_STALE_SECONDS

    def problems(self) -> list[str]:
        """Why this process should be restarted; empty when it should not."""
        found = [] if self.loop_is_fresh() else ["the working loop does not turn"]
        silent = [name for name, age in self.watch_ages().items() if age > WATCH_SILENT_SECONDS]
        return found + [f"no word from the watch on {name}" for name in sorted(silent)]
