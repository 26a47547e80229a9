"""A store as a child process of ours: its programs, its port, its log, its end."""

from __future__ import annotations

import importlib.util
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

STOP_SECONDS = 30.0
_POLL_SECONDS = 0.02


class StoreError(RuntimeError):
    """A store did not start; the message holds the end of its log."""


def package_folder(package: str) -> Path:
    """Where a wheel lies, without importing it: its own start-up code does more than we want."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise StoreError(f"the package {package} is not installed; run tools/setup.sh")
    return Path(spec.submodule_search_locations[0])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class StoreProcess:
    """One running store. `prepare` is called in the child before the program starts."""

    def __init__(self, arguments: Sequence[str], log: Path, prepare: Callable[[], None] | None = None) -> None:
        self._log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=prepare,  # noqa: PLW1509  no threads of ours run yet
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until(self, ready: Callable[[], bool], timeout_seconds: float) -> None:
        deadline = time.monotonic() + timeout_seconds
        while not ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise StoreError(f"did not start:\n{self._log.read_text(errors='replace')[-2000:]}")
            time.sleep(_POLL_SECONDS)

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self._process.poll() is None:
            self._process.send_signal(number)
            self._process.wait(STOP_SECONDS)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(STOP_SECONDS)
