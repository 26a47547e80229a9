"""The runner tells the truth: a tier that proves nothing is never green."""

from __future__ import annotations

from pathlib import Path

import pytest

from tiers.definitions import TIERS, Tier
from tiers.outcome import Outcome, failures, read_junit, skip_reasons, table, verdict

JUNIT = """<testsuites><testsuite tests="5" failures="1" errors="1" skipped="1">
<testcase name="a"/><testcase name="b"><skipped message="no GPU"/></testcase>
<testcase classname="tests.c" name="c"><failure message="no"/></testcase>
<testcase classname="d.spec.ts" name="d"><error message="no"/></testcase></testsuite></testsuites>"""


@pytest.fixture
def junit(tmp_path: Path) -> Path:
    file = tmp_path / "junit.xml"
    file.write_text(JUNIT)
    return file


def test_errors_count_as_failures(junit: Path) -> None:
    assert read_junit(junit) == (2, 2, 1)


def test_every_failure_keeps_its_name(junit: Path) -> None:
    assert failures(junit) == ["tests.c: c", "d.spec.ts: d"]


def test_every_skip_keeps_its_reason(junit: Path) -> None:
    assert skip_reasons(junit) == {"no GPU": 1}


def test_a_run_in_which_all_tiers_pass_is_green() -> None:
    assert verdict([Outcome("unit", passed=3)], ["unit"]) == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (Outcome("api", passed=3, failed=1), "1 failed"),
        (Outcome("api", failed=1, failures=["tests.c: c"]), "tests.c: c"),
        (Outcome("api"), "no test passed"),
        (Outcome("api", missing="root"), "required here, but not run (root)"),
        (Outcome("unit", passed=1), "not selected"),
    ],
)
def test_a_red_run_names_its_reason(row: Outcome, said: str) -> None:
    assert any(said in reason for reason in verdict([row], ["api"]))


def test_a_tier_not_run_is_no_failure_where_nobody_requires_it() -> None:
    assert verdict([Outcome("node", missing="root")], []) == []


def test_the_table_ends_with_the_totals_and_names_what_is_missing() -> None:
    text = table([Outcome("unit", passed=2, seconds=99, budget_seconds=30), Outcome("node", missing="root")])
    assert "not run: root" in text
    assert "over budget" in text
    assert text.endswith("2 passed, 0 failed, 0 skipped")


def test_each_test_runs_in_exactly_one_tier() -> None:
    def selects(tier: Tier, markers: set[str]) -> bool:
        names = {marker: marker in markers for marker in ("inproc", "stores", "charts", "api", "node", "kind")}
        return bool(eval(tier.expression, {}, names))

    for markers in (set(), {"inproc"}, {"stores"}, {"charts"}, {"api"}, {"node"}, {"api", "node"}):
        assert sum(selects(tier, markers) for tier in TIERS if not tier.script) == 1, markers
