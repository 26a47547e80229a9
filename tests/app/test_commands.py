"""The command line as people and charts use it: what it prints where, and its exit codes."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from freehold_app.__main__ import main
from freehold_app.auth.digests import Peppers
from freehold_app.auth.key_format import is_well_formed
from freehold_app.auth.local import repository
from freehold_app.auth.local.repository import Account
from freehold_app.auth.passwords import Passwords
from freehold_app.auth.principals import DatabasePrincipals
from freehold_app.auth.repository import memberships
from freehold_app.platform.postgres import Database
from tests.store_fixtures import TestDatabase

PEPPER = "first-pepper-of-the-tests-0123456789"
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


type Command = Callable[..., Done]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Command]:
    """`python -m freehold_app <arguments>`, in this process: a new one takes seconds to import the same things."""
    for name in [name for name in os.environ if name.startswith("FREEHOLD_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FREEHOLD_ENVIRONMENT", "development")
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    root.handlers.clear()

    def run(*arguments: str, **environment: str) -> Done:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        code = main(arguments)
        written = capsys.readouterr()
        return Done(code, written.out, written.err)

    yield run
    root.handlers[:], root.level = before[0], before[1]
    structlog.reset_defaults()


def environment(db: TestDatabase, role: str) -> dict[str, str]:
    return {
        "FREEHOLD_DATABASE_URL": db.url(role).get_secret_value(),
        "FREEHOLD_KEYS_PEPPERS": json.dumps({"1": PEPPER}),
    }


@pytest.mark.inproc
def test_serve_without_settings_names_each_of_them_and_exits_with_78() -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FREEHOLD_")}
    arguments = [sys.executable, "-m", "freehold_app", "serve"]
    done = subprocess.run(arguments, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 78
    named = {line.split()[0] for line in done.stderr.splitlines()}
    assert named == {
        "FREEHOLD_DATABASE_URL",
        "FREEHOLD_DATABASE_WORKER_URL",
        "FREEHOLD_REDIS_URL",
        "FREEHOLD_KEYS_PEPPERS",
        "FREEHOLD_GATEWAY_DEMAND_TOKEN",
        "FREEHOLD_AUTH_SIGNING_KEYS",
        "FREEHOLD_PUBLIC_URL",
    }


@pytest.mark.inproc
def test_a_wrong_value_is_named_and_not_shown(command: Command) -> None:
    done = command("serve", FREEHOLD_KEYS_PEPPERS='{"one": "canary-4711-canary-4711-canary-4711"}')
    assert done.returncode == 78
    assert "FREEHOLD_KEYS_PEPPERS" in done.stderr
    assert "canary" not in done.stderr + done.stdout


@pytest.mark.inproc
def test_the_committed_description_of_the_interface_is_the_one_that_the_code_gives(command: Command) -> None:
    done = command("openapi")
    assert json.loads(done.stdout) == json.loads((ROOT / "app" / "openapi.json").read_text())


@pytest.mark.inproc
def test_a_database_that_never_answers_ends_migrate_with_a_reason(command: Command) -> None:
    done = command("migrate", "--wait-seconds", "0.1", FREEHOLD_DATABASE_URL="postgresql+asyncpg://a:b@127.0.0.1:9/x")
    assert done.returncode == 1
    assert "did not answer within" in done.stderr


@pytest.mark.stores
def test_a_refused_password_is_not_waited_for(command: Command, db: TestDatabase) -> None:
    url = db.url("migrator").get_secret_value().replace("only-for-tests", "wrong")
    done = command("migrate", FREEHOLD_DATABASE_URL=url)
    assert done.returncode == 1
    assert "password authentication failed" in done.stderr
    assert "wrong@" not in done.stderr


@pytest.mark.stores
async def test_create_key_prints_one_key_that_works(command: Command, db: TestDatabase, app_database: Database) -> None:
    done = await asyncio.to_thread(
        command, "create-key", "--tenant", "team-a", "--name", "laptop", "--models", "a,b*", **environment(db, "app")
    )
    assert done.returncode == 0, done.stderr
    (key,) = done.stdout.splitlines()
    assert is_well_formed(key)
    assert key not in done.stderr
    grant = await DatabasePrincipals(app_database, Peppers({1: PEPPER.encode()})).lookup(key)
    assert grant is not None
    assert (grant.tenant, grant.models) == ("team-a", ("a", "b*"))


@pytest.mark.stores
async def test_revoke_key_ends_it(command: Command, db: TestDatabase, app_database: Database) -> None:
    made = await asyncio.to_thread(command, "create-key", "--tenant", "t", "--name", "n", **environment(db, "app"))
    key = made.stdout.strip()
    public_id = key.split("_")[1]
    done = await asyncio.to_thread(command, "revoke-key", "--tenant", "t", "--key", public_id, **environment(db, "app"))
    assert done.returncode == 0, done.stderr
    assert await DatabasePrincipals(app_database, Peppers({1: PEPPER.encode()})).lookup(key) is None


async def account_of(database: Database, email: str) -> Account:
    async with database.platform() as session:
        found = await repository.account(session, email)
    assert found is not None
    return found


@pytest.mark.stores
async def test_create_owner_prints_one_password_that_is_the_persons(
    command: Command, db: TestDatabase, app_database: Database
) -> None:
    arguments = ("create-owner", "--tenant", "team-a", "--email", "ada@example.org")
    done = await asyncio.to_thread(command, *arguments, **environment(db, "app"))
    assert done.returncode == 0, done.stderr
    (password,) = done.stdout.splitlines()
    assert password not in done.stderr
    passwords = Passwords()
    assert await passwords.check((await account_of(app_database, "ada@example.org")).secret_hash, password)
    again = await asyncio.to_thread(command, *arguments, **environment(db, "app"))
    stored = (await account_of(app_database, "ada@example.org")).secret_hash
    assert await passwords.check(stored, again.stdout.strip())
    assert not await passwords.check(stored, password)
    passwords.close()


@pytest.mark.stores
async def test_create_owner_takes_a_password_and_says_nothing_of_it(
    command: Command, db: TestDatabase, app_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery staple\n"))
    arguments = ("create-owner", "--tenant", "team-a", "--email", "Ada@example.org", "--password-stdin")
    done = await asyncio.to_thread(command, *arguments, **environment(db, "app"))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "staple" not in done.stderr
    async with app_database.platform() as session:
        found = await memberships(session, (await account_of(app_database, "ada@example.org")).user_id)
    assert [(item.tenant, item.role) for item in found] == [("team-a", "owner")]


@pytest.mark.stores
@pytest.mark.parametrize(
    ("email", "password", "reason"),
    [("ada", "correct horse battery staple", "email"), ("ada@example.org", "short", "12 to 128 characters")],
)
def test_create_owner_names_what_is_wrong(
    command: Command, db: TestDatabase, monkeypatch: pytest.MonkeyPatch, email: str, password: str, reason: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(password))
    done = command("create-owner", "--tenant", "t", "--email", email, "--password-stdin", **environment(db, "app"))
    assert done.returncode == 1
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.stores
def test_an_impossible_tenant_is_refused_with_a_reason(command: Command, db: TestDatabase) -> None:
    done = command("create-key", "--tenant", "No Such", "--name", "n", **environment(db, "app"))
    assert done.returncode == 1
    assert "cannot be a tenant's name" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.stores
async def test_migrate_a_second_time_changes_nothing(command: Command, empty_db: TestDatabase) -> None:
    url = empty_db.url("migrator").get_secret_value()
    first = await asyncio.to_thread(command, "migrate", FREEHOLD_DATABASE_URL=url)
    assert first.returncode == 0, first.stderr
    again = await asyncio.to_thread(command, "migrate", FREEHOLD_DATABASE_URL=url)
    assert again.returncode == 0, again.stderr
    superuser = await empty_db.superuser()
    days = await superuser.fetchval(
        "SELECT count(*) FROM pg_class WHERE relname ~ '^usage_events_[0-9]{8}$' AND relrowsecurity"
    )
    await superuser.close()
    assert days == 16  # yesterday, today, and two weeks ahead
