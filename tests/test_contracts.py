"""The drawn architecture is the one that runs: every import contract catches a violation planted for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("crds/src/freehold_crds", "app/src/freehold_app", "operator/src/freehold_operator")

# contract -> (module that gets one more line, the line)
PLANTED = {
    "1 app and operator do not know each other": ("freehold_app/errors.py", "import freehold_operator.errors"),
    "2 the custom resources import nothing of ours": ("freehold_crds/errors.py", "import fastapi"),
    "3 the app's layers": ("freehold_app/kit/clock.py", "import freehold_app.platform.errors"),
    "4 the gateway knows no slice but auth": ("freehold_app/gateway/io/meter.py", "import freehold_app.usage"),
    "4 the gateway's data path knows no database": ("freehold_app/gateway/io/meter.py", "import sqlalchemy"),
    "5 the operator's layers": ("freehold_operator/kube/labels.py", "import freehold_operator.model.plan"),
    "5 one direction inside a kind": ("freehold_operator/tenant/plan.py", "import freehold_operator.tenant.reconcile"),
    "6 the operator decides without I/O": ("freehold_operator/model/plan.py", "import asyncio"),
    "7 the gateway's core is pure": ("freehold_app/gateway/core/routing.py", "import time"),
    "8 only repositories and PostgreSQL's adapters": ("freehold_app/keys/service.py", "import sqlalchemy"),
    "8 only adapters speak to Redis": ("freehold_app/usage/jobs.py", "import redis"),
    "9 no pickles, and no programs started": ("freehold_operator/queue.py", "import subprocess"),
    "10 no cycles among siblings": ("freehold_crds/errors.py", "import freehold_crds.loading"),
}


def lint(sources: Path) -> str:
    """What import-linter says of the packages in a folder."""
    program = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [program, "--no-cache", "--config", ROOT / "pyproject.toml"],
        cwd=sources,
        env=os.environ | {"PYTHONPATH": str(sources)},
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout + result.stderr


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for source in SOURCES:
        shutil.copytree(ROOT / source, tmp_path / Path(source).name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def broken(said: str) -> list[str]:
    return [line.removesuffix(" BROKEN") for line in said.splitlines() if line.endswith(" BROKEN")]


def test_the_code_as_it_stands_keeps_every_contract(sources: Path) -> None:
    said = lint(sources)
    assert "0 broken" in said, said


@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_violation_is_caught(sources: Path, contract: str) -> None:
    module, line = PLANTED[contract]
    with (sources / module).open("a") as file:
        file.write(f"\n{line}\n")
    said = lint(sources)
    assert any(name.startswith(contract) for name in broken(said)), said
