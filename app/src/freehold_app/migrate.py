"""The database's schema, brought up to date by one process at a time.

It waits for the database, takes an advisory lock, becomes the owner of the objects and runs what is missing. What
would wait for a lock longer than `lock_timeout` gives up and is tried again, so that a migration never queues in
front of everybody else's requests.
"""

# tenancy of this file: migrations run as the owner and read no rows

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from freehold_app.platform.errors import MigrationError
from freehold_app.platform.postgres import connect_arguments
from freehold_app.settings import DatabaseSettings

OWNER = "freehold_owner"
_LOCK = 0x66726565  # "free": any number, as long as nobody else takes it
_TRIES = 10
RETRY_SECONDS = 2.0
_POLL_SECONDS = 0.5
_LOCK_TIMEOUT_STATE = "55P03"
# shutting down by order, by a crash, starting or stopping, full: all of these pass
_PASSING_STATES = {"57P01", "57P02", "57P03", "53300"}


async def migrate(
    settings: DatabaseSettings,
    *,
    revision: str = "head",
    wait_seconds: float = 300,
    retry_seconds: float = RETRY_SECONDS,  # less in tests
) -> None:
    """Run what is missing up to `revision` (a number, or `head`); MigrationError where that cannot be done.

    A revision below the present one runs the way back, which loses data: that is for tests and for taking back a
    migration that nobody has used yet.
    """
    async with owner_engine(settings) as engine:
        await _wait_for_database(engine, wait_seconds)
        for attempt in range(1, _TRIES + 1):
            try:
                await _run(engine, revision)
                return
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) != _LOCK_TIMEOUT_STATE or attempt == _TRIES:
                    raise MigrationError(f"the migration failed: {error.orig}") from error
                _log().warning("migration_waits_for_lock", attempt=attempt)
                await asyncio.sleep(retry_seconds)


@asynccontextmanager
async def owner_engine(settings: DatabaseSettings) -> AsyncIterator[AsyncEngine]:
    """Connections that act as the owner of all objects and never wait long for a lock."""
    address, arguments = connect_arguments(settings.url.get_secret_value())
    arguments["server_settings"] = {
        "role": OWNER,
        "lock_timeout": str(int(settings.lock_timeout_seconds * 1000)),
        "application_name": "freehold-migrate",
    }
    engine = create_async_engine(address, connect_args=arguments, poolclass=NullPool, hide_parameters=True)
    try:
        yield engine
    finally:
        await engine.dispose()


async def _wait_for_database(engine: AsyncEngine, wait_seconds: float) -> None:
    """Until it answers. A refused password or an unknown role is not waited for: time does not mend it."""
    deadline = time.monotonic() + wait_seconds
    waited = False
    while True:
        try:
            async with engine.connect():
                return
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.ConnectionDoesNotExistError, DBAPIError) as error:
            reason = getattr(error, "orig", error)
            if not _passes(reason):
                raise MigrationError(f"the database refuses: {reason}") from error
            if time.monotonic() >= deadline:
                raise MigrationError(f"the database did not answer within {wait_seconds:.0f} s: {reason}") from error
        if not waited:
            _log().info("waiting_for_database", seconds=wait_seconds)
        waited = True
        await asyncio.sleep(_POLL_SECONDS)


def _passes(reason: BaseException | None) -> bool:
    """Whether waiting may help; SQLAlchemy wraps what the server says, sockets speak for themselves."""
    by_itself = isinstance(reason, OSError | TimeoutError | asyncpg.ConnectionDoesNotExistError)
    return by_itself or getattr(reason, "sqlstate", None) in _PASSING_STATES


async def _run(engine: AsyncEngine, revision: str) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("SET lock_timeout = 0"))  # for this one lock only: others may migrate for long
        await connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
        await connection.execute(text("RESET lock_timeout"))
        await connection.commit()
        await connection.run_sync(_upgrade, revision)
        await connection.commit()


def _upgrade(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    config.attributes["connection"] = connection
    if _is_newer(config, connection):
        # a pod of the release before, started again during an upgrade or by a rollback: its schema is still served
        _log().warning("schema_is_newer_than_this_release")
    elif _is_behind(config, connection, revision):
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)


def _is_newer(config: Config, connection: Connection) -> bool:
    """Whether the database has a revision that this release does not know."""
    present = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    return present is not None and present not in known


def _is_behind(config: Config, connection: Connection, revision: str) -> bool:
    """Whether `revision` lies before what the database has."""
    present = MigrationContext.configure(connection).get_current_revision()
    if present is None or revision == "head":
        return False
    if revision == "base":
        return True
    older = {script.revision for script in ScriptDirectory.from_config(config).iterate_revisions(present, "base")}
    return revision in older - {present}


def migrations_folder() -> Path:
    """In an installed package beside this file, in a checkout beside `src`."""
    installed = Path(__file__).with_name("_migrations")
    return installed if installed.is_dir() else Path(__file__).parents[2] / "migrations"


def _log() -> Any:
    return structlog.get_logger(__name__)
