"""What a node changes outside its namespaces, recorded once per machine and put back with the last node.

The kubelet sets kernel settings that no namespace holds, and the private mounts need mount points. The record lives
in /run, not in a state directory: two state directories share one machine. Whoever begins or ends a node holds the
lock meanwhile (on the directory itself, so that no lock file is left behind).
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localkube.init import MOUNT_POINTS
from localkube.shell import locked

KUBELET_SYSCTLS = (
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
)
INOTIFY_INSTANCES = "fs/inotify/max_user_instances"
ENOUGH_INSTANCES = 1024  # a node takes 25; at the usual 128 a fifth node beside four never becomes Ready


@dataclass(frozen=True)
class Machine:
    """Where the record and the settings are; the defaults are this machine, a test has others."""

    run: Path = Path("/run")
    sysctls: Path = Path("/proc/sys")
    mount_points: tuple[Path, ...] = tuple(Path(p) for p in MOUNT_POINTS)

    @property
    def record(self) -> Path:
        return self.run / "localkube-machine.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other nodes on this machine from beginning or ending."""
        with locked(self.run, "localkube on this machine"):
            yield

    def remember(self) -> None:
        """Record what a node will change, unless the record of this boot is there already."""
        if self._read() is not None:
            return
        values = {
            key: (self.sysctls / key).read_text().strip()
            for key in (*KUBELET_SYSCTLS, INOTIFY_INSTANCES)
            if (self.sysctls / key).exists()
        }
        made = [str(path) for path in self.mount_points if not path.exists()]
        record = {"boot": self._boot(), "sysctls": values, "directories": made}
        partial = self.record.with_suffix(".part")
        partial.write_text(json.dumps(record))
        partial.rename(self.record)

    def raise_limits(self) -> None:
        """Make room for several nodes; call it when ``remember`` has the value before."""
        limit = self.sysctls / INOTIFY_INSTANCES
        if limit.exists() and int(limit.read_text()) < ENOUGH_INSTANCES:
            limit.write_text(str(ENOUGH_INSTANCES))

    def restore(self, node_runs: Callable[[], bool]) -> None:
        """Put everything back if no node runs any more."""
        record = self._read()
        if record is None or node_runs():
            return
        for key, value in record["sysctls"].items():
            if (self.sysctls / key).read_text().strip() != value:
                (self.sysctls / key).write_text(value)
        # Only now: removing a directory here would detach what another node has mounted on it.
        for directory in record["directories"]:
            with contextlib.suppress(OSError):  # somebody else uses it by now
                Path(directory).rmdir()
        self.record.unlink()
        self.record.with_suffix(".part").unlink(missing_ok=True)  # a record that was being written in a crash

    def _boot(self) -> str:
        return (self.sysctls / "kernel/random/boot_id").read_text().strip()

    def _read(self) -> dict[str, Any] | None:
        """The record, or None if there is none from this boot."""
        if not self.record.exists():
            return None
        record: dict[str, Any] = json.loads(self.record.read_text())
        return record if record["boot"] == self._boot() else None
