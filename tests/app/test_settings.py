"""Settings: where they come from, what is refused, and that no refusal shows a value."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest
from pydantic import ValidationError

from freehold_app import settings as module
from freehold_app.settings import DatabaseSettings, Need, Role, Settings, refusals

SECRET = "Zk3vQ9xLr7TnB2mWc8YpHs5DfGj4Ae6U"
GOOD = {
    "FREEHOLD_DATABASE_URL": "postgresql+asyncpg://freehold_app:x@db/freehold?sslmode=verify-full",
    "FREEHOLD_DATABASE_WORKER_URL": "postgresql+asyncpg://freehold_worker:x@db/freehold?sslmode=verify-full",
    "FREEHOLD_REDIS_URL": "rediss://:x@cache:6379/0",
    "FREEHOLD_KEYS_PEPPERS": f'{{"1": "{SECRET}"}}',
    "FREEHOLD_GATEWAY_DEMAND_TOKEN": SECRET,
    "FREEHOLD_AUTH_SIGNING_KEYS": f'{{"1": "{SECRET}"}}',
    "FREEHOLD_PUBLIC_URL": "https://ai.example.org",
}
EVERYTHING = ~Need(0)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def refused_names(needs: Need = EVERYTHING) -> list[str]:
    return [name for name, _ in refusals(Settings(), needs)]


def test_good_settings_are_accepted(environment: pytest.MonkeyPatch) -> None:
    assert refusals(Settings(), EVERYTHING) == []


@pytest.mark.parametrize("name", sorted(GOOD))
def test_an_empty_setting_is_refused_by_its_name(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.delenv(name)
    assert refused_names() == [name]


def test_only_what_is_needed_is_judged(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("FREEHOLD_REDIS_URL")
    assert refused_names(Need.DATABASE | Need.KEYS) == []


@pytest.mark.parametrize(
    ("name", "value", "refused"),
    [
        ("FREEHOLD_DATABASE_URL", "postgresql://a:b@c/d?sslmode=verify-full", "FREEHOLD_DATABASE_URL"),
        ("FREEHOLD_DATABASE_URL", "postgresql+asyncpg://a:b@c/d?sslmode=require", "FREEHOLD_DATABASE_URL"),
        ("FREEHOLD_REDIS_URL", "redis://cache:6379", "FREEHOLD_REDIS_URL"),
        ("FREEHOLD_GATEWAY_DEMAND_TOKEN", "short", "FREEHOLD_GATEWAY_DEMAND_TOKEN"),
        ("FREEHOLD_GATEWAY_DEMAND_TOKEN", "changeme-changeme-changeme-changeme", "FREEHOLD_GATEWAY_DEMAND_TOKEN"),
        ("FREEHOLD_GATEWAY_DEMAND_TOKEN", "0" * 64, "FREEHOLD_GATEWAY_DEMAND_TOKEN"),
        ("FREEHOLD_KEYS_PEPPERS", '{"1": "short"}', "FREEHOLD_KEYS_PEPPERS[1]"),
        ("FREEHOLD_AUTH_SIGNING_KEYS", '{"1": "short"}', "FREEHOLD_AUTH_SIGNING_KEYS[1]"),
        ("FREEHOLD_AUTH_BOOTSTRAP_TOKEN", "short", "FREEHOLD_AUTH_BOOTSTRAP_TOKEN"),
        ("FREEHOLD_PUBLIC_URL", "http://ai.example.org", "FREEHOLD_PUBLIC_URL"),
        ("FREEHOLD_PUBLIC_URL", "https://ai.example.org/path", "FREEHOLD_PUBLIC_URL"),
        ("FREEHOLD_PUBLIC_URL", "ai.example.org", "FREEHOLD_PUBLIC_URL"),
        ("FREEHOLD_KEYS_PEPPERS", f'{{"1": "{SECRET}", "2": ""}}', "FREEHOLD_KEYS_PEPPERS[2]"),
    ],
)
def test_what_is_weak_is_refused_outside_development(
    environment: pytest.MonkeyPatch, name: str, value: str, refused: str
) -> None:
    environment.setenv(name, value)
    assert refused_names() == [refused]


def test_people_on_this_machine_need_no_certificate(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("FREEHOLD_PUBLIC_URL", "http://127.0.0.1:8080/")
    assert refused_names() == []
    assert Settings().public_url == "http://127.0.0.1:8080"


def test_development_allows_plain_connections_and_short_secrets(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("FREEHOLD_ENVIRONMENT", "development")
    environment.setenv("FREEHOLD_DATABASE_URL", "postgresql+asyncpg://a:b@127.0.0.1/d")
    environment.setenv("FREEHOLD_REDIS_URL", "redis://127.0.0.1")
    environment.setenv("FREEHOLD_GATEWAY_DEMAND_TOKEN", "short")
    assert refused_names() == []


def test_a_secret_file_is_read_and_the_environment_wins(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "freehold_redis_url").write_text("rediss://from-the-file\n")
    (tmp_path / "freehold_database_url").write_text("postgresql+asyncpg://from-the-file\n")
    environment.delenv("FREEHOLD_REDIS_URL")
    environment.setitem(Settings.model_config, "secrets_dir", tmp_path)
    settings = Settings()
    assert settings.redis.url.get_secret_value() == "rediss://from-the-file"
    assert settings.database.url.get_secret_value() == GOOD["FREEHOLD_DATABASE_URL"]


def test_roles_are_separated_by_commas(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("FREEHOLD_ROLES", "worker, gateway,control")
    assert Settings().roles == frozenset(Role)
    environment.setenv("FREEHOLD_ROLES", "worker")
    assert Settings().roles == {Role.WORKER}


def test_a_misspelt_setting_is_refused_by_its_name(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("FREEHOLD_GATEWAY_MAXBODY", "5")
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert refused.value.errors()[0]["loc"] == ("gateway", "maxbody")


def test_what_kubernetes_adds_for_services_is_no_setting(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("FREEHOLD_GATEWAY_SERVICE_HOST", "10.0.0.1")
    environment.setenv("FREEHOLD_GATEWAY_PORT", "tcp://10.0.0.1:80")
    environment.setenv("FREEHOLD_GATEWAY_PORT_80_TCP_ADDR", "10.0.0.1")
    environment.setenv("FREEHOLD_GATEWAY_INTERNAL_SERVICE_PORT_INTERNAL", "9090")
    assert Settings().gateway.listen == ":8080"


def test_no_error_and_no_repr_shows_a_secret(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("FREEHOLD_KEYS_PEPPERS", f'{{"one": "{SECRET}"}}')
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert SECRET not in str(refused.value)
    environment.setenv("FREEHOLD_KEYS_PEPPERS", GOOD["FREEHOLD_KEYS_PEPPERS"])
    assert SECRET not in repr(Settings())


def fields_without_docstring(source: str) -> list[str]:
    """Annotated assignments in classes that no string follows."""
    bare = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ClassDef):
            continue
        for statement, follower in zip(node.body, [*node.body[1:], None], strict=True):
            explained = isinstance(follower, ast.Expr) and isinstance(follower.value, ast.Constant)
            if isinstance(statement, ast.AnnAssign) and not explained:
                bare.append(ast.unparse(statement.target))
    return bare


def test_every_field_explains_itself() -> None:
    assert fields_without_docstring(inspect.getsource(module)) == []


def test_a_bare_field_would_be_found() -> None:
    assert fields_without_docstring('class A:\n  a: int = 1\n  b: int = 2\n  """Explained."""') == ["a"]


def test_a_group_can_be_made_by_hand() -> None:
    assert DatabaseSettings().pool_size == 8


def test_control_without_a_gateway_of_its_own_must_know_where_one_is() -> None:
    given = {"environment": "development", "roles": "control", "auth": {"signing_keys": {1: "key"}}}
    name = "FREEHOLD_TURNS_GATEWAY_URL"
    assert name in dict(refusals(Settings.model_validate(given), Need.AUTH))
    for more in ({"turns": {"gateway_url": "http://freehold-gateway:8080"}}, {"roles": "control,gateway"}):
        assert name not in dict(refusals(Settings.model_validate(given | more), Need.AUTH))
    with pytest.raises(ValidationError):
        Settings.model_validate(given | {"turns": {"gateway_url": "freehold-gateway:8080"}})
