"""Runs in the images of the edit loop only: starts a program, and starts it anew when its code has changed.

A container's root is read-only and a container that starts again has its image's files. So the code is copied to the
pod's /tmp first, where skaffold writes what somebody saved, and runs from there as long as the pod lives. Standard
library only, because it runs inside the image; `make dev` sees changes by the same two functions.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

IMAGE = Path("/opt/freehold/app")
EDITED = Path("/tmp/code")
LOOK_SECONDS = 0.3
END_SECONDS = 1.0

type Times = Mapping[Path, int]


def is_server(arguments: Sequence[str]) -> bool:
    """Whether the program goes on until somebody ends it; other commands run once, from the image."""
    return not arguments or arguments[0] == "serve" or arguments[0].startswith("-")


def copy_code(image: Path, edited: Path) -> None:
    """Bring the image's code to where it can be written, unless an earlier container of the pod did."""
    if edited.exists():
        return
    partial = edited.with_name(f"{edited.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    # compiled code would win over a source that changes
    shutil.copytree(image, partial, ignore=shutil.ignore_patterns("__pycache__"))
    partial.rename(edited)


def times(folders: Iterable[Path]) -> Times:
    """Time of change of each Python file below `folders`, in nanoseconds; what vanishes meanwhile is left out."""
    found: dict[Path, int] = {}
    for folder in folders:
        for file in folder.rglob("*.py"):
            try:
                found[file] = file.stat().st_mtime_ns
            except FileNotFoundError:
                continue
    return found


def changed(before: Times, after: Times) -> list[Path]:
    """Files that are new, gone or different, in the order of their names."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def mistakes(files: Sequence[Path]) -> list[str]:
    """What keeps files from being Python, one line each: a half-saved file ends nothing that works."""
    found = []
    for file in files:
        try:
            compile(file.read_bytes(), str(file), "exec")
        except FileNotFoundError:
            continue
        except (SyntaxError, ValueError) as error:
            found.append(f"{file}: {error}")
    return found


class Reloader:
    """One server, run from the edited code."""

    def __init__(self, module: str, arguments: Sequence[str], image: Path, edited: Path) -> None:
        self._command = [sys.executable, "-m", module, *arguments]
        self._edited = edited
        path = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        rest = [each for each in path if each and each != str(image)]
        self._environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(edited), *rest])}
        self._child: subprocess.Popen[bytes] | None = None
        self._ending = False

    def run(self) -> int:
        """Until SIGTERM or SIGINT; the exit status of the server then."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        known = times([self._edited])
        self._start()
        while not self._ending:
            time.sleep(LOOK_SECONDS)
            self._tell_of_an_end()
            known = self._look(known)
        return self._stop()

    def _look(self, known: Times) -> Times:
        """Start anew if code has changed since `known` and all of it has arrived."""
        now = times([self._edited])
        files = changed(known, now)
        if not files:
            return known
        time.sleep(LOOK_SECONDS)
        if times([self._edited]) != now:
            return known
        if wrong := mistakes(files):
            print("reload: not started anew:", *wrong, sep="\n  ", flush=True)
            return now
        print("reload:", ", ".join(str(file.relative_to(self._edited)) for file in files), flush=True)
        self._stop()
        self._start()
        return now

    def _tell_of_an_end(self) -> None:
        """A server that ended by itself waits for the next change: the container stays, so that it can be mended."""
        if self._child is not None and (status := self._child.poll()) is not None:
            print(f"reload: ended with {status}; starts again after the next change", flush=True)
            self._child = None

    def _start(self) -> None:
        self._child = subprocess.Popen(self._command, env=self._environ)

    def _stop(self) -> int:
        child, self._child = self._child, None
        if child is None:
            return 0
        child.terminate()
        try:
            # somebody waits for what they saved: open streams are not drained
            return child.wait(None if self._ending else END_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            return child.wait()

    def _end(self, _number: int, _frame: object) -> None:
        self._ending = True


def main(module: str, arguments: Sequence[str], image: Path = IMAGE, edited: Path = EDITED) -> int:
    """Run `python -m module arguments`; a command that is no server takes this process's place."""
    if not is_server(arguments):
        os.execv(sys.executable, [sys.executable, "-m", module, *arguments])
    copy_code(image, edited)
    return Reloader(module, arguments, image, edited).run()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], sys.argv[2:]))
