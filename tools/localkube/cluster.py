"""A cluster's names, paths and addresses: everything that is decided, nothing that is done.

``Place`` is known from the name alone and is all that teardown needs; ``Cluster`` also knows the address number,
which exists only once the node has its cable.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from localkube.errors import NoClusterError, UsageError
from localkube.settings import API_PORT, REGISTRY_PORT, state_root

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


@dataclass(frozen=True)
class Place:
    """A cluster's name and the directory that all clusters' states share.

    >>> Place("demo", Path("/var/lib/localkube")).state
    PosixPath('/var/lib/localkube/demo')
    """

    name: str
    root: Path

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise UsageError(f"not a usable cluster name: {self.name!r} (lower case letters, digits, dashes)")

    @property
    def state(self) -> Path:
        return self.root / self.name

    @property
    def pki(self) -> Path:
        return self.state / "pki"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def audit_log(self) -> Path:
        return self.state / "audit" / "audit.log"

    @property
    def kubeconfig(self) -> Path:
        return self.state / "kubeconfig"

    @property
    def kubectl(self) -> Path:
        """A link to the kubectl the cluster was brought up with."""
        return self.state / "kubectl"

    @property
    def init_socket(self) -> Path:
        return self.state / "init.sock"

    @property
    def containerd_socket(self) -> Path:
        return self.state / "containerd.sock"

    @property
    def policy_socket(self) -> Path:
        return self.state / "policy.sock"

    @property
    def description(self) -> Path:
        """The file that turns a place into a cluster: its address number."""
        return self.state / "cluster.json"

    @property
    def node_name(self) -> str:
        return f"{self.name}-node"

    @property
    def cgroup(self) -> str:
        """Unlike the name it differs between two state directories that both have, say, a ``freehold``."""
        return f"localkube-{self.name}-{hashlib.sha256(str(self.root).encode()).hexdigest()[:6]}"


@dataclass(frozen=True)
class Cluster(Place):
    """A cluster with the small number that keeps its addresses apart from other clusters'."""

    index: int

    @property
    def host_interface(self) -> str:
        return f"lk{self.index}"

    @property
    def host_ip(self) -> str:
        return f"10.250.{self.index}.1"

    @property
    def node_ip(self) -> str:
        """The node's address; the host reaches the API, NodePorts and the registry here."""
        return f"10.250.{self.index}.2"

    @property
    def api_url(self) -> str:
        return f"https://{self.node_ip}:{API_PORT}"

    @property
    def registry(self) -> str:
        return f"{self.node_ip}:{REGISTRY_PORT}"


def write_description(cluster: Cluster) -> None:
    """Record the address number, whole or not at all."""
    partial = cluster.description.with_suffix(".part")
    partial.write_text(json.dumps({"index": cluster.index}))
    partial.rename(cluster.description)


def read_cluster(place: Place) -> Cluster | None:
    """The cluster in a place, or None while it has no address number yet."""
    try:
        return Cluster(place.name, place.root, json.loads(place.description.read_text())["index"])
    except FileNotFoundError:
        return None


def places(root: Path | None = None) -> list[Place]:
    """Every place with a state directory, whether it runs, broke, or was only begun."""
    root = root or state_root()
    return [Place(p.name, root) for p in sorted(root.glob("*")) if p.is_dir() and _NAME.fullmatch(p.name)]


def find_cluster(name: str) -> Cluster:
    """The cluster of that name in the state directory; NoClusterError if there is none."""
    cluster = read_cluster(Place(name, state_root()))
    if cluster is None:
        raise NoClusterError(f"no cluster called {name}; make it: python -m localkube up --name {name}")
    return cluster
