"""What a program's log has gained since somebody last looked."""

from __future__ import annotations

from pathlib import Path


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
