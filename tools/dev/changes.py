"""Sees that Python files have changed: their times, looked at again and again. No watcher is worth a dependency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

type Times = Mapping[Path, int]


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


class Tail:
    """The lines that a log has gained since the last look, each with the program's name in front."""

    def __init__(self, name: str, log: Path) -> None:
        self._name = name
        self._log = log
        self._read = log.stat().st_size if log.exists() else 0
        self._rest = b""

    def lines(self) -> list[str]:
        """Whole lines only; a half one waits for its end."""
        if not self._log.exists():
            return []
        with self._log.open("rb") as log:
            log.seek(self._read)
            gained = log.read()
        self._read += len(gained)
        *whole, self._rest = (self._rest + gained).split(b"\n")
        return [f"{self._name:>3} | {line.decode(errors='replace')}" for line in whole]
