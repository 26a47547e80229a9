"""`python -m install up|down|doctor|images`: what the Makefile calls."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType

from install import down as downwards
from install import summary
from install import up as upwards
from install.doctor import doctor
from install.errors import HostError, InstallError
from install.forwarding import keep_running
from install.places import Places, here
from install.processes import alone
from install.progress import Console, spell


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="install", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, text in (("up", "install everything"), ("down", "remove it"), ("doctor", "look"), ("images", "build")):
        verbs.add_parser(verb, help=text)
    verbs.add_parser("forward", help="(internal) keep a command running").add_argument("command", nargs="+")
    arguments = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, _as_interrupt)
    if arguments.verb == "forward":
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        keep_running(arguments.command)
    if arguments.verb == "doctor":
        return doctor(here(), os.environ)
    return _guarded(here(), {"up": _up, "down": _down, "images": _images}[arguments.verb])


def _guarded(places: Places, work: Callable[[Places], None]) -> int:
    """Run alone in this checkout; tell a failure in words, with the log and the command to look further."""
    refusal = HostError("another make up or make down is at work in this checkout")  # they would undo each other
    try:
        with alone(places.local / "lock", refusal):
            work(places)
    except InstallError as error:
        sys.stdout.flush()
        sys.stderr.write(summary.failure(str(error), places.log, error.look or f"tail -50 {places.log}"))
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted; make up carries on from here, make down removes it\n")
        return 130
    return 0


def _up(places: Places) -> None:
    console = _console(upwards.STEPS, upwards.durations(places))
    installed = upwards.up(places, console, os.environ)
    upwards.remember_durations(places, console)
    _write("\n" + upwards.conclusion(places, installed, console.total))


def _down(places: Places) -> None:
    console = _console(downwards.STEPS, {})
    downwards.down(places, console, os.environ)
    _write(f"down in {spell(console.total)}\n")


def _images(places: Places) -> None:
    upwards.images(places, _console(1, {}), os.environ)


def _console(steps: int, expected: dict[str, float]) -> Console:
    return Console(_write, terminal=sys.stdout.isatty(), steps=steps, expected=expected)


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _as_interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    raise SystemExit(main())
