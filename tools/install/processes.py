"""Finds what an earlier, perhaps killed, `make up` of this checkout left running: by a mark in its environment.

A file with process ids lies after a crash; the environment that a process was started with does not.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

PLACE_MARK = "FREEHOLD_INSTALL_PLACE"
PART_MARK = "FREEHOLD_INSTALL_PART"
GONE_SECONDS = 10.0  # a killed process of some 100 MB is not gone at once on a busy machine


def mark(local: Path, part: str) -> dict[str, str]:
    """Environment of a program that we start: `job` ends with `make up`, `cluster` and `forward` outlive it."""
    return {PLACE_MARK: str(local), PART_MARK: part}


@contextlib.contextmanager
def alone(lock: Path, refusal: Exception) -> Iterator[None]:
    """Raises `refusal` while another run holds the lock; the kernel lets go of it when a run is killed."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise refusal from None
        yield


def carries(environ: bytes, local: Path, parts: Sequence[str]) -> bool:
    """Whether an environment block (NUL-separated, as in /proc) has our mark for one of `parts`."""
    entries = set(environ.split(b"\0"))
    ours = f"{PLACE_MARK}={local}".encode() in entries
    return ours and any(f"{PART_MARK}={part}".encode() in entries for part in parts)


def left_over(local: Path, parts: Sequence[str], proc: Path = Path("/proc")) -> list[int]:
    """Processes with our mark; never this one nor those that called it."""
    callers = set(_ancestors(os.getpid()))
    found = []
    for entry in proc.iterdir():
        if not entry.name.isdigit() or int(entry.name) in callers:
            continue
        with contextlib.suppress(OSError):
            if carries((entry / "environ").read_bytes(), local, parts):
                found.append(int(entry.name))
    return found


def end(pids: Iterable[int], grace_seconds: float = 2.0) -> None:
    """SIGTERM, then SIGKILL for those that stay; when it returns they are gone, and their ports with them."""
    waiting = _until_gone([pid for pid in pids if _signal(pid, signal.SIGTERM)], grace_seconds)
    _until_gone([pid for pid in waiting if _signal(pid, signal.SIGKILL)], GONE_SECONDS)


def _until_gone(pids: Sequence[int], seconds: float) -> Sequence[int]:
    """Those that are there after `seconds` at the latest."""
    deadline = time.monotonic() + seconds
    while (pids := [pid for pid in pids if _lives(pid)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return pids


def _signal(pid: int, number: signal.Signals) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _ancestors(pid: int) -> Iterable[int]:
    while pid > 0:
        yield pid
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            return
