"""One line per step, alive while it works: in place on a terminal, plain lines elsewhere, never silent for long.

console = Console(sys.stdout.write, terminal=sys.stdout.isatty(), steps=7)
with console.step("images") as step:
    step.note("app: locked dependencies")
    step.result("3 images, 1 built")
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

SILENCE_SECONDS = 10.0  # a plain log says something at least this often; the promise is 20
BETWEEN_NOTES_SECONDS = 3.0  # a plain log does not repeat every layer of an image
WIDTH = 120
NOTE_WIDTH = 88


def line(number: int, steps: int, name: str, text: str, seconds: float) -> str:
    """`2/7 images     3 images, 1 built  12 s`."""
    return f"{number}/{steps} {name:<10} {text}  {spell(seconds)}"


def spell(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min 05 s`: a duration as a person says it."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def clipped(text: str, width: int = WIDTH) -> str:
    """One printable line of at most `width` characters."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= width else plain[: width - 1] + "…"


@dataclass
class Step:
    """A step that is under way; `note` says what it does now, `result` what came of it."""

    number: int
    name: str
    started: float
    expected: float | None
    text: str = ""
    outcome: str = ""
    said: float = 0.0
    shown: str = ""
    lanes: dict[str, str] = field(default_factory=dict)

    def note(self, text: str, lane: str = "") -> None:
        """Say what is under way; work that runs side by side names its lane."""
        self.lanes[lane] = text
        said = [t for t in self.lanes.values() if t]
        self.text = " · ".join(clipped(t, NOTE_WIDTH // len(said)) for t in said)

    def result(self, text: str) -> None:
        self.outcome = clipped(text)


class Console:
    """Prints the steps; a thread of its own keeps the running one alive."""

    def __init__(
        self,
        write: Callable[[str], object],
        *,
        terminal: bool,
        steps: int,
        expected: Mapping[str, float] | None = None,
        clock: Callable[[], float] = time.monotonic,  # a fake in tests
    ) -> None:
        self._write, self._terminal, self._steps, self._clock = write, terminal, steps, clock
        self._expected = dict(expected or {})
        self._begun = clock()
        self._count = 0
        self._lock = threading.Lock()
        self.seconds: dict[str, float] = {}

    @property
    def total(self) -> float:
        return self._clock() - self._begun

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Run one step; its line is closed with its seconds, or with `failed`."""
        self._count += 1
        now = self._clock()
        step = Step(self._count, name, now, self._expected.get(name), said=now)
        with self._alive(step):
            try:
                yield step
            except BaseException:
                step.result("failed")
                raise
            finally:
                self._close(step)

    def tick(self, step: Step) -> None:
        """Show the running step if it is time to."""
        with self._lock:
            now = self._clock()
            text = self._running(step, now)
            if self._terminal:
                self._write(f"\r\x1b[2K{clipped(text)}")
            elif self._due(step, now):
                step.said, step.shown = now, step.text
                self._write(text + "\n")

    def _due(self, step: Step, now: float) -> bool:
        quiet = now - step.said
        return quiet >= SILENCE_SECONDS or (step.text != step.shown and quiet >= BETWEEN_NOTES_SECONDS)

    def _running(self, step: Step, now: float) -> str:
        last = f" (last time {spell(step.expected)})" if step.expected and step.expected >= 10 else ""
        return line(step.number, self._steps, step.name, f"… {step.text}", now - step.started) + last

    def _close(self, step: Step) -> None:
        with self._lock:
            took = self._clock() - step.started
            self.seconds[step.name] = took
            start = "\r\x1b[2K" if self._terminal else ""
            self._write(start + line(step.number, self._steps, step.name, step.outcome or "done", took) + "\n")

    @contextlib.contextmanager
    def _alive(self, step: Step) -> Iterator[None]:
        over = threading.Event()

        def keep_alive() -> None:
            while not over.wait(0.5):
                self.tick(step)

        thread = threading.Thread(target=keep_alive, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
