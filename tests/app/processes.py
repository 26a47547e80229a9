"""The app as its users start it: a process with an environment, ports and an exit code."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from stores.process import free_port

START_SECONDS = 45.0  # of a machine that does other things, too; the app itself needs two
_POLL_SECONDS = 0.05
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("FREEHOLD_")}


@dataclass(frozen=True, slots=True)
class Running:
    """One `serve` process and its two ports."""

    process: subprocess.Popen[bytes]
    public: str
    admin: str
    log: Path

    def get(self, url: str, **headers: str) -> tuple[int, str]:
        """Status and body; status 0 where nothing listens."""
        request = urllib.request.Request(url, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def wait_until(self, path: str, status: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        seen: tuple[int, str] = (0, "")
        while time.monotonic() < deadline:
            seen = self.get(self.admin + path)
            if seen[0] == status:
                return
            time.sleep(_POLL_SECONDS)
        raise AssertionError(f"{path} said {seen}, not {status}:\n{self.log.read_text()[-3000:]}")

    def stop(self) -> int:
        """The exit code after SIGTERM."""
        self.process.terminate()
        return self.process.wait(START_SECONDS)


@contextlib.contextmanager
def serving(environment: Mapping[str, str], roles: str, folder: Path) -> Iterator[Running]:
    public, admin, log = free_port(), free_port(), folder / "app.log"
    ports = {
        "FREEHOLD_GATEWAY_LISTEN": f"127.0.0.1:{public}",
        "FREEHOLD_GATEWAY_ADMIN_LISTEN": f"127.0.0.1:{admin}",
    }
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "freehold_app", "serve", "--roles", roles],
            env={**CLEAN, **environment, **ports},
            stdout=output,
            stderr=output,
        )
    try:
        yield Running(process, f"http://127.0.0.1:{public}", f"http://127.0.0.1:{admin}", log)
    finally:
        process.kill()
        process.wait()
