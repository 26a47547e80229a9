"""Certificates of a Tenant's stores: who trusts whom, for how long, and what is kept."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509

from freehold_crds import parse_tenant
from freehold_operator.tenant import certificates
from freehold_operator.tenant.certificates import KeyPair
from freehold_operator.tenant.credentials import Material, material
from freehold_operator.tenant.observed import Observed
from freehold_operator.tenant.plan import Surroundings, store_steps
from tests.operator.tenant.world import STORES, tenant

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOSTS = ("freehold-postgres.tenant-acme.svc", "localhost")
AROUND = Surroundings("freehold-system", {"postgres": "p", "valkey": "v"}, "t", "m")


@pytest.fixture(scope="module")
def signer() -> KeyPair:
    return certificates.authority("acme", NOW)


@pytest.fixture(scope="module")
def pair(signer: KeyPair) -> KeyPair:
    return certificates.server(signer, HOSTS, NOW)


def test_a_server_is_trusted_through_its_own_authority_only(signer: KeyPair, pair: KeyPair) -> None:
    other = certificates.authority("acme", NOW)
    assert certificates.serves(pair.certificate, signer.certificate, HOSTS)
    assert not certificates.serves(pair.certificate, other.certificate, HOSTS)


def test_openssl_loads_what_was_made(signer: KeyPair, pair: KeyPair, tmp_path: Any) -> None:
    (tmp_path / "c").write_text(pair.certificate)
    (tmp_path / "k").write_text(pair.key)
    context = ssl.create_default_context(cadata=signer.certificate)
    context.load_cert_chain(tmp_path / "c", tmp_path / "k")
    assert context.cert_store_stats()["x509_ca"] == 1


def test_a_server_cannot_sign_others(pair: KeyPair) -> None:
    parsed = x509.load_pem_x509_certificate(pair.certificate.encode())
    assert not parsed.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert not parsed.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign


@pytest.mark.parametrize("hosts", [HOSTS[:1], (*HOSTS, "more"), ("other.svc", "localhost")])
def test_another_set_of_names_needs_another_certificate(signer: KeyPair, pair: KeyPair, hosts: tuple[str, ...]) -> None:
    assert not certificates.serves(pair.certificate, signer.certificate, hosts)


@pytest.mark.parametrize(("days", "fresh"), [(0, True), (59, True), (61, False), (91, False)])
def test_a_certificate_is_renewed_when_a_third_of_its_life_is_left(pair: KeyPair, days: int, fresh: bool) -> None:
    assert certificates.is_fresh(pair.certificate, NOW + timedelta(days=days)) is fresh


@pytest.mark.parametrize("text", ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_is_neither_fresh_nor_serving(signer: KeyPair, text: str) -> None:
    assert not certificates.is_fresh(text, NOW)
    assert not certificates.serves(text, signer.certificate, HOSTS)
    assert not certificates.belongs(KeyPair(text, signer.key))


def test_a_key_of_another_certificate_does_not_belong(signer: KeyPair, pair: KeyPair) -> None:
    assert certificates.belongs(pair)
    assert not certificates.belongs(KeyPair(pair.certificate, signer.key))


def test_nothing_secret_shows_in_a_repr(signer: KeyPair) -> None:
    made = material(parse_tenant(tenant(**STORES)), {}, NOW)
    assert made is not None
    assert "PRIVATE" not in repr(signer)
    assert repr(made) == "Material()"
    assert made.stores["postgres"].password not in repr(made.stores["postgres"])


class TestMaterial:
    def made(self, live: dict[str, Any], now: datetime = NOW) -> Material:
        found = material(parse_tenant(tenant(**STORES)), live, now)
        assert found is not None
        return found

    def secrets(self, given: Material) -> dict[str, Any]:
        """The Secrets that the plan would write for it."""
        asked = parse_tenant(tenant(**STORES))
        planned = [body for step in store_steps(Observed(asked, NOW), AROUND, given) for body in step.plan.apply]
        return {body["metadata"]["name"]: body for body in planned if body["kind"] == "Secret"}

    def test_a_tenant_without_stores_has_none(self) -> None:
        assert material(parse_tenant(tenant()), {}, NOW) is None

    def test_passwords_are_32_random_bytes_that_need_no_escaping(self) -> None:
        words = {self.made({}).stores[name].password for name in ("postgres", "redis") for _ in range(3)}
        assert len(words) == 6
        assert all(len(word) == 43 and word.replace("-", "").replace("_", "").isalnum() for word in words)

    def test_what_exists_is_kept(self) -> None:
        first = self.made({})
        assert self.made(self.secrets(first)) == first

    def test_a_lost_authority_renews_every_certificate_and_no_password(self) -> None:
        first = self.made({})
        left = {name: body for name, body in self.secrets(first).items() if name != "freehold-ca"}
        second = self.made(left)
        for name in ("postgres", "redis"):
            assert second.stores[name].password == first.stores[name].password
            assert second.stores[name].certificate != first.stores[name].certificate
            assert second.stores[name].ca_certificate == second.authority.certificate

    def test_a_secret_that_somebody_spoiled_is_replaced(self) -> None:
        live = self.secrets(self.made({}))
        live["freehold-redis"]["data"]["password"] = "not base64!"
        live["freehold-redis-server"]["data"]["tls.key"] = ""
        again = self.made(live)
        assert len(again.stores["redis"].password) == 43
        assert certificates.belongs(KeyPair(again.stores["redis"].certificate, again.stores["redis"].key))
