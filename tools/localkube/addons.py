"""The objects a bare cluster needs before it is a usable one (``addons.yaml`` with this cluster's addresses)."""

from __future__ import annotations

import base64
from pathlib import Path
from string import Template

from localkube.cluster import Cluster
from localkube.settings import DNS_PORT, DNS_SERVICE_IP, METRICS_PORT


def addons(cluster: Cluster) -> str:
    """YAML of DNS, metrics, storage and the roles of the node's components."""
    template = Template(Path(__file__).with_name("addons.yaml").read_text())
    return template.substitute(
        dns_ip=DNS_SERVICE_IP,
        dns_port=DNS_PORT,
        metrics_port=METRICS_PORT,
        node_ip=cluster.node_ip,
        ca=base64.b64encode((cluster.pki / "ca.crt").read_bytes()).decode(),
    )
