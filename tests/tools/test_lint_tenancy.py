"""The tenancy lint catches each way round the doors, and lets through what goes by them."""

from __future__ import annotations

from pathlib import Path

import pytest

import lint_tenancy
from lint_tenancy import findings, lint

BY_THE_DOORS = """
from sqlalchemy import text

_FIND = text("SELECT id FROM api_keys WHERE id = :id")


async def find(session, key_id, name):
    found = f"no key {name} to SELECT from"
    return await session.execute(_FIND, {"id": key_id})
"""


def rules(file: str, source: str) -> set[str]:
    return {finding.rule for finding in findings(file, source)}


@pytest.mark.parametrize(
    ("file", "source", "rule"),
    [
        ("keys/service.py", "create_async_engine(url)", "engine"),
        ("keys/repository.py", "asyncpg.create_pool(url)", "engine"),
        ("keys/service.py", 'session.execute(text("SELECT 1 FROM api_keys"))', "query"),
        ("keys/endpoints.py", 'connection.fetchval("DELETE FROM api_keys")', "query"),
        ("keys/service.py", "database.platform()", "unscoped"),
        ("keys/service.py", "self._worker_database.platform()", "unscoped"),
        ("keys/repository.py", 'text(f"SELECT * FROM api_keys WHERE name = {name}")', "sql-text"),
        ("keys/repository.py", 'text("SELECT * FROM api_keys WHERE name = " + name)', "sql-text"),
        ("keys/repository.py", 'text("SELECT * FROM api_keys WHERE name = %s" % name)', "sql-text"),
        ("keys/repository.py", 'text("SELECT * FROM {}".format(name))', "sql-text"),
        ("keys/service.py", "await self._redis.get(key)", "redis"),
        ("usage/jobs.py", "redis.xadd(stream, fields)", "redis"),
    ],
)
def test_a_way_round_is_found(file: str, source: str, rule: str) -> None:
    assert rules(file, source) == {rule}


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("keys/repository.py", BY_THE_DOORS),
        ("platform/postgres.py", "create_async_engine(url); database.platform()"),
        ("platform/redis.py", "redis.publish(channel, message)"),
        ("gateway/io/meter.py", "self._redis.pipeline()"),
        ("key_commands.py", "database.tenant(tenant_id)"),
        ("lifespan.py", "redis.aclose()"),
        ("telemetry.py", "sys.platform()"),
    ],
)
def test_what_goes_by_the_doors_passes(file: str, source: str) -> None:
    assert rules(file, source) == set()


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "usage").mkdir()
    return tmp_path


def test_a_waiver_needs_its_line_in_the_list(package: Path) -> None:
    (package / "usage" / "jobs.py").write_text("# tenancy: many tenants at once\ndatabase.platform()\n")
    assert lint(package, ["usage/jobs.py: many tenants at once"]) == []
    (complaint,) = lint(package, [])
    assert "not listed" in complaint


def test_a_waiver_of_one_line_does_not_cover_the_next(package: Path) -> None:
    (package / "usage" / "jobs.py").write_text("database.platform()  # tenancy: here\n\n\ndatabase.platform()\n")
    (complaint,) = lint(package, ["usage/jobs.py: here"])
    assert complaint.startswith("usage/jobs.py:4: unscoped")


def test_a_waiver_of_a_file_covers_it(package: Path) -> None:
    (package / "migrate.py").write_text("# tenancy of this file: as the owner\n\n\ncreate_engine(url)\n")
    assert lint(package, ["migrate.py: as the owner"]) == []


def test_a_waiver_that_nothing_uses_is_refused(package: Path) -> None:
    assert lint(package, ["gone.py: once"]) == ["a waiver that nothing uses: gone.py: once"]


def test_the_app_as_it_stands_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert lint_tenancy.main([]) == 0, capsys.readouterr().out


def test_a_hole_in_a_folder_makes_the_program_fail(package: Path) -> None:
    (package / "usage" / "jobs.py").write_text("create_engine(url)\n")
    assert lint_tenancy.main([str(package)]) == 1
