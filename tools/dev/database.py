"""PostgreSQL and Valkey of `make dev`: from their wheels; roles and database are made the first time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

from dev.configuration import Stores
from dev.credentials import Credentials
from dev.places import Places
from stores.bootstrap import bootstrap
from stores.postgres import PostgresServer
from stores.valkey import ValkeyServer

DATABASE = "freehold"


@contextlib.contextmanager
def running_stores(places: Places, secrets: Credentials) -> Iterator[Stores]:
    """Both stores, until the end of the block; StoreError where one does not start."""
    postgres, valkey = PostgresServer(places.postgres), ValkeyServer(places.valkey)
    with contextlib.ExitStack() as ends:
        ends.callback(postgres.stop)
        postgres.start()
        ends.callback(valkey.stop)
        valkey.start()
        asyncio.run(_make_database(postgres))
        # after each start: it changes nothing that is there, and makes what a newer release adds
        bootstrap(postgres, DATABASE, secrets.roles)
        yield _stores(postgres, valkey, secrets)


def _stores(postgres: PostgresServer, valkey: ValkeyServer, secrets: Credentials) -> Stores:
    migrator, app, worker = (
        postgres.url(DATABASE, f"freehold_{role}", secrets.roles) for role in ("migrator", "app", "worker")
    )
    return Stores(migrator=migrator, app=app, worker=worker, redis=valkey.url)


async def _make_database(server: PostgresServer) -> None:
    connection = await server.connect()
    try:
        if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE) is None:
            await connection.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await connection.close()
