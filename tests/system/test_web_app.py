"""The web app on the real cluster, in a real browser: `frontend/tests/installed` against this installation."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.kube_fixtures import ROOT
from tests.system.platform import Installation
from tiers.definitions import LACKS_A_PROGRAM

pytestmark = [pytest.mark.node, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def packages() -> None:
    """Playwright and a Chromium, which root gets installed."""
    done = subprocess.run(["sh", "tools/frontend.sh", "chromium"], cwd=ROOT, check=False, timeout=580)
    if done.returncode == LACKS_A_PROGRAM:  # only where nobody may install one; a failed installation is a failure
        pytest.skip("no Chromium: install the package chromium, or name one by FREEHOLD_CHROMIUM")
    assert done.returncode == 0


def test_a_person_signs_in_asks_the_real_model_and_reads_offline(platform: Installation, packages: None) -> None:
    drive(platform, "first-minutes")


def test_a_sleeping_model_wakes_in_the_chat_and_answers(platform: Installation, packages: None) -> None:
    platform.kube.kubectl("-n", "tenant-acme", "scale", "model/smollm2", "--replicas=0")
    platform.kube.until(lambda: platform.ready_replicas("smollm2", "tenant-acme") == 0, "smollm2 at zero")
    drive(platform, "asleep")


def drive(platform: Installation, spec: str) -> None:
    """Run one file of `frontend/tests/installed` in Chromium."""
    wanted = ("FREEHOLD_URL", "FREEHOLD_USER", "FREEHOLD_PASSWORD")
    environ = os.environ | {name: platform.environ[name] for name in wanted}
    config = "--config=playwright.installed.config.ts"
    done = subprocess.run(
        ["sh", "../tools/node.sh", "npx", "playwright", "test", config, spec],
        cwd=ROOT / "frontend",
        env=environ,
        capture_output=True,
        text=True,
        timeout=570,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
