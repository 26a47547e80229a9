"""`python -m dev up|reset`: what the Makefile calls."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from types import FrameType

from dev import configuration, engine, ports, supervisor, web
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
    parser.add_argument("verb", choices=("up", "reset"))
    verb = {"up": up, "reset": reset}[parser.parse_args(argv).verb]
    signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        with alone(Places()):
            verb(Places())
    except (DevError, StoreError) as error:
        print(f"\nmake dev failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped; what you wrote is kept in .dev/, `make dev-reset` forgets it")
    return 0


def up(places: Places) -> None:
    """Everything, until Ctrl-C."""
    started = time.monotonic()
    end_left_over(places)
    os.environ.update(processes.mark(places.dev, PART))  # inherited by all that starts here
    inherited = configuration.inherited(os.environ) | processes.mark(places.dev, PART)
    chosen = ports.chosen(os.environ)
    web.prepare(places, inherited)
    engine.prepare(places)
    secrets = credentials(places.credentials)
    setup = Setup(places, chosen, secrets, inherited)
    with supervisor.everything(setup) as running:
        print(greeting(chosen, secrets, time.monotonic() - started), flush=True)
        supervisor.watch(running)


def reset(places: Places) -> None:
    """Forget the data and the person; what was downloaded stays."""
    end_left_over(places)
    for path in (places.postgres, places.valkey, places.dev / "logs"):
        shutil.rmtree(path, ignore_errors=True)
    for path in (places.credentials, places.routes, places.owner_made):
        path.unlink(missing_ok=True)
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


@contextlib.contextmanager
def alone(places: Places) -> Iterator[None]:
    """Two runs in one checkout would share a database's files; the kernel lets go of the lock of a killed run."""
    places.dev.mkdir(parents=True, exist_ok=True)
    with (places.dev / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DevError("it runs in this checkout already; stop that one first") from None
        yield


def _as_interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    raise SystemExit(main())
