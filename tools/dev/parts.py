"""One program of `make dev`: started with a log of its own, out of reach of the terminal's Ctrl-C, ended as a group."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from dev.errors import PartEndedError

POLL_SECONDS = 0.05
LAST_CHARACTERS = 3000
_PROBE_SECONDS = 10.0


class Part:
    """A running program. Its group is its own, so that npm's children end with it."""

    def __init__(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str], log: Path, folder: Path
    ) -> None:
        self.name = name
        self._log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                arguments,
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def wait_until(self, ready: Callable[[], bool], timeout_seconds: float) -> None:
        """PartEndedError where it ends, or is not ready in time."""
        deadline = time.monotonic() + timeout_seconds
        while not ready():
            if self.ended:
                raise PartEndedError(self.obituary("ended"))
            if time.monotonic() > deadline:
                raise PartEndedError(self.obituary(f"was not ready after {timeout_seconds:.0f} s"))
            time.sleep(POLL_SECONDS)

    def obituary(self, what: str) -> str:
        """`what` and the end of the log."""
        return (
            f"{self.name} {what}; the end of {self._log}:\n{self._log.read_text(errors='replace')[-LAST_CHARACTERS:]}"
        )

    def kill(self) -> None:
        """At once: in development nothing is worth waiting for, and PostgreSQL takes back what was half done."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def answers(url: str) -> Callable[[], bool]:
    """Whether `url` answers with success now."""

    def probe() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=_PROBE_SECONDS) as reply:
                return bool(reply.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    return probe


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]
