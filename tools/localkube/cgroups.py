"""The node's own branch in every control group hierarchy, version 1 or 2.

The branch holds a leaf ``node`` with process 1 and the components; the kubelet makes its pods' groups beside it.
"""

from __future__ import annotations

import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path

from localkube.errors import LocalkubeError
from localkube.shell import wait_until

LEAF = "node"
_V2_CONTROLLERS = ("cpuset", "cpu", "io", "memory", "pids", "hugetlb")


@dataclass(frozen=True)
class Hierarchy:
    """A mounted tree of control groups."""

    root: Path
    version: int


def trees(mounts: str | None = None) -> list[Hierarchy]:
    """Every mounted tree. In all of them a cluster may leave groups: runc makes them where no controller is, too."""
    text = Path("/proc/self/mounts").read_text() if mounts is None else mounts
    found = []
    for line in text.splitlines():
        _, path, kind, *_ = line.split()
        if kind in {"cgroup", "cgroup2"}:
            found.append(Hierarchy(Path(path), 1 if kind == "cgroup" else 2))
    return found


def hierarchies(mounts: str | None = None) -> list[Hierarchy]:
    """The trees that hold controllers; the empty cgroup2 tree of a hybrid system is none."""
    found = trees(mounts)
    return [h for h in found if h.version == 1] or found


def version(found: list[Hierarchy]) -> int:
    """The machine's version: 1, 2, or 0 where nothing is mounted."""
    return found[0].version if found else 0


def create(found: list[Hierarchy], name: str, pid: int) -> None:
    """Make the branch and move process 1, and so all later components, into its leaf."""
    for hierarchy in found:
        branch = hierarchy.root / name
        branch.mkdir(exist_ok=True)
        if hierarchy.version == 1:
            _inherit_cpuset(branch)
        else:
            _pass_controllers_on(hierarchy.root)
            _pass_controllers_on(branch)
        leaf = branch / LEAF
        leaf.mkdir(exist_ok=True)
        if hierarchy.version == 1:
            _inherit_cpuset(leaf)
        (leaf / "cgroup.procs").write_text(str(pid))


def _inherit_cpuset(group: Path) -> None:
    """A version 1 cpuset starts empty and takes no process until it has CPUs and memory nodes."""
    for file in ("cpuset.cpus", "cpuset.mems"):
        if (group.parent / file).exists() and not (group / file).read_text().strip():
            (group / file).write_text((group.parent / file).read_text())


def _pass_controllers_on(group: Path) -> None:
    """Let children have the controllers; version 2 allows it only where no process sits in the group itself."""
    present = (group / "cgroup.controllers").read_text().split()
    wanted = [c for c in _V2_CONTROLLERS if c in present]
    try:
        (group / "cgroup.subtree_control").write_text(" ".join(f"+{c}" for c in wanted))
    except OSError as error:
        raise LocalkubeError(
            f"cannot hand the controllers of {group} on ({error.strerror}): "
            "processes sit in it; move them into a child group first"
        ) from error


def remove(found: list[Hierarchy], name: str, seconds: float = 10.0) -> None:
    """Kill what is left in the branch and remove it, leaves first; NotInTimeError if something stays."""
    branches = [h.root / name for h in found]
    wait_until(lambda: sum(map(_remove_branch, branches)) == 0, f"control groups {name} to empty", seconds)


def _remove_branch(branch: Path) -> bool:
    """One attempt; True while something is left."""
    for directory, _, _ in os.walk(branch, topdown=False):
        with contextlib.suppress(OSError, ValueError):
            for pid in (Path(directory) / "cgroup.procs").read_text().split():
                os.kill(int(pid), signal.SIGKILL)
        with contextlib.suppress(OSError):
            Path(directory).rmdir()
    return branch.exists()
