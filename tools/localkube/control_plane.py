"""The control plane's arguments: pure lists, one function per server."""

from __future__ import annotations

from pathlib import Path

from localkube.cluster import Cluster
from localkube.settings import API_PORT, CLUSTER_DOMAIN, POD_CIDR, SERVICE_CIDR

AUDIT_POLICY = Path(__file__).with_name("audit-policy.yaml")
ETCD_URL = "http://127.0.0.1:2379"


def etcd(cluster: Cluster) -> list[str]:
    peer = "http://127.0.0.1:2380"
    return [
        f"--data-dir={cluster.state / 'etcd'}",
        "--name=node",
        f"--listen-client-urls={ETCD_URL}",
        f"--advertise-client-urls={ETCD_URL}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=node={peer}",
        "--unsafe-no-fsync",  # the data is for this run only
        "--log-level=warn",
    ]


def kube_apiserver(cluster: Cluster) -> list[str]:
    pki = cluster.pki
    return [
        f"--etcd-servers={ETCD_URL}",
        f"--advertise-address={cluster.node_ip}",
        f"--secure-port={API_PORT}",
        f"--service-cluster-ip-range={SERVICE_CIDR}",
        f"--cert-dir={cluster.state / 'apiserver'}",
        f"--client-ca-file={pki / 'ca.crt'}",
        f"--tls-cert-file={pki / 'apiserver.crt'}",
        f"--tls-private-key-file={pki / 'apiserver.key'}",
        f"--kubelet-certificate-authority={pki / 'ca.crt'}",
        f"--kubelet-client-certificate={pki / 'apiserver-kubelet-client.crt'}",
        f"--kubelet-client-key={pki / 'apiserver-kubelet-client.key'}",
        "--kubelet-preferred-address-types=InternalIP",  # else exec and logs ask DNS
        f"--service-account-issuer=https://kubernetes.default.svc.{CLUSTER_DOMAIN}",
        f"--service-account-key-file={pki / 'sa.pub'}",
        f"--service-account-signing-key-file={pki / 'sa.key'}",
        f"--requestheader-client-ca-file={pki / 'front-proxy-ca.crt'}",
        "--requestheader-allowed-names=front-proxy-client",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-username-headers=X-Remote-User",
        f"--proxy-client-cert-file={pki / 'front-proxy-client.crt'}",
        f"--proxy-client-key-file={pki / 'front-proxy-client.key'}",
        "--enable-aggregator-routing=true",  # aggregated APIs are processes of the node
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged=true",
        "--profiling=false",
        *_audit(cluster),
    ]


def _audit(cluster: Cluster) -> list[str]:
    return [
        f"--audit-policy-file={AUDIT_POLICY}",
        f"--audit-log-path={cluster.audit_log}",
        "--audit-log-maxsize=64",  # MB a file
        "--audit-log-maxbackup=2",
    ]


def kube_controller_manager(cluster: Cluster) -> list[str]:
    pki = cluster.pki
    return [
        *_kubeconfigs(cluster, "controller-manager"),
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        "--kube-api-qps=200",
        "--kube-api-burst=300",  # with the default of 20/s the first service account takes 3 s longer
        f"--cert-dir={cluster.state / 'controller-manager'}",
        f"--root-ca-file={pki / 'ca.crt'}",
        f"--service-account-private-key-file={pki / 'sa.key'}",
        f"--client-ca-file={pki / 'ca.crt'}",
        f"--requestheader-client-ca-file={pki / 'front-proxy-ca.crt'}",
        f"--cluster-signing-cert-file={pki / 'ca.crt'}",
        f"--cluster-signing-key-file={pki / 'ca.key'}",
        "--use-service-account-credentials=true",
        "--allocate-node-cidrs=true",
        f"--cluster-cidr={POD_CIDR}",
        f"--service-cluster-ip-range={SERVICE_CIDR}",
        "--enable-hostpath-provisioner=true",
        # Faster than the defaults, so that autoscaling tests take seconds.
        "--horizontal-pod-autoscaler-sync-period=5s",
        "--horizontal-pod-autoscaler-initial-readiness-delay=5s",
        "--horizontal-pod-autoscaler-cpu-initialization-period=20s",
        "--horizontal-pod-autoscaler-downscale-stabilization=30s",
    ]


def kube_scheduler(cluster: Cluster) -> list[str]:
    return [
        *_kubeconfigs(cluster, "scheduler"),
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        f"--cert-dir={cluster.state / 'scheduler'}",
    ]


def _kubeconfigs(cluster: Cluster, user: str) -> list[str]:
    path = cluster.pki / f"{user}.kubeconfig"
    return [f"--{kind}kubeconfig={path}" for kind in ("", "authentication-", "authorization-")]
