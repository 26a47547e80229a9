"""Starts, restarts, stops and reaps a node's components without ever waiting for one of them.

Everything that takes time is a state that ``tick`` looks at, so that process 1 can always answer and always restarts
what died. A component that keeps dying is restarted after 0.2 s, 0.4 s, ... 20 s; one that lived a minute starts over.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MAX_BACKOFF_SECONDS = 20.0
HEALTHY_SECONDS = 60.0
STOP_SECONDS = 10.0
MAX_LOG_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class Spec:
    """What a component is: a change of any field restarts it."""

    name: str
    argv: tuple[str, ...]
    log: Path
    env: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, message: dict[str, Any]) -> Spec:
        """From a ``start`` request. ValueError if it is not one."""
        name, argv, log, env = (message.get(key) for key in ("name", "argv", "log", "env"))
        if not (isinstance(name, str) and name and isinstance(log, str) and isinstance(env, dict)):
            raise ValueError("start needs name, argv, log and env")
        if not (isinstance(argv, list) and argv and all(isinstance(word, str) for word in argv)):
            raise ValueError("argv is a list of strings")
        return cls(name, tuple(argv), Path(log), tuple(sorted((str(k), str(v)) for k, v in env.items())))


@dataclass
class Component:
    """A supervised process and what is to become of it."""

    spec: Spec
    pid: int = 0
    started: float = 0.0
    restarts: int = 0
    failures: int = 0
    restart_at: float = 0.0
    kill_at: float | None = None
    wanted: bool = True


def spawn(spec: Spec) -> int:
    """Fork and execute; the child has a session of its own and writes to the component's log."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        log = os.open(spec.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.execve(spec.argv[0], spec.argv, os.environ | dict(spec.env))
    finally:
        os._exit(127)


@dataclass
class Supervisor:
    """The components by name; nothing here blocks."""

    spawn: Callable[[Spec], int] = spawn
    kill: Callable[[int, int], None] = os.kill
    clock: Callable[[], float] = time.monotonic  # a fake in tests
    components: dict[str, Component] = field(default_factory=dict)

    def start(self, spec: Spec) -> bool:
        """Have this component running; False if exactly it already is. A changed one is stopped first."""
        component = self.components.get(spec.name)
        if component and component.wanted and component.spec == spec:
            return False
        if component and component.pid:
            component.spec, component.wanted, component.failures = spec, True, 0
            self._terminate(component)
            return True
        self.components[spec.name] = Component(spec)
        self._spawn(self.components[spec.name])
        return True

    def stop(self, name: str) -> bool:
        """Ask a component to end, for good; it leaves the table once it is gone."""
        component = self.components.get(name)
        if component is None:
            return False
        if component.pid and component.wanted:
            self._terminate(component)
        component.wanted = False
        if not component.pid:
            del self.components[name]
        return True

    def stop_all(self) -> None:
        """Take one step towards an empty table: the last started ends first, and only then the one before it.

        A server that outlives what it needs (the API server its etcd) does not end in time.
        """
        if self.components:
            self.stop(next(reversed(self.components)))

    def report(self) -> dict[str, dict[str, float]]:
        """Per component: pid inside the node (0 while down), restarts, age in seconds."""
        now = self.clock()
        return {
            name: {"pid": c.pid, "restarts": c.restarts, "age_seconds": round(now - c.started, 1)}
            for name, c in self.components.items()
        }

    def ended(self, pid: int, status: int) -> None:
        """A child was reaped: a component, or an orphan that process 1 had adopted."""
        for component in list(self.components.values()):
            if component.pid == pid:
                self._note_end(component, status)

    def tick(self) -> None:
        """Kill what did not end when asked, restart what died, keep the logs short."""
        now = self.clock()
        for component in list(self.components.values()):
            if component.pid and component.kill_at is not None and now >= component.kill_at:
                component.kill_at = None
                self.kill(component.pid, signal.SIGKILL)
            elif not component.pid and component.wanted and now >= component.restart_at:
                component.restarts += 1
                self._spawn(component)
            shorten(component.spec.log)

    def _spawn(self, component: Component) -> None:
        component.kill_at = None
        component.started = self.clock()
        component.pid = self.spawn(component.spec)

    def _terminate(self, component: Component) -> None:
        component.kill_at = self.clock() + STOP_SECONDS
        self.kill(component.pid, signal.SIGTERM)

    def _note_end(self, component: Component, status: int) -> None:
        now = self.clock()
        lived, asked = now - component.started, component.kill_at is not None
        component.pid, component.kill_at = 0, None
        if not component.wanted:
            del self.components[component.spec.name]
        elif asked:  # it made room for its changed self
            component.restart_at = now
        else:
            component.failures = 0 if lived > HEALTHY_SECONDS else component.failures + 1
            component.restart_at = now + backoff_seconds(component.failures)
        with component.spec.log.open("a") as log:
            code = os.waitstatus_to_exitcode(status)
            log.write(f"--- localkube: {component.spec.name} ended with {code} after {lived:.1f} s\n")


def backoff_seconds(failures: int) -> float:
    """The pause before a restart.

    >>> [backoff_seconds(n) for n in (0, 1, 2, 3, 20)]
    [0.2, 0.2, 0.4, 0.8, 20.0]
    """
    return min(MAX_BACKOFF_SECONDS, 0.2 * 2.0 ** min(max(failures - 1, 0), 10))


def shorten(log: Path, limit_bytes: int = MAX_LOG_BYTES) -> None:
    """Move a log that grew too long aside; the writer has it open for appending and goes on in the emptied file."""
    try:
        if log.stat().st_size > limit_bytes:
            log.with_suffix(".log.1").write_bytes(log.read_bytes())
            os.truncate(log, 0)
    except FileNotFoundError:
        return
