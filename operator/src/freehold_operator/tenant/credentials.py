"""Passwords and certificates of a Tenant's stores: what exists is kept, what is missing or about to expire is made.

A password is rotated by deleting its Secret. Nothing here does I/O; randomness comes from the operating system.
"""

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from freehold_crds import StoreMode, Tenant
from freehold_operator.tenant import certificates
from freehold_operator.tenant.certificates import KeyPair
from freehold_operator.tenant.resources import postgres, store, valkey
from freehold_operator.tenant.resources.manifest import POSTGRES, REDIS, place_of
from freehold_operator.tenant.resources.store import StoreMaterial

AUTHORITY_SECRET = "freehold-ca"  # noqa: S105 - a name, not a secret
PASSWORD_BYTES = 32
Raw = dict[str, Any]
NAMES = {POSTGRES: (postgres.NAME, postgres.SERVER_SECRET), REDIS: (valkey.NAME, valkey.SERVER_SECRET)}


@dataclass(frozen=True, slots=True)
class Material:
    """All that is secret about one Tenant: its authority, and each store it asks for."""

    authority: KeyPair = field(repr=False)
    stores: Mapping[str, StoreMaterial] = field(repr=False)


def wanted_stores(tenant: Tenant) -> tuple[str, ...]:
    """The stores that the spec asks for; an absent mode asks for none."""
    modes = {POSTGRES: tenant.spec.postgres.mode, REDIS: tenant.spec.redis.mode}
    return tuple(name for name, mode in modes.items() if mode == StoreMode.DEDICATED)


def material(tenant: Tenant, live: Mapping[str, Raw], now: datetime) -> Material | None:
    """What the stores need, from the live Secrets by name as far as they hold; None when no store is asked for."""
    asked = wanted_stores(tenant)
    if not asked:
        return None
    signer = _authority(tenant, _texts(live.get(AUTHORITY_SECRET)), now)
    return Material(signer, {name: _store(tenant, name, live, signer, now) for name in asked})


def _authority(tenant: Tenant, kept: Mapping[str, str], now: datetime) -> KeyPair:
    pair = KeyPair(kept.get("ca.crt", ""), kept.get("ca.key", ""))
    if certificates.is_fresh(pair.certificate, now) and certificates.belongs(pair):
        return pair
    return certificates.authority(tenant.metadata.name, now)


def _store(tenant: Tenant, name: str, live: Mapping[str, Raw], signer: KeyPair, now: datetime) -> StoreMaterial:
    client_secret, server_secret = NAMES[name]
    client, server = _texts(live.get(client_secret)), _texts(live.get(server_secret))
    hosts = _hosts(tenant, client_secret)
    pair = KeyPair(server.get("tls.crt", ""), server.get("tls.key", ""))
    if not _is_usable(pair, signer, hosts, now):
        pair = certificates.server(signer, hosts, now)
    return StoreMaterial(
        password=client.get("password") or _password(),
        ca_certificate=signer.certificate,
        certificate=pair.certificate,
        key=pair.key,
        admin_password=(server.get("admin-password") or _password()) if name == POSTGRES else "",
    )


def _is_usable(pair: KeyPair, signer: KeyPair, hosts: tuple[str, ...], now: datetime) -> bool:
    return (
        certificates.is_fresh(pair.certificate, now)
        and certificates.serves(pair.certificate, signer.certificate, hosts)
        and certificates.belongs(pair)
    )


def _hosts(tenant: Tenant, name: str) -> tuple[str, ...]:
    host = store.host_of(name, place_of(tenant))
    return (host, f"{host}.cluster.local", name, "localhost")


def _password() -> str:
    """32 random bytes; of the URL alphabet, so that it stands unescaped in a connection string."""
    return base64.urlsafe_b64encode(secrets.token_bytes(PASSWORD_BYTES)).decode().rstrip("=")


def _texts(secret: Raw | None) -> dict[str, str]:
    """A Secret's values; those that are no text are as good as missing."""
    texts = {}
    for key, value in ((secret or {}).get("data") or {}).items():
        try:
            texts[key] = base64.b64decode(value).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
    return texts
