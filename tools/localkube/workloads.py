"""The node's arguments and configuration files: pure functions of the cluster, one per component."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from localkube.cluster import Cluster
from localkube.settings import (
    CLUSTER_DOMAIN,
    DNS_PORT,
    DNS_READY_PORT,
    DNS_SERVICE_IP,
    KUBELET_PORT,
    METRICS_PORT,
    NODE_POD_CIDR,
    PAUSE_IMAGE,
    POD_CIDR,
)


def cni_network(cluster: Cluster) -> dict[str, Any]:
    """Every pod on a cable of its own: packets between pods are routed by the node, so policy sees them all."""
    ipam = {
        "type": "host-local",
        "dataDir": str(cluster.state / "ipam"),
        "ranges": [[{"subnet": NODE_POD_CIDR}]],
        "routes": [{"dst": "0.0.0.0/0"}],
    }
    return {
        "cniVersion": "1.0.0",
        "name": "localkube",
        "plugins": [
            {"type": "ptp", "mtu": 1500, "ipMasq": False, "ipam": ipam},
            {"type": "portmap", "capabilities": {"portMappings": True}},
            {"type": "policygate", "socket": str(cluster.policy_socket)},  # last: no network before its rules
        ],
    }


def containerd_config(cluster: Cluster, cni_bin: Path, cni_conf: Path, certs: Path) -> str:
    return f"""version = 2
root = "{cluster.state / "containerd"}"
state = "/run/containerd/state"
[grpc]
  address = "{cluster.containerd_socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "docker.io/{PAUSE_IMAGE}"
  # Lowering the score needs CAP_SYS_RESOURCE; without it runc says "can't get final child's PID from pipe".
  restrict_oom_score_adj = true
  enable_selinux = false
  max_concurrent_downloads = 6
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{cni_bin}"
    conf_dir = "{cni_conf}"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "{certs}"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "runc"
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
"""


def kubelet_config(cluster: Cluster, resolv: Path, manifests: Path) -> dict[str, Any]:
    pki = cluster.pki
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "failCgroupV1": False,
        "failSwapOn": False,
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{cluster.cgroup}",
        "enforceNodeAllocatable": ["pods"],
        "containerRuntimeEndpoint": f"unix://{cluster.containerd_socket}",
        "clusterDNS": [DNS_SERVICE_IP],
        "clusterDomain": CLUSTER_DOMAIN,
        "resolvConf": str(resolv),
        "staticPodPath": str(manifests),
        "podLogsDir": str(cluster.state / "pod-logs"),
        "volumePluginDir": str(cluster.state / "volume-plugins"),
        "port": KUBELET_PORT,
        "tlsCertFile": str(pki / "kubelet.crt"),
        "tlsPrivateKeyFile": str(pki / "kubelet.key"),
        "authentication": {
            "x509": {"clientCAFile": str(pki / "ca.crt")},
            "webhook": {"enabled": True},
            "anonymous": {"enabled": False},
        },
        "authorization": {"mode": "Webhook"},
        "imageGCHighThresholdPercent": 100,
        "imageGCLowThresholdPercent": 99,
        "evictionHard": {
            "memory.available": "100Mi",
            "nodefs.available": "1%",
            "imagefs.available": "1%",
            "nodefs.inodesFree": "1%",
        },
        "serializeImagePulls": False,
        "nodeStatusUpdateFrequency": "5s",
        "shutdownGracePeriod": "0s",
    }


def kubelet(cluster: Cluster, config: Path) -> list[str]:
    return [
        f"--config={config}",
        f"--kubeconfig={cluster.pki / 'node.kubeconfig'}",
        f"--root-dir={cluster.state / 'kubelet'}",
        f"--cert-dir={cluster.state / 'kubelet-pki'}",
        f"--node-ip={cluster.node_ip}",
        f"--hostname-override={cluster.node_name}",
    ]


def kube_proxy_config(cluster: Cluster) -> dict[str, Any]:
    """In nftables mode: kernels without the IPVS and queue modules have no other."""
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "nftables",
        "hostnameOverride": cluster.node_name,
        "clusterCIDR": POD_CIDR,
        "clientConnection": {"kubeconfig": str(cluster.pki / "proxy.kubeconfig")},
        "conntrack": {"maxPerCore": 0, "min": 0},  # these sysctls belong to the machine
        "healthzBindAddress": "127.0.0.1:10256",
        "metricsBindAddress": "127.0.0.1:10249",
    }


def kube_netpol(cluster: Cluster) -> list[str]:
    return [
        f"--kubeconfig={cluster.pki / 'netpol.kubeconfig'}",
        f"--node-name={cluster.node_name}",
        f"--pod-cidr={NODE_POD_CIDR}",
        f"--gate-socket={cluster.policy_socket}",
    ]


def corefile(cluster: Cluster) -> str:
    return f""".:{DNS_PORT} {{
    errors
    ready :{DNS_READY_PORT}
    kubernetes {CLUSTER_DOMAIN} in-addr.arpa {{
        kubeconfig {cluster.pki / "coredns-user.kubeconfig"}
        pods insecure
    }}
    cache 5
    reload
}}
"""


def metrics_server(cluster: Cluster) -> list[str]:
    pki = cluster.pki
    config = pki / "metrics-server-user.kubeconfig"
    return [
        f"--kubeconfig={config}",
        f"--authentication-kubeconfig={config}",
        f"--authorization-kubeconfig={config}",
        f"--secure-port={METRICS_PORT}",
        f"--tls-cert-file={pki / 'metrics-server.crt'}",
        f"--tls-private-key-file={pki / 'metrics-server.key'}",
        f"--kubelet-certificate-authority={pki / 'ca.crt'}",
        "--kubelet-preferred-address-types=InternalIP",
        "--metric-resolution=10s",
        "--kubelet-request-timeout=5s",
    ]


def registry_config(storage: Path, port: int) -> str:
    """Debian's docker-registry; its blobs live in the cache and outlive the cluster."""
    return f"""version: 0.1
storage: {{filesystem: {{rootdirectory: {storage}}}, delete: {{enabled: true}}}}
http: {{addr: '0.0.0.0:{port}'}}
log: {{level: warn, accesslog: {{disabled: true}}}}
"""


def mirror_hosts(registry: str) -> str:
    """The hosts.toml of containerd that sends a pull to the local registry."""
    return f'server = "http://{registry}"\n[host."http://{registry}"]\n  capabilities = ["pull", "resolve"]\n'
