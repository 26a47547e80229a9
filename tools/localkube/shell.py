"""Runs programs quietly, waits with a deadline, and never keeps a person waiting in silence."""

from __future__ import annotations

import fcntl
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from localkube.errors import CommandError, NotInTimeError

PROGRESS_SECONDS = 10.0


def run(
    *command: str | Path,
    check: bool = True,
    stdin: str | None = None,
    env: Mapping[str, str] | None = None,
    timeout_seconds: float | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a program and keep what it says; CommandError shows it when the program fails and ``check`` is set."""
    argv = [str(word) for word in command]
    result = subprocess.run(
        argv, capture_output=True, text=True, input=stdin, env=env, timeout=timeout_seconds, check=False
    )
    if check and result.returncode:
        said = (result.stderr.strip() or result.stdout.strip())[-2000:]
        raise CommandError(f"{' '.join(argv[:6])} ended with {result.returncode}: {said}")
    return result


def wait_until(
    ready: Callable[[], bool],
    what: str,
    seconds: float,
    *,
    pause_seconds: float = 0.05,
    clock: Callable[[], float] = time.monotonic,  # a fake in tests
    sleep: Callable[[float], None] = time.sleep,  # a fake in tests
) -> None:
    """Poll until ready() is true; NotInTimeError says what was waited for."""
    end = clock() + seconds
    while not ready():
        if clock() >= end:
            raise NotInTimeError(f"gave up after {seconds:.0f} s waiting for {what}")
        sleep(pause_seconds)


@contextmanager
def step(what: str, detail: Callable[[], str] = str) -> Iterator[None]:
    """Print a step with its seconds; a line every ten seconds (with ``detail()``) while it lasts."""
    started = time.monotonic()
    finished = threading.Event()

    def tick() -> None:
        while not finished.wait(PROGRESS_SECONDS):
            print(f"  {what:<48} ... {time.monotonic() - started:4.0f} s {detail()}".rstrip(), flush=True)

    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    try:
        yield
    finally:
        finished.set()
        ticker.join()
    print(f"  {what:<48} {time.monotonic() - started:8.2f} s", flush=True)


@contextmanager
def locked(path: Path, what: str) -> Iterator[None]:
    """Hold an exclusive lock on a file or a directory; say so if another process has it."""
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with step(f"waiting for another {what}"):
                fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def write_if_changed(path: Path, text: str) -> None:
    """Write a file only if it differs: kube-proxy ends when its configuration is touched."""
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def relink(link: Path, target: Path) -> None:
    """Have ``link`` point at ``target``, at every moment whole."""
    if link.is_symlink() and link.readlink() == target:
        return
    partial = link.with_name(f"{link.name}.part")
    partial.unlink(missing_ok=True)
    partial.symlink_to(target)
    partial.rename(link)
