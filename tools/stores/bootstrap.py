"""Freehold's roles in a database of our own PostgreSQL, as an installation makes them, with one password for all."""

from __future__ import annotations

from pathlib import Path

from stores.postgres import PostgresServer

BOOTSTRAP = Path(__file__).resolve().parents[2] / "app" / "migrations" / "bootstrap.sql"
_ROLES = ("MIGRATOR", "APP", "WORKER", "READONLY")


def bootstrap(server: PostgresServer, database: str, password: str) -> None:
    """Make what is missing and set the passwords; StoreError with psql's words."""
    server.sql(BOOTSTRAP, database, {f"FREEHOLD_{role}_PASSWORD": password for role in _ROLES})
