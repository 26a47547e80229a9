"""What a start costs, in things that a busy machine does not change: modules and memory.

Real: an interpreter of its own that imports what `serve` imports and builds every route. Open: seconds, `make bench`.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

# Needed by commands, by tests or by nobody: each costs a start between 50 and 500 ms.
NOT_AT_START = {
    "alembic",
    "email_validator",
    "freehold_operator",
    "httpx",
    "jinja2",
    "kopf",
    "kubernetes",
    "numpy",
    "openai",
    "sentry_sdk",
    "typer",
    "websockets",
}
MODULES = 1350
RSS_KIB = 130 * 1024  # of 140 MB that a whole idle process may take
_START = """
import json, sys
import freehold_app.serving
from freehold_app.control import rest_app
rest_app()
rss = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmRSS"))
print(json.dumps({"modules": sorted(sys.modules), "rss": int(rss)}))
"""


@pytest.fixture(scope="module")
def started() -> dict[str, list[str] | int]:
    done = subprocess.run([sys.executable, "-c", _START], capture_output=True, text=True, check=True)
    found: dict[str, list[str] | int] = json.loads(done.stdout)
    return found


def test_a_start_imports_nothing_that_serving_does_not_need(started: dict[str, list[str] | int]) -> None:
    modules = started["modules"]
    assert isinstance(modules, list)
    assert {name.partition(".")[0] for name in modules} & NOT_AT_START == set()
    assert len(modules) <= MODULES


def test_a_started_process_fits_in_its_memory(started: dict[str, list[str] | int]) -> None:
    rss = started["rss"]
    assert isinstance(rss, int)
    assert rss <= RSS_KIB
