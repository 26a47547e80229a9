"""Real stores for tests: one PostgreSQL and one Valkey per run and worker, a fresh database for each test.

Real: PostgreSQL 18 with every migration and the production roles, Valkey. Faked: TLS (the wheels have none) and
durability (`fsync=off`). A test that asks for `db` gets its own clone of a migrated template, so it may commit.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import asyncpg
import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from freehold_app.migrate import migrate
from freehold_app.settings import DatabaseSettings
from stores.bootstrap import bootstrap
from stores.postgres import PostgresServer
from stores.valkey import ValkeyServer

ROLE_PASSWORD = "only-for-tests"
TEMPLATE = "freehold_template"
_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class TestDatabase:
    """One database on the run's server, and how each role reaches it."""

    __test__ = False

    server: PostgresServer
    name: str

    def url(self, role: str) -> SecretStr:
        return SecretStr(self.server.url(self.name, f"freehold_{role}", ROLE_PASSWORD))

    def settings(self, role: str) -> DatabaseSettings:
        return DatabaseSettings(url=self.url(role))

    async def superuser(self) -> asyncpg.Connection:
        """A connection that row-level security does not hold back, to look at what really is there."""
        return await self.server.connect(self.name)

    async def fill(self, statements: str) -> None:
        """As `superuser`, what is there before a test begins."""
        superuser = await self.superuser()
        await superuser.execute(statements)
        await superuser.close()


@pytest.fixture(scope="session")
def pg_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    server = PostgresServer(tmp_path_factory.mktemp("postgres"))
    server.start()
    yield server
    server.stop()


async def run_as_superuser(server: PostgresServer, *statements: str) -> None:
    connection = await server.connect()
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def pg_template(pg_server: PostgresServer) -> PostgresServer:
    """The server, holding a template database with the roles and every migration."""

    async def prepare() -> None:
        await run_as_superuser(pg_server, f"CREATE DATABASE {TEMPLATE}")
        await asyncio.to_thread(bootstrap, pg_server, TEMPLATE, ROLE_PASSWORD)
        await migrate(TestDatabase(pg_server, TEMPLATE).settings("migrator"), wait_seconds=1)

    asyncio.run(prepare())
    return pg_server


@pytest.fixture
async def empty_db(pg_server: PostgresServer) -> AsyncIterator[TestDatabase]:
    """A database with the roles and no schema."""
    name = f"empty_{next(_numbers)}"
    await run_as_superuser(pg_server, f"CREATE DATABASE {name}")
    await asyncio.to_thread(bootstrap, pg_server, name, ROLE_PASSWORD)
    yield TestDatabase(pg_server, name)
    await run_as_superuser(pg_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def db(pg_template: PostgresServer) -> AsyncIterator[TestDatabase]:
    """A database of this test alone, migrated."""
    name = f"test_{next(_numbers)}"
    grants = "freehold_migrator, freehold_app, freehold_worker, freehold_readonly"
    await run_as_superuser(
        pg_template,
        f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}",
        # a clone has its template's objects and their grants, but not the grants of the database itself
        f"GRANT CONNECT ON DATABASE {name} TO {grants}",
        f"GRANT TEMPORARY ON DATABASE {name} TO freehold_worker",
    )
    yield TestDatabase(pg_template, name)
    await run_as_superuser(pg_template, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def superuser(db: TestDatabase) -> AsyncIterator[asyncpg.Connection]:
    """What really is in `db`, as no row-level security hides it."""
    connection = await db.superuser()
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyServer]:
    server = ValkeyServer(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def valkey(valkey_server: ValkeyServer) -> str:
    """The address of an empty Valkey."""
    redis = Redis.from_url(valkey_server.url)
    await redis.flushall()
    await redis.aclose()
    return valkey_server.url
