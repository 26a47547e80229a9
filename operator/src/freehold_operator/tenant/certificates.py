"""A certificate authority per Tenant, and the server certificates of its stores.

One authority each: a client of Tenant A that trusts its own `ca.crt` can never be talked into trusting a server of B.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_DAYS = 3650
SERVER_DAYS = 90
RENEW_SHARE = 3  # renewed when a third of the lifetime is left
CLOCK_SKEW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate and its private key, both as PEM."""

    certificate: str
    key: str = field(repr=False)


def authority(tenant: str, now: datetime) -> KeyPair:
    """A new self-signed authority that may sign servers and nothing below itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"Freehold tenant {tenant}")
    builder = (
        _builder(name, name, key.public_key(), now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return _pair(builder.sign(key, hashes.SHA256()), key)


def server(signer: KeyPair, hosts: tuple[str, ...], now: datetime) -> KeyPair:
    """A server certificate for these DNS names, signed by the authority."""
    issuer = x509.load_pem_x509_certificate(signer.certificate.encode())
    signing_key = serialization.load_pem_private_key(signer.key.encode(), None)
    assert isinstance(signing_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key())
    builder = (
        _builder(_name(hosts[0].split(".")[0]), issuer.subject, key.public_key(), now, SERVER_DAYS)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(issuer_key, critical=False)
    )
    return _pair(builder.sign(signing_key, hashes.SHA256()), key)


def is_fresh(certificate: str, now: datetime) -> bool:
    """True while more than a third of the lifetime is left; False for what is no certificate."""
    try:
        parsed = x509.load_pem_x509_certificate(certificate.encode())
    except ValueError:
        return False
    lifetime = parsed.not_valid_after_utc - parsed.not_valid_before_utc
    return parsed.not_valid_after_utc - now > lifetime / RENEW_SHARE


def serves(certificate: str, signer_certificate: str, hosts: tuple[str, ...]) -> bool:
    """True when the certificate bears exactly these names and this authority signed it."""
    try:
        parsed = x509.load_pem_x509_certificate(certificate.encode())
        parsed.verify_directly_issued_by(x509.load_pem_x509_certificate(signer_certificate.encode()))
        names = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return tuple(names.get_values_for_type(x509.DNSName)) == hosts


def belongs(pair: KeyPair) -> bool:
    """True when the key is the certificate's own."""
    try:
        certificate = x509.load_pem_x509_certificate(pair.certificate.encode())
        key = serialization.load_pem_private_key(pair.key.encode(), None)
    except ValueError:
        return False
    return certificate.public_key() == key.public_key()


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pair(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> KeyPair:
    encoded = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return KeyPair(certificate.public_bytes(serialization.Encoding.PEM).decode(), encoded.decode())
