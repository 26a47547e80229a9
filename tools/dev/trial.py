"""A fresh installation for one command: built web app, app, stores and model on ports of their own, gone afterwards.

It is what the browser tests run in. The command finds it in its environment.
"""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Mapping, Sequence

from dev import configuration, engine, supervisor, web
from dev.configuration import HOST, MODEL
from dev.credentials import TENANT, credentials
from dev.places import Places
from dev.ports import Ports
from dev.supervisor import Setup
from stores.process import free_port

_TOKEN_BYTES = 32


def described(ports: Ports, bootstrap: str) -> dict[str, str]:
    """What the command is told."""
    return {
        "FREEHOLD_URL": configuration.address(ports),
        "FREEHOLD_API_URL": f"http://{HOST}:{ports.app}",
        "FREEHOLD_BOOTSTRAP_TOKEN": bootstrap,
        "FREEHOLD_TEST_TENANT": TENANT,
        "FREEHOLD_TEST_MODEL": MODEL,
    }


def run(places: Places, inherited: Mapping[str, str], command: Sequence[str]) -> int:
    """The command's exit status; DevError where the installation does not start."""
    weights = engine.prepare(places)
    ports = Ports(free_port(), free_port(), free_port(), free_port())
    bootstrap = secrets.token_urlsafe(_TOKEN_BYTES)
    setup = Setup(
        places, ports, credentials(places.credentials), inherited, weights, web.built_server(places), bootstrap
    )
    with supervisor.everything(setup):
        print(f"trial: the installation runs at {configuration.address(ports)}", flush=True)
        return subprocess.run(command, env={**inherited, **described(ports, bootstrap)}, check=False).returncode
