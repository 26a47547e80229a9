"""The cable between the host and the node, and the number that all addresses follow from.

Making the host's end ``lkN`` is what reserves the number N: the kernel makes an interface once or refuses, so two
clusters never share one, whatever their state directories. The cable ends with the node's network namespace.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from localkube.cluster import Cluster, Place, read_cluster, write_description
from localkube.errors import CommandError, LocalkubeError, NotInTimeError
from localkube.shell import run, wait_until

NODE_INTERFACE = "eth0"
MAX_NUMBER = 250


def free_numbers(links: Sequence[dict[str, Any]], preferred: int | None = None) -> list[int]:
    """Numbers without an interface or address on this machine, lowest first, the preferred one before all.

    ``links`` is the output of ``ip -json address``.

    >>> free_numbers([{"ifname": "lk0", "addr_info": []}, {"ifname": "x", "addr_info": [{"local": "10.250.1.1"}]}])[:2]
    [2, 3]
    """
    names = {link.get("ifname") for link in links}
    addresses = {address.get("local") for link in links for address in link.get("addr_info", [])}
    free = [n for n in range(MAX_NUMBER) if f"lk{n}" not in names and f"10.250.{n}.1" not in addresses]
    return sorted(free, key=lambda n: (n != preferred, n))


def connect(place: Place, pid: int) -> Cluster:
    """Lay the cable if it is not there, set both ends' addresses, and record the number."""
    known = read_cluster(place)
    name = host_end(pid)
    if name is None:
        name = _lay(pid, known.index if known else None)
    cluster = Cluster(place.name, place.root, int(name.removeprefix("lk")))
    _configure(cluster, pid)
    if known != cluster:
        write_description(cluster)
    return cluster


def host_end(pid: int) -> str | None:
    """The name of the host's interface whose peer is the node's; None if there is no such cable."""
    if not Path(f"/proc/{pid}").exists():
        return None
    try:
        inner = json.loads(_in_node(pid, "ip", "-json", "link", "show", NODE_INTERFACE))
    except CommandError:
        return None
    peer = inner[0].get("link_index")
    outer: list[dict[str, Any]] = json.loads(run("ip", "-json", "link", "show", "type", "veth").stdout or "[]")
    return next((link["ifname"] for link in outer if link["ifindex"] == peer and _is_ours(link)), None)


def wait_until_gone(names: Collection[str]) -> None:
    """The kernel removes a cable with the node's namespace, a moment after its last process; insist if it does not."""
    try:
        wait_until(lambda: not any(map(_exists, names)), "the node's cable to go", 5)
    except NotInTimeError:
        for name in filter(_exists, names):
            run("ip", "link", "delete", name)


def _lay(pid: int, preferred: int | None) -> str:
    links = json.loads(run("ip", "-json", "address").stdout)
    for number in free_numbers(links, preferred):
        name = f"lk{number}"
        words = f"ip link add {name} type veth peer name {NODE_INTERFACE} netns {pid}".split()
        result = run(*words, check=False)
        if result.returncode == 0:
            return name
        if "File exists" not in result.stderr or not _exists(name):
            raise CommandError(f"{' '.join(words)}: {result.stderr.strip()}")
    raise LocalkubeError(f"all {MAX_NUMBER} address numbers are taken")


def _configure(cluster: Cluster, pid: int) -> None:
    """Every line may be repeated, so that a half-made cable is completed."""
    outer = f"address replace {cluster.host_ip}/30 dev {cluster.host_interface}\n"
    outer += f"link set {cluster.host_interface} up\n"
    run("ip", "-batch", "-", stdin=outer)
    inner = f"address replace {cluster.node_ip}/30 dev {NODE_INTERFACE}\nlink set {NODE_INTERFACE} up\n"
    inner += f"route replace default via {cluster.host_ip}\n"
    _in_node(pid, "ip", "-batch", "-", stdin=inner)


def _in_node(pid: int, *command: str, stdin: str | None = None) -> str:
    return run("nsenter", f"--net=/proc/{pid}/ns/net", *command, stdin=stdin).stdout


def _is_ours(link: dict[str, Any]) -> bool:
    name = str(link["ifname"])
    return name.startswith("lk") and name[2:].isdigit()


def _exists(name: str) -> bool:
    return Path(f"/sys/class/net/{name}").exists()
