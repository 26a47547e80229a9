"""`make doctor`: which cluster `make up` would use here, and what the machine lacks for it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from install.choice import Kind, choose
from install.commands import Runner
from install.errors import CommandError, HostError
from install.places import Places
from install.selection import look

FREE_DISK_GIB = 12  # module and build caches 4, images 3, registry 2, headroom


def doctor(places: Places, environ: Mapping[str, str]) -> int:
    """Print one line per finding; the exit status is 1 if `make up` cannot work."""
    problems = 0
    nowhere = Path(os.devnull)  # a look must not leave files
    runner = Runner(places.root, nowhere, {**environ, "PYTHONPATH": str(places.root / "tools")})
    for good, text in findings(runner, places, environ):
        problems += not good
        print(f"{'ok  ' if good else 'LACK'}  {text}")
    return 1 if problems else 0


def findings(runner: Runner, places: Places, environ: Mapping[str, str]) -> Iterator[tuple[bool, str]]:
    """Whether it is good, and what was found."""
    yield True, f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    try:
        choice = choose(environ.get("CLUSTER", ""), look(runner))
    except HostError as error:
        yield False, str(error)
        return
    yield True, f"make up would use {choice.kind} ({choice.because})"
    free = shutil.disk_usage(places.root).free / 2**30
    yield free >= FREE_DISK_GIB, f"{free:.0f} GiB of disk free, {FREE_DISK_GIB} needed"
    if choice.kind is Kind.LOCALKUBE:
        yield from _localkube(runner)
    else:
        yield shutil.which("kubectl") is not None, "kubectl"
    yield bool(shutil.which("npm") or shutil.which("helm")), "npm (to fetch Helm) or helm"


def _localkube(runner: Runner) -> Iterator[tuple[bool, str]]:
    """What localkube itself says; its last sentence is its verdict."""
    said: list[str] = []
    try:
        runner.run([sys.executable, "-m", "localkube", "doctor"], says=said.append)
    except CommandError:
        yield False, "localkube: " + "; ".join(said)
        return
    yield True, "localkube: " + said[-1]
