"""What a tier's run came to, read from pytest's JUnit file, and the table that is printed at the end."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Outcome:
    """One tier's row; `missing` says why it could not run, empty if it ran."""

    tier: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    budget_seconds: int = 0
    missing: str = ""
    failures: Sequence[str] = ()
    """The tests that failed, by name: whoever reads only the end of a long log has to know them."""

    @property
    def ran(self) -> bool:
        return not self.missing

    @property
    def green(self) -> bool:
        """A tier in which nothing passed proves nothing, so it is not green."""
        return self.ran and self.failed == 0 and self.passed > 0


def read_junit(file: Path) -> tuple[int, int, int]:
    """Passed, failed (errors included) and skipped tests in a JUnit file."""
    suites = ET.parse(file).getroot().iter("testsuite")
    total = failed = skipped = 0
    for suite in suites:
        total += int(suite.get("tests", 0))
        failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0))
    return max(0, total - failed - skipped), failed, skipped


def failures(file: Path) -> list[str]:
    """File or module, and name, of each test in a JUnit file that failed or broke."""
    cases = ET.parse(file).getroot().iter("testcase")
    return [
        f"{case.get('classname', '')}: {case.get('name', '')}"
        for case in cases
        if case.find("failure") is not None or case.find("error") is not None
    ]


def skip_reasons(file: Path) -> Mapping[str, int]:
    """Reason of each skip and how often it was given: a skip is printed, never silent."""
    reasons: dict[str, int] = {}
    for skipped in ET.parse(file).getroot().iter("skipped"):
        reason = skipped.get("message", "no reason given")
        reasons[reason] = reasons.get(reason, 0) + 1
    return reasons


def table(outcomes: Sequence[Outcome]) -> str:
    """The closing table, then one line that any reader of logs understands."""
    lines = [f"{'tier':<10}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}"]
    for row in outcomes:
        if row.ran:
            late = "  over budget" if row.seconds > row.budget_seconds * 1.2 else ""
            lines.append(f"{row.tier:<10}{row.passed:>8}{row.failed:>8}{row.skipped:>9}{row.seconds:>9.1f}{late}")
        else:
            lines.append(f"{row.tier:<10}  not run: {row.missing}")
    totals = [sum(getattr(row, field) for row in outcomes) for field in ("passed", "failed", "skipped")]
    lines.append("{} passed, {} failed, {} skipped".format(*totals))
    return "\n".join(lines)


def verdict(outcomes: Iterable[Outcome], required: Iterable[str]) -> list[str]:
    """Every reason for which the whole run is red; empty if it is green."""
    rows = {row.tier: row for row in outcomes}
    reasons = [_told(row) for row in rows.values() if row.failed]
    reasons += [f"{row.tier}: no test passed" for row in rows.values() if row.ran and not row.failed and not row.passed]
    for name in required:
        row = rows.get(name)
        if row is None or not row.ran:
            reasons.append(f"{name}: required here, but not run ({row.missing if row else 'not selected'})")
    return reasons


def _told(row: Outcome) -> str:
    return "\n     ".join([f"{row.tier}: {row.failed} failed", *row.failures])
