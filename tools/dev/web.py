"""The web app for `make dev`: its packages from the lock, and a server that passes calls on to the app.

While one edits that is Next's; a trial serves the built files, with the headers that nginx sends.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping

from dev.configuration import HOST
from dev.errors import DevError
from dev.places import Places
from dev.ports import Ports


def node(places: Places, *command: str) -> list[str]:
    """`command` with the project's Node first on PATH."""
    return ["sh", str(places.root / "tools" / "node.sh"), *command]


def next_server(places: Places) -> list[str]:
    """Pages are compiled when somebody opens them; npm in between would only cost its own start."""
    return node(places, "node", "node_modules/next/dist/bin/next", "dev", "--hostname", HOST)


def built_server(places: Places) -> list[str]:
    """The files of `npm run build`; DevError where there are none."""
    if not (places.root / "frontend" / "out" / "index.html").is_file():
        raise DevError("the web app is not built: run 'sh ../tools/node.sh npm run build' in frontend/")
    return node(places, "node", "tests/real/server.ts")


def environment(ports: Ports) -> dict[str, str]:
    """The server's port, and where it passes on what it does not serve itself."""
    return {"PORT": str(ports.web), "FREEHOLD_DEV_APP": f"http://{HOST}:{ports.app}"}


def prepare(places: Places, environ: Mapping[str, str]) -> None:
    """Install frontend/node_modules where it is missing or older than its lock; DevError with npm's words."""
    script = str(places.root / "tools" / "frontend.sh")
    done = subprocess.run(["sh", script, "install"], env=dict(environ), stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise DevError(f"the web app's packages cannot be installed:\n{done.stderr[-2000:]}")
