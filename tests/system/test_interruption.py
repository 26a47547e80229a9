"""`make up` killed in the middle, with everything it started; then it just works again, and `make down` leaves nothing.

Real: a cluster of this test's own, made and removed by the program behind `make up`. Needs root, not a given cluster.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from install import dotenv
from install.gateway import Gateway
from install.processes import left_over
from localkube.cluster import Place
from localkube.processes import init_and_parents
from localkube.settings import state_root
from tests.kube_fixtures import ROOT
from tests.localkube.footprint import footprint, nothing
from tests.system.figures import FULL, Figures

pytestmark = [
    pytest.mark.node,
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        bool(os.environ.get("FREEHOLD_TEST_KUBECONFIG")) and not FULL, reason="a cluster is given; this makes its own"
    ),
]

PARTS = ("job", "cluster", "forward")
MOMENTS = ("load", "install", "samples") if FULL else ("install",)
UP_SECONDS = 120.0
DOWN_SECONDS = 20.0


@dataclass(frozen=True)
class Checkout:
    """One installation's folder and cluster."""

    local: Path
    name: str

    @property
    def environ(self) -> dict[str, str]:
        own = {"CLUSTER": "localkube", "CLUSTER_NAME": self.name, "FREEHOLD_LOCAL": str(self.local)}
        return os.environ | own | {"PYTHONPATH": str(ROOT / "tools")}

    @property
    def place(self) -> Place:
        return Place(self.name, state_root())

    def start(self, verb: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "install", verb]
        return subprocess.Popen(
            command, cwd=ROOT, env=self.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def run(self, verb: str) -> float:
        """Run to the end; returns the seconds."""
        begun = time.monotonic()
        with self.start(verb) as child:
            said, _ = child.communicate()
        assert child.returncode == 0, said[-3000:]
        return time.monotonic() - begun

    def kill_everything(self) -> None:
        for pid in [*left_over(self.local.resolve(), PARTS), *init_and_parents(self.place)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def run_until(self, step: str) -> None:
        """Start `make up` and kill it, and everything that it started, a moment after that step begins."""
        with self.start("up") as child:
            assert child.stdout is not None
            reached = any(f" {step} " in line for line in child.stdout)
            assert reached, f"make up ended before the step {step}"
            child.kill()
            self.kill_everything()


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    made = Checkout(tmp_path / "local", f"fh-test-kill-{os.getpid()}")
    yield made
    made.run("down")


def test_after_a_kill_of_everything_make_down_and_make_up_work(checkout: Checkout, figures: Figures) -> None:
    for moment in MOMENTS:
        checkout.run_until(moment)
        if moment != MOMENTS[-1]:
            checkout.run("up")
    checkout.run("down")
    assert footprint(checkout.place) == nothing()
    assert left_over(checkout.local.resolve(), PARTS) == []
    assert not checkout.local.exists()
    figures.measure("make up, binaries and images cached", checkout.run("up"), "s", limit=UP_SECONDS)
    values = dotenv.read(checkout.local / "freehold.env")
    gateway = Gateway(values[dotenv.BASE_URL], values[dotenv.API_KEY])
    assert gateway.knows_key()
    assert gateway.ask("smollm2").text
    again = checkout.run("up")
    assert dotenv.read(checkout.local / "freehold.env") == values, "a second make up keeps address and key"
    figures.measure("make up again, nothing to do", again, "s", limit=UP_SECONDS)
    figures.measure("make down", checkout.run("down"), "s", limit=DOWN_SECONDS)
    assert footprint(checkout.place) == nothing()
    assert left_over(checkout.local.resolve(), PARTS) == []
