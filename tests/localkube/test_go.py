"""The Go programs' own tests: the rules that NetworkPolicies become, without a kernel."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from localkube.build import GO_DIR, go_environment

pytestmark = [pytest.mark.api, pytest.mark.timeout(300)]


@pytest.mark.skipif(shutil.which("go") is None, reason="needs the Go toolchain")
def test_the_rendering_of_policies_passes_its_own_tests() -> None:
    command = ["go", "test", "-vet=off", "-mod=readonly", "-trimpath", "./policy"]
    result = subprocess.run(
        command, cwd=GO_DIR / "kubernetes", env=go_environment(), capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "ok" in result.stdout
