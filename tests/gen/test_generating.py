"""The one command for generated files: writes, tells what is stale, is quiet when all is current."""

from pathlib import Path

import pytest

from gen.__main__ import main

REFERENCE = "docs/reference/conditions.md"


def test_check_fails_and_names_a_file_that_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check", "conditions"], root=tmp_path) == 1
    assert REFERENCE in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_check_passes_after_a_run_and_fails_after_an_edit(tmp_path: Path) -> None:
    assert main(["conditions"], root=tmp_path) == 0
    assert main(["--check", "conditions"], root=tmp_path) == 0
    page = tmp_path / REFERENCE
    page.write_text(page.read_text(encoding="utf-8").replace("Serving", "Severing"), encoding="utf-8")
    assert main(["--check", "conditions"], root=tmp_path) == 1


def test_a_current_file_is_not_written_again(tmp_path: Path) -> None:
    main(["conditions"], root=tmp_path)
    before = (tmp_path / REFERENCE).stat().st_mtime_ns
    main(["conditions"], root=tmp_path)
    assert (tmp_path / REFERENCE).stat().st_mtime_ns == before


def test_an_unknown_generator_is_refused_with_the_names_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["crd"])
    assert "crds" in capsys.readouterr().err


def test_the_committed_crds_and_reference_are_current() -> None:
    assert main(["--check", "crds", "conditions"]) == 0
