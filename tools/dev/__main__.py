"""`python -m dev up|reset|trial COMMAND ...`: what the Makefile and the browser tests call."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from types import FrameType

from dev import configuration, engine, ports, supervisor, trial, web
from dev.credentials import EMAIL, TENANT, Credentials, credentials
from dev.errors import DevError
from dev.places import Places
from dev.ports import Ports
from dev.supervisor import Setup
from install import processes
from stores.process import StoreError

PART = "dev"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="dev", description=__doc__)
    parser.add_argument("verb", choices=("up", "reset", "trial"))
    parser.add_argument("command", nargs=argparse.REMAINDER, help="what a trial runs")
    given = parser.parse_args(argv)
    if bool(given.command) != (given.verb == "trial"):
        parser.error("a trial needs a command, and nothing else takes one")
    for number in (signal.SIGINT, signal.SIGTERM):  # also where the caller has them ignored
        signal.signal(number, _as_interrupt)
    try:
        with alone(places := Places(trial=given.verb == "trial")):
            return _run(given.verb, places, given.command)
    except (DevError, StoreError) as error:
        print(f"\n{'trial' if given.verb == 'trial' else 'make dev'} failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return stopped(given.verb)


def stopped(verb: str) -> int:
    """By Ctrl-C, which is how `up` ends and how nothing else should."""
    if verb != "up":
        return 130
    print("\nstopped; what you wrote is kept in .dev/, `make dev-reset` forgets it")
    return 0


def _run(verb: str, places: Places, command: Sequence[str]) -> int:
    if verb == "trial":
        reset(places)
        return trial.run(places, marked(places), command)
    {"up": up, "reset": reset}[verb](places)
    return 0


def up(places: Places) -> None:
    """Everything, until Ctrl-C."""
    started = time.monotonic()
    end_left_over(places)
    inherited = marked(places)
    chosen = ports.chosen(os.environ)
    weights = prepare(places, inherited)
    secrets = credentials(places.credentials)
    setup = Setup(places, chosen, secrets, inherited, weights, web.next_server(places))
    with supervisor.everything(setup) as running:
        print(greeting(chosen, secrets, time.monotonic() - started), flush=True)
        supervisor.watch(running)


def marked(places: Places) -> dict[str, str]:
    """The environment for all that starts here: by its mark a later run finds what a killed one has left."""
    os.environ.update(processes.mark(places.dev, PART))  # the stores inherit this process's own
    return configuration.inherited(os.environ) | processes.mark(places.dev, PART)


def prepare(places: Places, inherited: dict[str, str]) -> Path:
    """What is fetched once, side by side: the web app's packages and the engine, whose weights are told."""
    with ThreadPoolExecutor() as pool:
        packages, weights = pool.submit(web.prepare, places, inherited), pool.submit(engine.prepare, places)
    packages.result()
    return weights.result()


def reset(places: Places) -> None:
    """Forget the data and the person; what was downloaded stays."""
    end_left_over(places)
    for path in (places.postgres, places.valkey, places.dev / "logs"):
        shutil.rmtree(path, ignore_errors=True)
    for path in (places.credentials, places.routes, places.owner_made, places.schema_made):
        path.unlink(missing_ok=True)
    if not places.trial:
        print("forgotten: database, owner and logs of `make dev`")


def greeting(chosen: Ports, secrets: Credentials, seconds: float) -> str:
    """What a newcomer does next, and where the logs are."""
    return "\n".join(
        [
            f"\nFreehold runs after {seconds:.0f} s, without a cluster.\n",
            f"  open      {configuration.address(chosen)}",
            f"  sign in   {EMAIL}  password {secrets.owner}  (tenant {TENANT})",
            f"  model     {configuration.MODEL}, on this machine's processor",
            f"  API       http://{configuration.HOST}:{chosen.app}/v1  with a key made in the web app\n",
            "Change app/src or frontend/src and see it run. Logs: .dev/logs. Ctrl-C stops everything.\n",
        ]
    )


def end_left_over(places: Places) -> None:
    """What a killed run has left: it would hold the database's files."""
    processes.end(processes.left_over(places.dev, [PART]))


def alone(places: Places) -> AbstractContextManager[None]:
    """Two runs in one checkout would share a database's files."""
    return processes.alone(places.dev / "lock", DevError("it runs in this checkout already; stop that one first"))


def _as_interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    raise SystemExit(main())
