"""Two authorities, the components' key pairs and the users' kubeconfigs: what kubeadm does, in 0.02 s.

Leaf certificates live 30 days and ``up`` renews them; the authorities stay, so that a kubeconfig which was handed out
keeps trusting the server.
"""

from __future__ import annotations

import base64
import datetime
import ipaddress
import json
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from localkube.cluster import Cluster
from localkube.settings import API_SERVICE_IP, CLUSTER_DOMAIN

LEAF_DAYS = 30
RENEW_DAYS = 7
AUTHORITY_DAYS = 3650

USERS: dict[str, tuple[str, str | None]] = {
    "admin": ("kubernetes-admin", "system:masters"),
    "controller-manager": ("system:kube-controller-manager", None),
    "scheduler": ("system:kube-scheduler", None),
    "proxy": ("system:kube-proxy", "system:node-proxier"),
    "coredns-user": ("system:coredns", None),
    "metrics-server-user": ("system:metrics-server", None),
    "netpol": ("system:kube-netpol", None),
}
"""File name -> user and group that the certificate carries."""


@dataclass(frozen=True)
class Authority:
    """A certificate authority that can sign."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Leaf:
    """A certificate to be: whom it names and who signs it."""

    file: str
    common_name: str
    group: str | None = None
    names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    authority: str = "ca"


def write_pki(cluster: Cluster, now: datetime.datetime | None = None) -> str:
    """Write what is missing, too old or for another address; return the stamp of the present generation."""
    now = now or datetime.datetime.now(datetime.UTC)
    stamp = cluster.pki / "stamp"
    if stamp.exists() and not needs_renewal(stamp.read_text(), cluster.node_ip, now):
        return stamp.read_text()
    cluster.pki.mkdir(parents=True, exist_ok=True)
    authorities = {
        file: _load_or_make_authority(cluster.pki, file, name, now)
        for file, name in (("ca", "kubernetes"), ("front-proxy-ca", "front-proxy"))
    }
    for leaf in leaves(cluster):
        _issue(cluster.pki, leaf, authorities[leaf.authority], now)
    for user in (*USERS, "node"):
        _write_kubeconfig(cluster, user)
    _write_service_account_keys(cluster.pki)
    _write_private(cluster.kubeconfig, (cluster.pki / "admin.kubeconfig").read_bytes())
    text = f"{cluster.node_ip} {now.isoformat()}"
    stamp.write_text(text)
    return text


def needs_renewal(stamp: str, node_ip: str, now: datetime.datetime) -> bool:
    """Whether certificates with this stamp (address and time of issue) should be issued again."""
    address, _, issued = stamp.partition(" ")
    age = now - datetime.datetime.fromisoformat(issued)
    return address != node_ip or age > datetime.timedelta(days=LEAF_DAYS - RENEW_DAYS)


def leaves(cluster: Cluster) -> list[Leaf]:
    """Every certificate that a cluster needs."""
    services = ["kubernetes"]
    for suffix in ("default", "svc", *CLUSTER_DOMAIN.split(".")):
        services.append(f"{services[-1]}.{suffix}")
    node, address = cluster.node_name, cluster.node_ip
    return [
        Leaf(
            "apiserver",
            "kube-apiserver",
            names=(*services, "localhost"),
            addresses=(API_SERVICE_IP, "127.0.0.1", address),
        ),
        Leaf("kubelet", node, names=(node,), addresses=(address,)),
        Leaf("metrics-server", "metrics-server", names=("metrics-server.kube-system.svc",), addresses=(address,)),
        Leaf("front-proxy-client", "front-proxy-client", authority="front-proxy-ca"),
        Leaf("apiserver-kubelet-client", "kube-apiserver-kubelet-client", "system:masters"),
        Leaf("node", f"system:node:{node}", "system:nodes"),
        *(Leaf(file, user, group) for file, (user, group) in USERS.items()),
    ]


def _load_or_make_authority(directory: Path, file: str, name: str, now: datetime.datetime) -> Authority:
    certificate_file, key_file = directory / f"{file}.crt", directory / f"{file}.key"
    if certificate_file.exists() and key_file.exists():
        key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return Authority(x509.load_pem_x509_certificate(certificate_file.read_bytes()), key)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(name, None)
    builder = _builder(key, subject, subject, key, now, AUTHORITY_DAYS).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    certificate = builder.add_extension(usage, critical=True).sign(key, hashes.SHA256())
    _write_key(key_file, key)
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return Authority(certificate, key)


def _issue(directory: Path, leaf: Leaf, authority: Authority, now: datetime.datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(leaf.common_name, leaf.group)
    builder = _builder(key, subject, authority.certificate.subject, authority.key, now, LEAF_DAYS)
    builder = (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(True, False, True, False, False, False, False, False, False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), False)
    )
    alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in leaf.names]
    alternatives += [x509.IPAddress(ipaddress.ip_address(address)) for address in leaf.addresses]
    if alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), False)
    certificate = builder.sign(authority.key, hashes.SHA256())
    _write_key(directory / f"{leaf.file}.key", key)
    (directory / f"{leaf.file}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _builder(
    key: ec.EllipticCurvePrivateKey,
    subject: x509.Name,
    issuer: x509.Name,
    signer: ec.EllipticCurvePrivateKey,
    now: datetime.datetime,
    days: int,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    )


def _name(common_name: str, group: str | None) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group)] if group else []
    return x509.Name([*attributes, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _write_service_account_keys(directory: Path) -> None:
    if (directory / "sa.pub").exists():
        return  # tokens that were handed out stay valid
    key = ec.generate_private_key(ec.SECP256R1())
    _write_key(directory / "sa.key", key)
    (directory / "sa.pub").write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    _write_private(path, pem)


def _write_private(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)


def _write_kubeconfig(cluster: Cluster, user: str) -> None:
    def inline(file: str) -> str:
        return base64.b64encode((cluster.pki / file).read_bytes()).decode()

    config = kubeconfig(cluster, user, inline("ca.crt"), inline(f"{user}.crt"), inline(f"{user}.key"))
    _write_private(cluster.pki / f"{user}.kubeconfig", json.dumps(config, indent=1).encode())


def kubeconfig(cluster: Cluster, user: str, ca: str, certificate: str, key: str) -> dict[str, object]:
    """A kubeconfig with everything inline; ``ca``, ``certificate`` and ``key`` are base64 of PEM."""
    context = f"localkube-{cluster.name}"
    server = {"server": cluster.api_url, "certificate-authority-data": ca}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": context,
        "clusters": [{"name": context, "cluster": server}],
        "users": [{"name": user, "user": {"client-certificate-data": certificate, "client-key-data": key}}],
        "contexts": [{"name": context, "context": {"cluster": context, "user": user}}],
    }
