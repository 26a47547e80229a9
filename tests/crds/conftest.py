"""Real: the API server of tier `api`, with our definitions applied from k8s/crds. Faked: nothing.

Asserted is what the API server answers. Left open: what the operator makes of an accepted object.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from freehold_crds.render import definitions
from tests.crds.kube import CRDS, Server

ROOT = Path(__file__).resolve().parents[2]
CLUSTER = "test-crds"
ESTABLISHED_SECONDS = 20.0
POLL_SECONDS = 0.05


@pytest.fixture(scope="session")
def kubeconfig() -> Iterator[Path]:
    """An API server of our own, or the one that FREEHOLD_TEST_KUBECONFIG names."""
    if given := os.environ.get("FREEHOLD_TEST_KUBECONFIG"):
        yield Path(given)
        return
    _localkube("up", "--tier", "api")
    try:
        yield Path(_localkube("kubeconfig").strip().splitlines()[-1])
    finally:
        _localkube("down")


@pytest.fixture(scope="session")
def server(kubeconfig: Path, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """The API server with both definitions established."""
    server = Server(kubeconfig, tmp_path_factory.mktemp("certificates"))
    for name in definitions():
        raw = yaml.safe_load((ROOT / "k8s" / "crds" / f"{name}.yaml").read_text(encoding="utf-8"))
        applied = server.apply(f"{CRDS}/{name}", raw)
        assert applied.code in (200, 201), applied
        _wait_until_established(server, name)
    return server


def _wait_until_established(server: Server, name: str) -> None:
    deadline = time.monotonic() + ESTABLISHED_SECONDS
    while True:
        conditions: list[dict[str, Any]] = server.get(f"{CRDS}/{name}").body.get("status", {}).get("conditions", [])
        if any(seen["type"] == "Established" and seen["status"] == "True" for seen in conditions):
            return
        assert time.monotonic() < deadline, f"{name} is not established: {conditions}"
        time.sleep(POLL_SECONDS)


def _localkube(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "localkube", *arguments, "--name", CLUSTER],
        env={**os.environ, "PYTHONPATH": str(ROOT / "tools")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"localkube {' '.join(arguments)}: {done.stdout}\n{done.stderr}"
    return done.stdout
