"""Runs the revisions on the connection that `freehold_app migrate` hands over; it holds the lock and is the owner."""

from __future__ import annotations

from alembic import context

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("Migrate with `python -m freehold_app migrate`; this file opens no connection of its own.")

context.configure(connection=connection, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
