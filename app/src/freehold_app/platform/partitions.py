"""Daily partitions of a table: made ahead, filled from the default partition, dropped when their time is over.

The owner runs this (`maintain`, and once after each migration). Without it nothing breaks: rows of a day that has no
partition go to the default one and are moved later.
"""

# tenancy of this file: names in DDL take no parameters; DailyTable checks them

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_NAMES = text(
    "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass(:parent)"
)
_IDENTIFIER = re.compile(r"[a-z_]+")


@dataclass(frozen=True, slots=True)
class DailyTable:
    """`name` has partitions `<name>_<yyyymmdd>` by its column `ts`, and a default partition `<name>_default`."""

    name: str
    keep_days: int
    ahead_days: int = 14

    def __post_init__(self) -> None:
        if not _IDENTIFIER.fullmatch(self.name):
            raise ValueError(
                f"{self.name!r} is no table name"
            )  # it becomes part of SQL, which takes no parameters there

    def partition(self, day: date) -> str:
        return f"{self.name}_{day:%Y%m%d}"

    @property
    def default(self) -> str:
        return f"{self.name}_default"


@dataclass(frozen=True, slots=True)
class Maintained:
    created: tuple[date, ...]
    dropped: tuple[date, ...]


async def maintain_daily(engine: AsyncEngine, table: DailyTable, today: date) -> Maintained:
    """Afterwards every day from yesterday to `ahead_days` has its partition and none is older than `keep_days`."""
    async with engine.begin() as connection:
        present = await _present(connection, table)
        stray = await _days_in_default(connection, table)
    missing = sorted(stray | _wanted(table, today) - present)
    for day in missing:
        async with engine.begin() as connection:
            await _create(connection, table, day)
    expired = sorted(day for day in present | set(missing) if day < today - timedelta(days=table.keep_days))
    for day in expired:
        async with engine.begin() as connection:
            await _drop(connection, table, day)
    return Maintained(tuple(missing), tuple(expired))


def _wanted(table: DailyTable, today: date) -> set[date]:
    return {today + timedelta(days=offset) for offset in range(-1, table.ahead_days + 1)}


async def _present(connection: AsyncConnection, table: DailyTable) -> set[date]:
    names = (await connection.execute(_NAMES, {"parent": table.name})).scalars()
    return {date.fromisoformat(name.rpartition("_")[2]) for name in names if name != table.default}


async def _days_in_default(connection: AsyncConnection, table: DailyTable) -> set[date]:
    await _execute(connection, [f"ALTER TABLE {table.default} NO FORCE ROW LEVEL SECURITY"])
    days_of = text(f"SELECT DISTINCT (ts AT TIME ZONE 'UTC')::date FROM {table.default}")  # noqa: S608  see DailyTable
    rows = await connection.execute(days_of)
    days = set(rows.scalars())
    await _execute(connection, [f"ALTER TABLE {table.default} FORCE ROW LEVEL SECURITY"])
    return days


async def _create(connection: AsyncConnection, table: DailyTable, day: date) -> None:
    """The partition with the rows that were waiting for it. Row-level security hides them from the owner, too."""
    new, since, until = table.partition(day), f"{day}T00:00:00Z", f"{day + timedelta(days=1)}T00:00:00Z"
    taken = f"DELETE FROM {table.default} WHERE ts >= '{since}' AND ts < '{until}' RETURNING *"  # noqa: S608  see DailyTable
    await _execute(
        connection,
        [
            f"CREATE TABLE {new} (LIKE {table.name} INCLUDING ALL)",
            f"ALTER TABLE {table.default} NO FORCE ROW LEVEL SECURITY",
            f"WITH moved AS ({taken}) INSERT INTO {new} SELECT * FROM moved",  # noqa: S608  see DailyTable
            f"ALTER TABLE {table.default} FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {new} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table.name} ATTACH PARTITION {new} FOR VALUES FROM ('{since}') TO ('{until}')",
        ],
    )


async def _drop(connection: AsyncConnection, table: DailyTable, day: date) -> None:
    old = table.partition(day)
    await _execute(connection, [f"ALTER TABLE {table.name} DETACH PARTITION {old}", f"DROP TABLE {old}"])


async def _execute(connection: AsyncConnection, statements: Iterable[str]) -> None:
    for statement in statements:
        await connection.exec_driver_sql(statement)
