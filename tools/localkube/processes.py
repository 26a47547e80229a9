"""Finds, starts and ends a node's processes from outside.

A node is found by what its process 1 is (the end of its command line), never by a pid file: that survives any crash
and is never stale.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from localkube.cluster import Place
from localkube.control import request
from localkube.errors import LocalkubeError, NotInTimeError
from localkube.shell import wait_until

NAMESPACES = ("--mount", "--pid", "--net")
_MODULE = "localkube.init"
START_SECONDS = 60.0


def command_lines() -> Iterator[tuple[int, list[str]]]:
    """Every process on the machine with its arguments."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
                yield int(entry.name), [os.fsdecode(word) for word in words]


def is_init(arguments: Sequence[str]) -> bool:
    """Whether a command line is some node's process 1, or the ``unshare`` that is about to become one."""
    return len(arguments) > 3 and list(arguments[-3:-1]) == ["-m", _MODULE]


def init_and_parents(place: Place) -> list[int]:
    """Process 1 of this place's node and the ``unshare`` processes around it, half started ones included."""
    return [pid for pid, words in command_lines() if is_init(words) and words[-1] == str(place.state)]


def any_node() -> bool:
    """Whether any node runs on this machine, whatever its state directory."""
    return any(is_init(words) for _, words in command_lines())


def find_init(place: Place) -> int | None:
    """The pid, seen from here, of the node's process 1; None unless its namespaces are its own."""
    ours = Path("/proc/self/ns/pid").readlink()
    for pid in init_and_parents(place):
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/ns/pid").readlink() != ours:
                return pid
    return None


def launch_init(place: Place) -> int:
    """Start the node's process 1 in new namespaces, or find it; its pid as seen from here."""
    if not _answers_in_time(place):
        kill_node(place)
        _start_init(place)
        wait_until(lambda: _answers(place), f"the node's process 1 (log: {place.logs / 'init.log'})", START_SECONDS)
    pid = find_init(place)
    if pid is None:
        raise LocalkubeError(f"process 1 did not start, see {place.logs / 'init.log'}")
    return pid


def _start_init(place: Place) -> None:
    place.logs.mkdir(parents=True, exist_ok=True)
    tools = str(Path(__file__).resolve().parents[1])
    with (place.logs / "init.log").open("a") as log:
        subprocess.Popen(
            [
                *("unshare", *NAMESPACES, "--fork", "--kill-child", "--mount-proc"),
                *(sys.executable, "-m", _MODULE, str(place.state)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
            env=os.environ | {"PYTHONPATH": tools},
        )


def kill_node(place: Place) -> None:
    """End process 1; the kernel ends everything in its namespaces with it."""
    for pid in init_and_parents(place):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not init_and_parents(place), "the node's processes to end", 30)


def start(place: Place, name: str, argv: Sequence[str], env: dict[str, str] | None = None) -> bool:
    """Start a component, unless it runs with exactly these arguments already."""
    message = {"op": "start", "name": name, "argv": list(argv), "env": env or {}}
    message["log"] = str(place.logs / f"{name}.log")
    return request(place.init_socket, message)["started"] is True


def components(place: Place) -> dict[str, dict[str, float]]:
    """What process 1 supervises; OSError if it does not answer."""
    listed: dict[str, dict[str, float]] = request(place.init_socket, {"op": "list"})["components"]
    return listed


def members(cgroup: str) -> list[int]:
    """Every process in a branch of control groups, removed or not, processes that are just ending included."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                groups = (entry / "cgroup").read_text().splitlines()
                if any(line.split(":", 2)[2].startswith((f"/{cgroup}/", f"/{cgroup} ")) for line in groups):
                    found.append(int(entry.name))
    return found


def node_processes(pid: int) -> dict[int, str]:
    """Every process in the same process namespace: pid seen from here -> the program's name."""
    namespace = Path(f"/proc/{pid}/ns/pid").readlink()
    found = {}
    for other, words in command_lines():
        with contextlib.suppress(OSError):
            if Path(f"/proc/{other}/ns/pid").readlink() == namespace:
                found[other] = Path(words[0]).name
    return found


def memory_mib(pid: int) -> float:
    """Proportional share of memory in MiB: the components map one binary."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def _answers_in_time(place: Place) -> bool:
    """Whether a running process 1 answers; on a busy machine it is given time, for its end is the pods' end."""
    if find_init(place) is None:
        return False
    try:
        wait_until(lambda: _answers(place), "process 1 to answer", START_SECONDS)
    except NotInTimeError:
        return False
    return True


def _answers(place: Place) -> bool:
    try:
        components(place)
    except (OSError, ValueError, LocalkubeError):
        return False
    return True
