"""The repository's layout holds: one of these going wrong costs somebody a day."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BANNED_NAMES = re.compile(r"^(models|utils?|helpers?|common|misc|manager|base_\w+)\.py$")
MAX_LINES = 400


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).exists()]


def folders_without_init(tests: Path) -> list[Path]:
    folders = {file.parent for file in tests.rglob("*.py")}
    return sorted(folder for folder in folders if not (folder / "__init__.py").exists())


def test_the_operator_folder_is_never_a_package() -> None:
    assert not (ROOT / "operator" / "__init__.py").exists()


def test_python_started_at_the_root_finds_the_standard_operator_module() -> None:
    code = "import operator; operator.itemgetter"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_every_folder_of_tests_is_a_package() -> None:
    assert folders_without_init(ROOT / "tests") == []


def test_a_test_folder_without_init_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "test_x.py").touch()
    assert folders_without_init(tmp_path) == [tmp_path / "bad"]


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [path for path in tracked("*.py") if BANNED_NAMES.match(path.name)] == []


def test_no_python_file_is_longer_than_agreed() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked("*.py")
        if (lines := len(path.read_text().splitlines())) > MAX_LINES
    }
    assert long == {}


@pytest.mark.parametrize("member", ["crds", "app", "operator"])
def test_distributions_and_packages_carry_our_name(member: str) -> None:
    project = tomllib.loads((ROOT / member / "pyproject.toml").read_text())["project"]
    assert project["name"] == f"freehold-{member}"
    assert importlib.import_module(f"freehold_{member}").__name__ == f"freehold_{member}"


def test_locks_hold_hashes_and_no_addresses() -> None:
    for lock in (ROOT / "requirements.lock", ROOT / "app/requirements.lock", ROOT / "operator/requirements.lock"):
        text = lock.read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert not re.search(r"^--(index|extra-index|find-links)", text, re.MULTILINE)
