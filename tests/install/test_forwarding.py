"""The gateway comes to a loopback port that nobody else uses."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from install.errors import NotReadyError
from install.forwarding import end_forwarder, free_port, listens, start_forwarder
from install.processes import left_over

SERVER = """
import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
while True:
    listener.accept()[0].close()
"""


def test_a_taken_port_is_passed_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        assert free_port(port) > port


def test_when_all_are_taken_it_says_which() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        with pytest.raises(NotReadyError, match=f"no free port from {port} to {port}"):
            free_port(port, 1)


def test_the_forwarder_stays_in_the_background_until_it_is_ended(tmp_path: Path) -> None:
    port = free_port(18200)
    child = start_forwarder(tmp_path, tmp_path / "forward.log", port, [sys.executable, "-c", SERVER, str(port)])
    assert listens(port)
    assert left_over(tmp_path, ["forward"])
    end_forwarder(tmp_path)
    child.wait(5)
    assert not listens(port)
    assert left_over(tmp_path, ["forward"]) == []
