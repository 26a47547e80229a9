"""Starts everything side by side, watches it, starts the app anew when its code changes, and ends everything.

The order: web server and engine, which need nothing; stores; the schema, where it is not as the migrations want it; the
app; the owner, the first time; then the address is told once all three answer over HTTP.
"""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from dev import configuration, web
from dev.configuration import HOST, Stores
from dev.credentials import EMAIL, TENANT, Credentials
from dev.database import running_stores
from dev.errors import DevError, PartEndedError
from dev.parts import LAST_CHARACTERS, Part, answers, python
from dev.places import Places
from dev.ports import Ports
from dev.schema import described, is_due
from dev.tail import Tail
from images.reload import changed, times

LOOK_SECONDS = 0.3
APP_SECONDS, ENGINE_SECONDS, WEB_SECONDS = 90.0, 90.0, 90.0  # on a machine that does much else


@dataclass(frozen=True)
class Setup:
    """One run: where, on which ports, with which secrets, in whose environment, with which model."""

    places: Places
    ports: Ports
    secrets: Credentials
    inherited: Mapping[str, str]
    weights: Path
    web_server: Sequence[str]
    bootstrap: str = ""
    """The token with which a browser makes the first owner; empty: the owner of `secrets` is made."""


@dataclass
class Running:
    """What is up; the app is replaced when its code changes."""

    setup: Setup
    stores: Stores
    app: Part
    others: Sequence[Part]

    def end_app(self) -> None:
        """The one that runs now."""
        self.app.kill()

    def start_app_again(self) -> None:
        self.end_app()
        try:
            migrate(self.setup, self.stores)
        except DevError as error:
            print(error, flush=True)
        self.app = start_app(self.setup, self.stores)


@contextlib.contextmanager
def everything(setup: Setup) -> Iterator[Running]:
    """All parts, ready, until the end of the block."""
    setup.places.routes.write_text(configuration.routes(setup.ports))
    with contextlib.ExitStack() as ends:
        others = []
        for start in (start_web, start_engine):
            others.append(start(setup))
            ends.callback(others[-1].kill)
        stores = ends.enter_context(running_stores(setup.places, setup.secrets))
        migrate(setup, stores)
        running = Running(setup, stores, start_app(setup, stores), others)
        ends.callback(running.end_app)
        make_owner(setup, stores)
        wait_for_all(running)
        yield running


def start_web(setup: Setup) -> Part:
    environment = {**setup.inherited, **web.environment(setup.ports)}
    folder = setup.places.root / "frontend"
    return Part("web", setup.web_server, environment, setup.places.log("web"), folder)


def start_engine(setup: Setup) -> Part:
    server = setup.places.root / "engines" / "llamacpp" / "serve.py"
    environment = {**setup.inherited, "PYTHONPATH": str(setup.places.engine / "lib")}
    arguments = python(str(server), *configuration.engine_arguments(setup.weights, setup.ports))
    return Part("engine", arguments, environment, setup.places.log("engine"), setup.places.dev)


def start_app(setup: Setup, stores: Stores) -> Part:
    arguments = python("-m", "freehold_app", "serve")
    return Part("app", arguments, _app_environment(setup, stores), setup.places.log("app"), setup.places.root)


def migrate(setup: Setup, stores: Stores) -> None:
    """DevError with the command's words where the schema cannot be brought up to date; nothing where it is."""
    wanted, stamp = described(setup.places.migrations, _today()), setup.places.schema_made
    if not is_due(stamp, wanted):
        return
    environment = {**setup.inherited, **configuration.migration_environment(stores)}
    _command(python("-m", "freehold_app", "migrate", "--wait-seconds", "5"), environment, setup.places.root)
    stamp.write_text(wanted)


def make_owner(setup: Setup, stores: Stores) -> None:
    """Once for each database: a second time would end the person's sessions."""
    stamp = setup.places.owner_made
    if setup.bootstrap or stamp.exists():
        return
    command = python("-m", "freehold_app", "create-owner", "--tenant", TENANT, "--email", EMAIL, "--password-stdin")
    _command(command, _app_environment(setup, stores), setup.places.root, stdin=f"{setup.secrets.owner}\n")
    stamp.touch()


def wait_for_all(running: Running) -> None:
    ports = running.setup.ports
    web_part, engine_part = running.others
    running.app.wait_until(answers(f"http://{HOST}:{ports.admin}/readyz"), APP_SECONDS)
    engine_part.wait_until(answers(f"http://{HOST}:{ports.engine}/health"), ENGINE_SECONDS)
    web_part.wait_until(answers(f"{configuration.address(ports)}/sign-in"), WEB_SECONDS)


def watch(running: Running) -> None:
    """Look for changes and ends for ever. An app that ends by itself waits for its code to be mended."""
    setup = running.setup
    tails = [Tail(name, setup.places.log(name)) for name in ("app", "web")]
    seen, told = times(setup.places.app_sources), False
    while True:
        time.sleep(LOOK_SECONDS)
        for line in (line for tail in tails for line in tail.lines()):
            print(line, flush=True)
        if running.app.ended and not told:
            print("dev: the app ended; it starts again when its code changes", flush=True)
            told = True
        for part in running.others:
            if part.ended:
                raise PartEndedError(part.obituary("ended"))
        now = times(setup.places.app_sources)
        if changed(seen, now):
            print(_news(changed(seen, now), setup.places.root), flush=True)
            running.start_app_again()
            seen, told = now, False


def _news(files: Sequence[Path], root: Path) -> str:
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return f"dev: {files[0].relative_to(root)}{more} changed, starting the app again"


def _app_environment(setup: Setup, stores: Stores) -> dict[str, str]:
    ours = configuration.app_environment(setup.ports, stores, setup.secrets, setup.places.routes, setup.bootstrap)
    return {**setup.inherited, **ours}


def _today() -> date:
    return datetime.now(UTC).date()


def _command(arguments: Sequence[str], environment: Mapping[str, str], folder: Path, stdin: str = "") -> None:
    done = subprocess.run(
        arguments, env=dict(environment), cwd=folder, input=stdin, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise DevError(f"{' '.join(arguments[1:4])} failed:\n{done.stderr[-LAST_CHARACTERS:]}")
