"""What a cluster leaves on the machine, as far as it can be told from other clusters that run meanwhile."""

from __future__ import annotations

import contextlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from localkube.cgroups import hierarchies
from localkube.cluster import Place
from localkube.machine import INOTIFY_INSTANCES, KUBELET_SYSCTLS
from localkube.processes import command_lines


@dataclass(frozen=True)
class Footprint:
    """Every trace of one cluster outside its namespaces; all empty after `down`."""

    processes: tuple[str, ...]
    in_namespaces: tuple[int, ...]
    mounts: tuple[str, ...]
    links: tuple[str, ...]
    cgroups: tuple[str, ...]
    state: tuple[str, ...]


def members(place: Place) -> dict[int, str]:
    """Every process in the cluster's control groups, the containers' included, with its program's name."""
    found = {}
    for hierarchy in hierarchies()[:1]:
        for procs in (hierarchy.root / place.cgroup).rglob("cgroup.procs"):
            for pid in _read(procs).split():
                with contextlib.suppress(OSError):  # it has just ended
                    words = (Path("/proc") / pid / "cmdline").read_bytes().split(b"\0")
                    found[int(pid)] = words[0].decode().rpartition("/")[2]
    return found


def _read(procs: Path) -> str:
    try:
        return procs.read_text()
    except OSError:  # the group has just been removed
        return ""


def namespaces(pid: int) -> frozenset[str]:
    """The node's own namespaces, by their numbers."""
    return frozenset(str(Path(f"/proc/{pid}/ns/{kind}").readlink()) for kind in ("mnt", "pid", "net"))


@dataclass(frozen=True)
class Seen:
    """What a cluster was seen to have while it ran."""

    links: frozenset[str] = frozenset()
    namespaces: frozenset[str] = frozenset()
    members: frozenset[tuple[int, str]] = frozenset()


def footprint(place: Place, seen: Seen = Seen()) -> Footprint:
    """The traces of a place; of what it was seen to have, what is still there."""
    state = str(place.state)
    return Footprint(
        processes=tuple(" ".join(words) for _, words in command_lines() if any(state in word for word in words)),
        in_namespaces=tuple(pid for pid, words in command_lines() if _belongs(pid, words, seen)),
        mounts=tuple(line for line in Path("/proc/self/mounts").read_text().splitlines() if state in line),
        links=tuple(sorted(seen.links & set(link_names()))),
        cgroups=tuple(str(tree / place.cgroup) for tree in control_group_trees() if (tree / place.cgroup).exists()),
        state=(state,) if place.state.exists() else (),
    )


def control_group_trees() -> list[Path]:
    """Every mounted one, also without controllers, as runc makes groups there too; not asked of the code under test."""
    fields = (line.split() for line in Path("/proc/self/mounts").read_text().splitlines())
    return [Path(path) for _, path, kind, *_ in fields if kind in {"cgroup", "cgroup2"}]


def nothing() -> Footprint:
    return Footprint((), (), (), (), (), ())


@dataclass(frozen=True)
class Machine:
    """What must not differ before and after, when no other cluster runs."""

    sysctls: tuple[str, ...]
    links: tuple[str, ...]
    rules: str
    mounts: str
    directories: tuple[bool, ...]
    record: bool


def machine(directories: tuple[str, ...]) -> Machine:
    return Machine(
        sysctls=tuple(
            Path("/proc/sys", key).read_text() for key in (*KUBELET_SYSCTLS, INOTIFY_INSTANCES, "net/ipv4/ip_forward")
        ),
        links=tuple(link_names()),
        rules=subprocess.run(["nft", "list", "ruleset"], capture_output=True, text=True, check=True).stdout,
        mounts=Path("/proc/self/mounts").read_text(),
        directories=tuple(Path(path).exists() for path in directories),
        record=Path("/run/localkube-machine.json").exists(),
    )


def link_names() -> list[str]:
    listed = subprocess.run(["ip", "-json", "link"], capture_output=True, text=True, check=True)
    return sorted(link["ifname"] for link in json.loads(listed.stdout))


def _belongs(pid: int, words: list[str], seen: Seen) -> bool:
    if (pid, words[0].rpartition("/")[2]) in seen.members:
        return True
    try:
        return bool(seen.namespaces and namespaces(pid) & seen.namespaces)
    except OSError:
        return False
