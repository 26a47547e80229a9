"""Secrets: made once and whole, taken from elsewhere where the values say so, listed where nothing may be made."""

import base64
import json
import re

import helm_python
import pytest
from cryptography import x509

from tests.charts.rendering import NAMESPACE, Object, Rendered, case, containers, render, values_of

pytestmark = pytest.mark.charts

MADE = {
    "freehold-internal": {"demand-token"},
    "freehold-keys": {"freehold_keys_peppers"},
    "freehold-auth": {"freehold_auth_signing_keys", "freehold_auth_bootstrap_token"},
    "freehold-database": {
        "freehold_database_url", "freehold_database_worker_url", "freehold_database_migrator_url", "ca.crt",
    },
    "freehold-redis": {"freehold_redis_url", "ca.crt"},
    "freehold-stores-ca": {"tls.crt", "tls.key"},
    "freehold-postgres-passwords": {"superuser", "migrator", "app", "worker"},
    "freehold-postgres-tls": {"tls.crt", "tls.key", "ca.crt"},
    "freehold-valkey-users": {"password", "users.acl"},
    "freehold-valkey-tls": {"tls.crt", "tls.key", "ca.crt"},
}  # fmt: skip


def data(rendered: Rendered, name: str) -> dict[str, str]:
    return {key: base64.b64decode(value).decode() for key, value in rendered.one("Secret", name)["data"].items()}


def test_a_small_install_makes_every_secret_and_keeps_it() -> None:
    secrets = case("small").of("Secret")
    assert {name: set(secret["data"]) for name, secret in secrets.items()} == MADE
    assert {secret["metadata"]["annotations"]["helm.sh/resource-policy"] for secret in secrets.values()} == {"keep"}


def test_tokens_and_peppers_are_long_enough_for_the_app() -> None:
    rendered = case("small")
    assert len(data(rendered, "freehold-internal")["demand-token"]) >= 32
    peppers = json.loads(data(rendered, "freehold-keys")["freehold_keys_peppers"])
    assert list(peppers) == ["1"]
    assert len(peppers["1"]) >= 32
    auth = data(rendered, "freehold-auth")
    assert len(json.loads(auth["freehold_auth_signing_keys"])["1"]) >= 32
    assert len(auth["freehold_auth_bootstrap_token"]) >= 32


def test_no_two_installs_share_a_value() -> None:
    first, second = render(values_of("small")), render(values_of("small"))
    for name, keys in MADE.items():
        for key in keys:
            assert data(first, name)[key] != data(second, name)[key], f"{name} {key}"


def test_the_urls_hold_the_passwords_of_the_server_and_demand_its_certificate() -> None:
    rendered = case("small")
    passwords, urls = data(rendered, "freehold-postgres-passwords"), data(rendered, "freehold-database")
    for role, key in (("app", ""), ("worker", "worker_"), ("migrator", "migrator_")):
        url = urls[f"freehold_database_{key}url"]
        assert url.startswith(
            f"postgresql+asyncpg://freehold_{role}:{passwords[role]}@freehold-postgres.{NAMESPACE}.svc:5432/"
        )
        assert "sslmode=verify-full" in url
    assert data(rendered, "freehold-redis")["freehold_redis_url"].startswith("rediss://freehold:")


@pytest.mark.parametrize("host", ["freehold-postgres", "freehold-valkey"])
def test_each_store_has_a_certificate_for_its_own_name_from_the_one_authority(host: str) -> None:
    rendered = case("small")
    pair = data(rendered, f"{host}-tls")
    certificate = x509.load_pem_x509_certificate(pair["tls.crt"].encode())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert f"{host}.{NAMESPACE}.svc" in names.get_values_for_type(x509.DNSName)
    assert pair["ca.crt"] == data(rendered, "freehold-stores-ca")["tls.crt"]
    authority = x509.load_pem_x509_certificate(pair["ca.crt"].encode())
    certificate.verify_directly_issued_by(authority)


def test_a_store_restarts_when_its_certificate_changes() -> None:
    name = "checksum/certificate"
    sums = {
        render(values_of("small")).one("StatefulSet", "freehold-postgres")["spec"]["template"]["metadata"][
            "annotations"
        ][name]
        for _ in range(2)
    }
    assert len(sums) == 2


def test_the_cache_lets_the_app_near_its_own_keys_only() -> None:
    users = data(case("small"), "freehold-valkey-users")["users.acl"]
    assert "user default off" in users
    assert re.search(r"user freehold on #[0-9a-f]{64} resetchannels ~fh:\* &fh:\* \+@all -@admin -@dangerous", users)


def test_secrets_of_ones_own_are_used_and_none_is_made() -> None:
    rendered = case("gitops")
    assert rendered.of("Secret") == {}
    text = str(dict(rendered.pods()))
    for name in (
        "database",
        "redis",
        "keys",
        "internal",
        "postgres-passwords",
        "postgres-tls",
        "valkey-users",
        "valkey-tls",
    ):
        assert f"platform-{name}" in text


def test_where_nothing_may_be_generated_the_missing_secrets_are_listed_at_once() -> None:
    with pytest.raises(helm_python.HelmRenderError) as refused:
        render({"global": {"secrets": {"generate": False, "keys": "mine"}}})
    for value in ("global.secrets.internal", "global.secrets.database", "postgres.passwordsSecret", "valkey.tlsSecret"):
        assert value in str(refused.value)
    assert "global.secrets.keys:" not in str(refused.value)


@pytest.mark.parametrize("store", ["postgres", "valkey"])
def test_an_external_store_needs_the_secret_with_its_url(store: str) -> None:
    key = {"postgres": "database", "valkey": "redis"}[store]
    with pytest.raises(helm_python.HelmRenderError, match=f"global.secrets.{key}"):
        render({store: {"mode": "external"}})


def test_external_stores_leave_no_trace_of_embedded_ones() -> None:
    rendered = case("external-stores")
    assert rendered.of("StatefulSet") == {}
    assert set(rendered.of("Secret")) == {"freehold-internal", "freehold-keys", "freehold-auth"}
    assert "embedded" not in rendered.notes


def test_an_operator_alone_makes_no_secret_and_starts_without_one() -> None:
    rendered = case("operator-only")
    assert rendered.of("Secret") == {}
    (volume,) = [
        volume for volume in _volumes(rendered, "Deployment/freehold-model-controller") if volume["name"] == "internal"
    ]
    assert volume["secret"]["optional"] is True


def test_files_arrive_under_the_names_of_the_apps_settings() -> None:
    (secrets,) = [v for v in _volumes(case("small"), "Deployment/freehold-app") if v["name"] == "secrets"]
    paths = {item["path"] for source in secrets["projected"]["sources"] for item in source["secret"]["items"]}
    assert paths == {
        "freehold_database_url", "freehold_database_worker_url", "freehold_redis_url", "freehold_keys_peppers",
        "freehold_gateway_demand_token", "freehold_auth_signing_keys", "freehold_auth_bootstrap_token",
    }  # fmt: skip


def _volumes(rendered: Rendered, pod: str) -> list[Object]:
    template = dict(rendered.pods())[pod]
    assert containers(template)
    found: list[Object] = template["spec"]["volumes"]
    return found
