"""Takes a cluster down, from whatever state a crash left it in.

Ending process 1 ends everything in the node's namespaces. What remains is outside them: control groups, the state
directory, kernel settings; and the cable, which the kernel removes with the network namespace.
"""

from __future__ import annotations

import shutil

from localkube import cgroups, links, processes
from localkube.cluster import Place
from localkube.machine import Machine


def down(place: Place, machine: Machine | None = None) -> bool:
    """Remove every trace, whatever state the cluster is in; False if there was none."""
    machine = machine or Machine()
    with machine.locked():
        existed = place.state.exists() or bool(processes.init_and_parents(place))
        pids = processes.init_and_parents(place)
        names = {name for pid in pids if (name := links.host_end(pid))}
        processes.kill_node(place)
        cgroups.remove(cgroups.hierarchies(), place.cgroup)
        links.wait_until_gone(names)
        if place.state.exists():
            shutil.rmtree(place.state)
        machine.restore(processes.any_node)
    return existed
