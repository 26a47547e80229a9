"""The LlamaCpp engine: llama.cpp's own HTTP server in this process, with a drain that it lacks.

On SIGTERM the wrapper waits until the engine's gauges say that the last call has ended, `--drain-seconds` at most.
The library has no call that stops its server, so the process then simply ends.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from arguments import Arguments, parse

GAUGES = ("llamacpp:requests_processing ", "llamacpp:requests_deferred ")
POLL_SECONDS = 0.1
# One reading of zero may fall between a call's arrival and its count.
QUIET_READINGS = 2
LAST_BYTES_SECONDS = 0.1


class Engine(Protocol):
    """What the wrapper needs of xllamacpp.Server."""

    listening_address: str

    def handle_metrics(self) -> str | bytes: ...


def assign(params: Any, arguments: Arguments) -> Any:
    """Puts the arguments into the library's parameters and gives them back."""
    for path, value in arguments.params.items():
        target, leaf = _target(params, path)
        setattr(target, leaf, value)
    for path, word in arguments.choices.items():
        target, leaf = _target(params, path)
        setattr(target, leaf, member(type(getattr(target, leaf)), word))
    return params


def _target(params: Any, path: str) -> tuple[Any, str]:
    *outer, leaf = path.split(".")
    for name in outer:
        params = getattr(params, name)
    return params, leaf


def member(enum: Any, word: str) -> Any:
    """The member of a library enum whose name ends in `_WORD`: q8_0 is GGML_TYPE_Q8_0."""
    return next(each for each in enum if each.name.lower().endswith(f"_{word}"))


def in_flight(metrics: str | bytes) -> int:
    """Calls that run or wait, from the engine's metrics page."""
    text = metrics.decode() if isinstance(metrics, bytes) else metrics
    return sum(int(float(line.split()[1])) for line in text.splitlines() if line.startswith(GAUGES))


def drain(
    engine: Engine,
    longest_seconds: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,  # both: a fake in tests
) -> int:
    """Waits for the last call's end; the number of calls that are cut."""
    deadline, quiet = clock() + longest_seconds, 0
    while quiet < QUIET_READINGS and clock() < deadline:
        quiet = 0 if in_flight(engine.handle_metrics()) else quiet + 1
        sleep(POLL_SECONDS)
    return in_flight(engine.handle_metrics())


def load(arguments: Arguments) -> Engine:
    """The running server; the library comes in here, so that a wrong argument is told without loading 100 MB."""
    import xllamacpp

    engine: Engine = xllamacpp.Server(assign(xllamacpp.CommonParams(), arguments))
    return engine


class Loading(threading.Thread):
    """Loads aside, so that a signal is heard during minutes of loading (process 1 has no default handler)."""

    def __init__(self, arguments: Arguments, done: threading.Event) -> None:
        super().__init__(daemon=True)
        self.arguments, self.done = arguments, done
        self.engine: Engine | None = None
        self.failure = ""

    def run(self) -> None:
        started = time.monotonic()
        try:
            self.engine = load(self.arguments)
            threads = self.arguments.params["cpuparams.n_threads"]
            print(f"ready after {time.monotonic() - started:.2f} s, {threads} threads", flush=True)
        except (RuntimeError, ValueError, OSError, ImportError, AttributeError) as error:
            self.failure = f"{type(error).__name__}: {error}"
            self.done.set()


def main() -> int:
    arguments = parse(sys.argv[1:])
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    loading = Loading(arguments, stop)
    loading.start()
    stop.wait()
    if loading.failure:
        print(f"the weights cannot be served: {loading.failure}", file=sys.stderr, flush=True)
        return 1
    if loading.engine:
        print(f"stopping, {drain(loading.engine, arguments.drain_seconds)} calls cut", flush=True)
        time.sleep(LAST_BYTES_SECONDS)
    return 0


if __name__ == "__main__":
    os._exit(main())  # no clean-up: the library's threads would be torn down while they run
