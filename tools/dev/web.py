"""The web app for `make dev`: its packages from the lock, and Next's server, which passes calls on to the app."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Mapping

from dev.configuration import HOST
from dev.errors import DevError
from dev.places import Places
from dev.ports import Ports


def node(places: Places, *command: str) -> list[str]:
    """`command` with the project's Node first on PATH."""
    return ["sh", str(places.root / "tools" / "node.sh"), *command]


def server(places: Places) -> list[str]:
    return node(places, "npm", "run", "--silent", "dev", "--", "--hostname", HOST)


def environment(ports: Ports) -> dict[str, str]:
    """Next's port, and where it passes on what it does not serve itself."""
    return {"PORT": str(ports.web), "FREEHOLD_DEV_APP": f"http://{HOST}:{ports.app}"}


def prepare(places: Places, environ: Mapping[str, str]) -> None:
    """Install frontend/node_modules where it is missing or older than its lock; DevError with npm's words."""
    folder = places.root / "frontend"
    digest = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    stamp = places.packages_made
    if (folder / "node_modules").is_dir() and stamp.exists() and stamp.read_text() == digest:
        return
    print("dev: installing the web app's packages (npm ci)", flush=True)
    command = node(places, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
    done = subprocess.run(command, cwd=folder, env=dict(environ), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DevError(f"npm ci failed:\n{done.stderr[-2000:]}")
    stamp.write_text(digest)
