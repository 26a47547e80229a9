"""Takes a cluster down, from whatever state a crash left it in.

Ending process 1 ends everything in the node's namespaces. What remains is outside them: control groups, the state
directory, kernel settings; and the cable, which the kernel removes with the network namespace.
"""

from __future__ import annotations

import contextlib

from localkube import cgroups, links, processes
from localkube.cluster import Place
from localkube.machine import Machine
from localkube.shell import run, wait_until


def down(place: Place, machine: Machine | None = None) -> bool:
    """Remove every trace, whatever state the cluster is in; False if there was none."""
    machine = machine or Machine()
    pids = processes.init_and_parents(place)
    existed = place.state.exists() or bool(pids)
    cables = {name for pid in pids if (name := links.host_end(pid))}
    processes.kill_node(place)
    cgroups.remove(cgroups.trees(), place.cgroup)
    # An ending process is in no group's list any more and has no command line, but it still holds mounts.
    wait_until(lambda: not processes.members(place.cgroup), "the last processes to end", 10)
    links.wait_until_gone(cables)
    if place.state.exists():
        run("rm", "-rf", "--one-file-system", place.state)  # three times as fast as shutil on unpacked images
    with machine.locked():
        machine.restore(processes.any_node)
        with contextlib.suppress(OSError):  # other clusters' states, or none was ever made
            place.root.rmdir()
    return existed
