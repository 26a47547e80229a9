"""Certificates: who is named, who signs, when they are issued again."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from localkube.certificates import LEAF_DAYS, RENEW_DAYS, leaves, needs_renewal, write_pki
from localkube.cluster import Cluster

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    return Cluster("demo", tmp_path, 3)


def certificate(cluster: Cluster, file: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((cluster.pki / f"{file}.crt").read_bytes())


def test_every_certificate_is_signed_by_its_authority(cluster: Cluster) -> None:
    write_pki(cluster, NOW)
    for leaf in leaves(cluster):
        certificate(cluster, leaf.file).verify_directly_issued_by(certificate(cluster, leaf.authority))


def test_one_authority_does_not_vouch_for_the_others_certificates(cluster: Cluster) -> None:
    write_pki(cluster, NOW)
    with pytest.raises(ValueError, match="does not match"):
        certificate(cluster, "apiserver").verify_directly_issued_by(certificate(cluster, "front-proxy-ca"))


def test_the_api_servers_certificate_names_every_address_it_is_called_by(cluster: Cluster) -> None:
    write_pki(cluster, NOW)
    names = certificate(cluster, "apiserver").extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(a) for a in names.get_values_for_type(x509.IPAddress)} == {"10.96.0.1", "127.0.0.1", "10.250.3.2"}
    assert "kubernetes.default.svc.cluster.local" in names.get_values_for_type(x509.DNSName)


def test_nothing_is_issued_twice_while_it_is_good(cluster: Cluster) -> None:
    first = write_pki(cluster, NOW)
    serial = certificate(cluster, "admin").serial_number
    assert write_pki(cluster, NOW + datetime.timedelta(days=1)) == first
    assert certificate(cluster, "admin").serial_number == serial


def test_before_they_expire_the_leaves_are_renewed_and_the_authority_is_kept(cluster: Cluster) -> None:
    first = write_pki(cluster, NOW)
    authority, tokens = certificate(cluster, "ca").serial_number, (cluster.pki / "sa.pub").read_bytes()
    later = NOW + datetime.timedelta(days=LEAF_DAYS - RENEW_DAYS, minutes=1)
    assert write_pki(cluster, later) != first
    assert certificate(cluster, "apiserver").not_valid_after_utc > later + datetime.timedelta(days=RENEW_DAYS)
    assert certificate(cluster, "ca").serial_number == authority
    assert (cluster.pki / "sa.pub").read_bytes() == tokens


def test_another_address_number_means_new_certificates(cluster: Cluster) -> None:
    stamp = write_pki(cluster, NOW)
    assert not needs_renewal(stamp, cluster.node_ip, NOW)
    assert needs_renewal(stamp, "10.250.9.2", NOW)


def test_keys_and_kubeconfigs_are_for_their_owner_only(cluster: Cluster) -> None:
    write_pki(cluster, NOW)
    for path in (*cluster.pki.glob("*.key"), *cluster.pki.glob("*.kubeconfig"), cluster.kubeconfig):
        assert path.stat().st_mode & 0o077 == 0, path


def test_the_kubeconfig_holds_the_key_that_its_certificate_is_for(cluster: Cluster) -> None:
    write_pki(cluster, NOW)
    config = json.loads(cluster.kubeconfig.read_text())
    assert config["clusters"][0]["cluster"]["server"] == "https://10.250.3.2:6443"
    public = certificate(cluster, "admin").public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    assert config["current-context"] == "localkube-demo"
