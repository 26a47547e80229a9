"""`python -m tiers [TIER ...]`: by default all that do not run by name only.

FREEHOLD_REQUIRE=api,node makes a missing one a failure.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tiers.definitions import LACKS_A_PROGRAM, TIERS, Tier
from tiers.outcome import Outcome, failures, read_junit, skip_reasons, table, verdict
from tiers.preparation import Preparation, missing_for_clusters

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"


def command(tier: Tier, junit: Path, extra: list[str]) -> list[str]:
    """The call of one tier: its script, or pytest with two workers where tests do not share servers."""
    if tier.script:
        return ["sh", tier.script, tier.name, str(junit)]
    workers = ["-n", "2"] if tier.parallel else []
    return [
        *(sys.executable, "-m", "pytest", "-q", "--no-header", "-m", tier.expression),
        *(f"--timeout={tier.timeout_seconds}", f"--junitxml={junit}", "-o", "junit_family=xunit2"),
        *workers,
        *extra,
    ]


def run(tier: Tier, extra: list[str]) -> Outcome:
    """Run one tier and read what came of it."""
    junit = BUILD / f"junit-{tier.name}.xml"
    junit.unlink(missing_ok=True)
    print(f"\n== {tier.name}", flush=True)
    started = time.monotonic()
    code = subprocess.run(command(tier, junit, extra), cwd=ROOT, check=False).returncode
    seconds = time.monotonic() - started
    if code == LACKS_A_PROGRAM:
        return Outcome(tier.name, missing="a program is missing; its name stands above")
    if not junit.exists():
        return Outcome(tier.name, failed=1, seconds=seconds, budget_seconds=tier.budget_seconds)
    passed, failed, skipped = read_junit(junit)
    for reason, count in skip_reasons(junit).items():
        print(f"   skipped {count}: {reason}")
    if code not in (0, 5) and failed == 0:
        failed = 1  # pytest itself failed: a bad option, a broken conftest
    return Outcome(tier.name, passed, failed, skipped, seconds, tier.budget_seconds, failures=failures(junit))


def main(argv: list[str]) -> int:
    """Run the selected tiers; 0 only if all of them, and every required one, are green."""
    parser = argparse.ArgumentParser(prog="tiers", description=__doc__)
    parser.add_argument("tiers", nargs="*", help=", ".join(tier.name for tier in TIERS))
    arguments, extra = parser.parse_known_args(argv)
    unknown = set(arguments.tiers) - {tier.name for tier in TIERS}
    if unknown:
        parser.error(f"no such tier: {', '.join(sorted(unknown))}")
    selected = [tier for tier in TIERS if not arguments.tiers or tier.name in arguments.tiers]
    outcomes = run_all(selected, extra)
    BUILD.mkdir(exist_ok=True)
    times = {row.tier: round(row.seconds, 1) for row in outcomes if row.ran}
    (BUILD / "test-times.json").write_text(json.dumps(times, indent=1) + "\n")
    required = [name for name in os.environ.get("FREEHOLD_REQUIRE", "").split(",") if name and not arguments.tiers]
    reasons = verdict(outcomes, required)
    print("\n" + "\n".join(f"red: {reason}" for reason in reasons))
    print(table(outcomes), flush=True)
    return 1 if reasons else 0


def run_all(selected: list[Tier], extra: list[str]) -> list[Outcome]:
    """The tiers in order; the cluster tiers' builds run beside the lower ones."""
    lacking = missing_for_clusters()
    clusters = [tier for tier in selected if tier.cluster]
    preparation = Preparation(BUILD / "images.log") if clusters and not lacking else None
    outcomes: list[Outcome] = []
    try:
        for tier in selected:
            if tier.cluster and preparation is not None:
                lacking = preparation.wait()
            outcomes.append(Outcome(tier.name, missing=lacking) if tier.cluster and lacking else run(tier, extra))
    finally:
        if preparation is not None:
            preparation.stop()
    return outcomes


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
