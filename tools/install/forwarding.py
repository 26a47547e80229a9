"""Brings the gateway to 127.0.0.1 in the background: browsers take only localhost (or https) for a secure context.

The forwarder outlives `make up`; its mark (see `processes`) lets `make down` and the next `make up` find it.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from install.commands import ending_with_us
from install.errors import NotReadyError
from install.processes import end, left_over, mark

FIRST_PORT = 8080
TRIED_PORTS = 40
START_SECONDS = 20.0
PAUSE_SECONDS = 0.5


def free_port(first: int = FIRST_PORT, tried: int = TRIED_PORTS) -> int:
    """The first loopback port from `first` on that nobody listens on."""
    for port in range(first, first + tried):
        if is_free(port):
            return port
    raise NotReadyError(f"no free port from {first} to {first + tried - 1}")


def is_free(port: int) -> bool:
    """Whether a server of ours could listen there on loopback; one that has just ended is in nobody's way."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def end_forwarder(local: Path) -> None:
    end(left_over(local, ["forward"]))


def start_forwarder(root: Path, log: Path, port: int, command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start it in a session of its own and wait until the port takes connections; it is not ended with us."""
    supervisor = [sys.executable, "-m", "install", "forward", "--", *command]
    tools = str(Path(__file__).resolve().parents[1])
    environ = {**os.environ, "PYTHONPATH": tools, **mark(log.parent, "forward")}
    with log.open("a") as output:
        child = subprocess.Popen(
            supervisor,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=root,
            env=environ,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_SECONDS
    while not listens(port):
        if child.poll() is not None or time.monotonic() > deadline:
            raise NotReadyError(f"the forwarder to 127.0.0.1:{port} does not listen", f"tail {log}")
        time.sleep(0.05)
    return child


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def keep_running(command: Sequence[str]) -> None:
    """Run the command again whenever it ends: `kubectl port-forward` ends with its pod."""
    while True:
        subprocess.run(ending_with_us(command), stdin=subprocess.DEVNULL, check=False)
        time.sleep(PAUSE_SECONDS)
