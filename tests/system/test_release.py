"""The release itself: upgraded again it changes nothing, and its own test says that it works."""

from __future__ import annotations

import os
import subprocess
import time

import pytest

from install.places import NAMESPACE, RELEASE
from tests.kube_fixtures import ROOT
from tests.system.figures import Figures
from tests.system.platform import Installation

pytestmark = pytest.mark.node

SMOKE_SECONDS = 60.0
UPGRADE_SECONDS = 180


def helm(platform: Installation, *arguments: str, seconds: float) -> str:
    """Run the pinned Helm on the installation's cluster; what it says, or AssertionError with it."""
    environment = os.environ | {"KUBECONFIG": str(platform.kube.kubeconfig)}
    done = subprocess.run(
        ["sh", str(ROOT / "tools/helm.sh"), "--namespace", NAMESPACE, *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def serving(platform: Installation) -> set[str]:
    """The pods that run for good, by uid."""
    pods = platform.kube.get("pods", "-n", NAMESPACE)["items"]
    return {pod["metadata"]["uid"] for pod in pods if pod["spec"]["restartPolicy"] == "Always"}


def secrets(platform: Installation) -> dict[str, dict[str, str]]:
    found = platform.kube.get("secrets", "-n", NAMESPACE)["items"]
    return {item["metadata"]["name"]: item["data"] for item in found if item["type"] != "helm.sh/release.v1"}


def test_an_upgrade_that_changes_nothing_leaves_every_pod_and_every_secret(platform: Installation) -> None:
    pods, values = serving(platform), secrets(platform)
    assert "freehold-postgres-passwords" in values
    chart = str(ROOT / "charts/freehold")
    helm(platform, "upgrade", RELEASE, chart, "--reuse-values", "--wait", seconds=UPGRADE_SECONDS)
    assert serving(platform) == pods
    assert secrets(platform) == values


def test_helm_test_passes_within_a_minute(platform: Installation, figures: Figures) -> None:
    begun = time.monotonic()
    said = helm(platform, "test", RELEASE, "--logs", seconds=2 * SMOKE_SECONDS)
    figures.measure("helm test", time.monotonic() - begun, "s", limit=SMOKE_SECONDS)
    lines = [line for line in said.splitlines() if line.startswith(("ok", "FAIL"))]
    assert [line.split(":")[0].split(maxsplit=1) for line in lines] == [
        ["ok", "no key, no answer"],
        ["ok", "models of the tenant"],
        ["ok", "walls"],
    ]
    assert "enforced" in lines[-1]
