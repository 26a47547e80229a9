"""`.local/freehold.env` is a contract that scripts read."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from install import dotenv

VALUES = dotenv.entries("http://127.0.0.1:8080", "fhk_abc_DEF-1", Path("/x/kubeconfig"), "owner@acme.example", "p-1_x")


def test_the_agreed_names_are_there_in_order() -> None:
    agreed = ["FREEHOLD_URL", "OPENAI_BASE_URL", "OPENAI_API_KEY", "KUBECONFIG", "FREEHOLD_USER", "FREEHOLD_PASSWORD"]
    assert list(VALUES) == agreed
    assert VALUES["OPENAI_BASE_URL"] == "http://127.0.0.1:8080/v1"


def test_what_is_written_is_read_back_and_only_the_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / ".local/freehold.env"
    dotenv.write(path, VALUES)
    assert dotenv.read(path) == VALUES
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_was_readable_by_all_is_closed_when_replaced(tmp_path: Path) -> None:
    path = tmp_path / "freehold.env"
    path.write_text("old")
    path.chmod(0o644)
    dotenv.write(path, VALUES)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_shell_reads_the_same_values(tmp_path: Path) -> None:
    path = tmp_path / "freehold.env"
    dotenv.write(path, VALUES)
    shell = f'. {path}; printf \'%s %s\' "$OPENAI_API_KEY" "$FREEHOLD_URL"'
    read = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True).stdout
    assert read == "fhk_abc_DEF-1 http://127.0.0.1:8080"


@pytest.mark.parametrize("value", ["two words", "$(reboot)", "a\nB=c", "", "it's"])
def test_a_value_that_a_shell_would_read_differently_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="OPENAI_API_KEY"):
        dotenv.rendered({"OPENAI_API_KEY": value})


def test_no_file_reads_as_nothing(tmp_path: Path) -> None:
    assert dotenv.read(tmp_path / "missing") == {}


def test_comments_and_blank_lines_are_skipped() -> None:
    assert dotenv.parsed("# note\n\nA=1=2\n") == {"A": "1=2"}
