"""One result of two programs. Real: files. Open: the programs."""

from __future__ import annotations

from pathlib import Path

from tiers.merging import merge
from tiers.outcome import read_junit

SUITE = '<testsuites><testsuite name="a" tests="{tests}" failures="{failures}" errors="0" skipped="0"/></testsuites>'


def test_two_results_become_one_with_the_sum_of_both(tmp_path: Path) -> None:
    into, other = tmp_path / "junit.xml", tmp_path / "junit.xml.real"
    into.write_text(SUITE.format(tests=4, failures=0))
    other.write_text(SUITE.format(tests=3, failures=1))
    merge(into, other)
    assert read_junit(into) == (6, 1, 0)
    assert not other.exists()


def test_a_program_that_died_before_its_result_is_a_failure(tmp_path: Path) -> None:
    into = tmp_path / "junit.xml"
    into.write_text(SUITE.format(tests=4, failures=0))
    merge(into, tmp_path / "junit.xml.real")
    assert read_junit(into) == (4, 1, 0)
