"""What is decided once for every cluster: versions, address ranges, ports, and the two directories."""

from __future__ import annotations

import os
from pathlib import Path

KUBERNETES_VERSION = "v1.36.4"
TIERS = ("api", "sched", "node")
"""Each tier holds the ones before it: etcd and API server; controllers and scheduler; a node that runs pods."""

POD_CIDR = "10.244.0.0/16"
NODE_POD_CIDR = "10.244.0.0/24"
SERVICE_CIDR = "10.96.0.0/16"
API_SERVICE_IP = "10.96.0.1"
DNS_SERVICE_IP = "10.96.0.10"
CLUSTER_DOMAIN = "cluster.local"

API_PORT = 6443
KUBELET_PORT = 10250
METRICS_PORT = 4443
DNS_PORT = 5353
DNS_READY_PORT = 8181
REGISTRY_PORT = 5000

PAUSE_IMAGE = "localkube/pause:1"


def cache_dir() -> Path:
    """Where binaries, base images and the registry's blobs outlive a cluster (``LOCALKUBE_CACHE`` moves it)."""
    base = os.environ.get("LOCALKUBE_CACHE")
    if base:
        return Path(base)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "freehold"


def state_root() -> Path:
    """Where the state of running clusters lives (``LOCALKUBE_STATE`` moves it)."""
    return Path(os.environ.get("LOCALKUBE_STATE") or "/var/lib/localkube")
