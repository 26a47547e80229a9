"""Runs other programs: their output goes to the log, their last line to the step that waits for them."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from install.errors import CommandError, HostError, NotReadyError
from install.processes import mark

KEPT_LINES = 12
MESSAGE_CHARACTERS = 700  # the log has the rest


def ending_with_us(words: Sequence[str]) -> list[str]:
    """The command, so started that it does not outlive a killed `make up` where the system can do that."""
    return ["setpriv", "--pdeathsig", "KILL", *words] if shutil.which("setpriv") else list(words)


@dataclass(frozen=True)
class Runner:
    """Starts programs in one environment and writes down what they say."""

    root: Path
    log: Path
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def with_environ(self, **values: str) -> Runner:
        return Runner(self.root, self.log, {**self.environ, **values})

    def run(
        self,
        command: Sequence[str | Path],
        *,
        says: Callable[[str], object] = lambda _: None,
        limit_seconds: float = 1800,
        stdin: str | None = None,
        part: str = "job",
        stop: threading.Event | None = None,
    ) -> str:
        """Run to the end; return its output. Raises CommandError with the last lines it printed."""
        words = [str(word) for word in command]
        kept: deque[str] = deque(maxlen=KEPT_LINES)
        whole: list[str] = []
        with self._started(words, stdin, part) as child, self.log.open("a") as log:
            log.write(f"\n$ {' '.join(words)}\n")
            timer = self._watch(child, limit_seconds, stop)
            assert child.stdout is not None
            for text in child.stdout:
                whole.append(text)
                log.write(text)
                log.flush()
                if text.strip():
                    kept.append(text.rstrip())
                    says(text.strip())
            code = child.wait()
            timer.set()
        if code:
            raise CommandError(f"{_named(words)} ended with {code}: " + _last(kept))
        return "".join(whole)

    def output(self, command: Sequence[str | Path], *, stdin: str | None = None, limit_seconds: float = 60) -> str:
        """Run quietly and return standard output alone. Raises CommandError with what it printed as errors."""
        words = [str(word) for word in command]
        try:
            done = subprocess.run(
                words,
                check=False,
                input=stdin,
                capture_output=True,
                text=True,
                timeout=limit_seconds,
                cwd=self.root,
                env=self._env("job"),
            )
        except FileNotFoundError:
            raise HostError(f"{words[0]} is not installed") from None
        except subprocess.TimeoutExpired:
            raise NotReadyError(f"{_named(words)} did not answer within {limit_seconds:.0f} s") from None
        if done.returncode:
            self._note(words, done.stderr)
            raise CommandError(f"{_named(words)} ended with {done.returncode}: {_last(done.stderr.splitlines())}")
        return done.stdout

    def json(self, command: Sequence[str | Path], *, limit_seconds: float = 60) -> Any:
        return json.loads(self.output(command, limit_seconds=limit_seconds) or "{}")

    def succeeds(self, command: Sequence[str | Path], *, limit_seconds: float = 60) -> bool:
        try:
            self.output(command, limit_seconds=limit_seconds)
        except (CommandError, HostError, NotReadyError):
            return False
        return True

    def _env(self, part: str) -> dict[str, str]:
        return {**self.environ, **mark(self.log.parent, part)}

    def _note(self, words: Sequence[str], text: str) -> None:
        with contextlib.suppress(OSError), self.log.open("a") as log:
            log.write(f"\n$ {' '.join(words)}\n{text}")

    def _started(self, words: list[str], stdin: str | None, part: str) -> subprocess.Popen[str]:
        if not shutil.which(words[0], path=self.environ.get("PATH")):
            raise HostError(f"{words[0]} is not installed")
        child = subprocess.Popen(
            ending_with_us(words),
            stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd=self.root,
            env=self._env(part),
            start_new_session=True,  # so that its whole family can be ended at once
        )
        if stdin is not None:
            assert child.stdin is not None
            child.stdin.write(stdin)
            child.stdin.close()
        return child

    def _watch(
        self, child: subprocess.Popen[str], limit_seconds: float, stop: threading.Event | None
    ) -> threading.Event:
        """Ends the child's whole session when its time is over or another lane failed."""
        over = threading.Event()
        deadline = time.monotonic() + limit_seconds

        def watch() -> None:
            while not over.wait(0.2):
                if time.monotonic() > deadline or (stop is not None and stop.is_set()):
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(child.pid, signal.SIGKILL)
                    return

        threading.Thread(target=watch, daemon=True).start()
        return over


def _named(words: Sequence[str]) -> str:
    """`kubectl apply`, `localkube image`: the program and its verb."""
    if "-m" in words[:3]:
        words = words[words.index("-m") + 1 :]
    return " ".join([Path(words[0]).name, *words[1:2]])


def _last(lines: Sequence[str] | deque[str]) -> str:
    """What a program said at its end: its own error line if there is one, else the last three lines."""
    told = [line for line in lines if line.startswith(("Error", "error:", "localkube:"))]
    return (told[-1] if told else " | ".join(list(lines)[-3:]))[:MESSAGE_CHARACTERS] or "it printed nothing"
