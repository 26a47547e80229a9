"""The long builds that the cluster tiers need, started first and in the background: two cores must not wait idle."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

REPORT_EVERY_SECONDS = 15.0
DEADLINE_SECONDS = 45 * 60.0


def missing_for_clusters() -> str:
    """What this machine lacks for a cluster of its own; empty if nothing.

    A kubeconfig in FREEHOLD_TEST_KUBECONFIG stands for a cluster that is there already.
    """
    if os.environ.get("FREEHOLD_TEST_KUBECONFIG"):
        return ""
    if sys.platform != "linux":
        return "Linux"
    if os.geteuid() != 0:
        return "root (namespaces and control groups)"
    return "" if shutil.which("go") else "the Go toolchain"


class Preparation:
    """`make images` in the background: Debian packages, server binaries, base images, our images."""

    def __init__(self, log: Path) -> None:
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("w") as stream:
            self.process = subprocess.Popen(
                ["nice", "-n", "5", sys.executable, "-m", "install", "images"],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
            )

    def wait(self) -> str:
        """Wait with a line every 15 s; return what went wrong, empty if nothing."""
        started = time.monotonic()
        while True:
            try:
                code = self.process.wait(REPORT_EVERY_SECONDS)
                break
            except subprocess.TimeoutExpired:
                waited = time.monotonic() - started
                print(f"waiting for binaries and images, {waited:.0f} s: {self._last_line()}", flush=True)
                if waited > DEADLINE_SECONDS:
                    self.process.kill()
                    self.process.wait()
                    return f"building binaries and images took over {DEADLINE_SECONDS:.0f} s, see {self.log}"
        return f"building binaries and images failed, see {self.log}: {self._last_line()}" if code else ""

    def stop(self) -> None:
        """End the build if it still runs."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)

    def _last_line(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else ""
