"""PostgreSQL: the only place that makes engines and transactions, and so the only door to a tenant's rows.

    database = open_database(settings.database.url, settings.database, clock)
    async with database.tenant(principal.tenant_id) as session:   # BEGIN, then the tenant, then nothing but your SQL
        await session.execute(text("SELECT ..."))                 # COMMIT at the end, ROLLBACK on an exception
    await database.close()

Row-level security reads `app.tenant`, which is set for the transaction only: a value that outlived it would be seen by
whoever gets the connection next.
"""

from __future__ import annotations

import re
import ssl
from bisect import bisect_left
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from pydantic import SecretStr
from sqlalchemy import URL, NullPool, QueuePool, event, make_url, text
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util.concurrency import await_only, greenlet_spawn

from freehold_app.kit.clock import Clock
from freehold_app.platform.errors import DatabaseBusyError, DatabaseUnavailableError, DataRefusedError
from freehold_app.settings import DatabaseSettings

Connection = AsyncConnection
type TenantSession = AsyncConnection
type PlatformSession = AsyncConnection
type TenantRow = asyncpg.Record

_OPEN = text(
    "SELECT set_config('app.tenant', :tenant, true), set_config('statement_timeout', :statement_timeout, true),"
    " set_config('lock_timeout', :lock_timeout, true),"
    " set_config('idle_in_transaction_session_timeout', :idle_in_transaction_session_timeout, true),"
    " set_config('enable_bitmapscan', :enable_bitmapscan, true)"
)
_DOOR = "WITH door AS MATERIALIZED (SELECT CAST(set_config('app.tenant', $1, true) AS uuid) AS tenant_id) "
_DOOR_INSIDE = "WITH door AS MATERIALIZED (SELECT CAST(current_setting('app.tenant') AS uuid) AS tenant_id) "
_PARAMETER = re.compile(r"(?<![:\w]):(\w+)")  # as SQLAlchemy has them
# Held by the transaction, which may idle for as long as its process lives.
_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
_MAY_IDLE = text("SELECT set_config('idle_in_transaction_session_timeout', '0', true)")
_BEAT = text("SELECT 1")
_HAS_VERSION = text("SELECT to_regclass('alembic_version') IS NOT NULL")
_VERSION = text("SELECT max(version_num) FROM alembic_version")
_CONNECT_SECONDS = 5
_PING_AFTER_SECONDS = 10
_RECYCLE_SECONDS = 1800  # so that connections move over when a load balancer or a fail-over moved


WAIT_BOUNDS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 2.0)  # seconds; above 0.1 somebody should look


class PoolWatch:
    """What the pool does, as numbers; `telemetry` turns them into metrics."""

    bounds = WAIT_BOUNDS

    def __init__(self) -> None:
        self.waited_seconds = 0.0
        self.waits = [0] * (len(WAIT_BOUNDS) + 1)
        self.timed_out = 0

    def waited(self, seconds: float) -> None:
        self.waited_seconds += seconds
        self.waits[bisect_left(WAIT_BOUNDS, seconds)] += 1

    @property
    def taken(self) -> int:
        return sum(self.waits)


@dataclass(frozen=True, slots=True)
class PoolState:
    size: int
    in_use: int
    overflow: int


class TenantRead:
    """One SELECT of a tenant's rows: for a single round trip by `Database.read`, and for a transaction by `inside`.

        TenantRead("SELECT page.* FROM door CROSS JOIN LATERAL (SELECT ... WHERE tenant_id = door.tenant_id ...) page")
        await session.execute(statement.inside, {"at": at})

    `door` sets the tenant for the statement's own transaction, as BEGIN and `set_config` do elsewhere. Its row must be
    asked for inside of LATERAL: only then nothing is read before the tenant is set. Were it not, there would be no
    tenant and no rows. A table that is joined outside of LATERAL may be read before it, too.
    """

    def __init__(self, body: str) -> None:
        if "LATERAL (" not in body or "door.tenant_id" not in body.partition("LATERAL (")[2]:
            raise ValueError("the statement must ask for door.tenant_id inside of LATERAL")
        self.names = tuple(dict.fromkeys(_PARAMETER.findall(body)))
        self.text = _DOOR + _PARAMETER.sub(lambda found: f"${self.names.index(found[1]) + 2}", body)
        self.inside = text(_DOOR_INSIDE + body)


class AdvisoryLock:
    """A lock that this process holds."""

    def __init__(self, session: AsyncConnection) -> None:
        self._session = session

    async def beat(self) -> None:
        """DatabaseUnavailableError where the lock's connection is gone, and the lock with it."""
        await self._session.execute(_BEAT)


class Database:
    """One role's connections to one database."""

    def __init__(self, engine: AsyncEngine, options: Mapping[str, str], clock: Clock) -> None:
        self._engine = engine
        self.reads = not isinstance(engine.pool, NullPool)
        """Whether `read` may be used: its options are the connection's own, and a pooler between loses them."""
        self._options = options
        self._clock = clock
        self._lost_at = float("-inf")
        if self.reads:
            event.listen(engine.sync_engine.pool, "checkout", self._still_there)
        self.watch = PoolWatch()

    @asynccontextmanager
    async def tenant(self, tenant_id: UUID) -> AsyncIterator[TenantSession]:
        """A transaction that sees and writes this tenant's rows only."""
        async with self._begin(str(tenant_id)) as session:
            yield session

    async def read(self, tenant_id: UUID, statement: TenantRead, **values: object) -> list[TenantRow]:
        """The tenant's rows in one round trip; DatabaseUnavailableError or DatabaseBusyError for any failure."""
        numbered = [values[name] for name in statement.names]
        try:
            with _translated(self.watch):
                return await greenlet_spawn(self._fetch, statement.text, str(tenant_id), *numbered)
        except DatabaseUnavailableError:
            self._lost_at = monotonic()
            raise
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise DatabaseUnavailableError(type(error).__name__) from error

    def _fetch(self, query: str, *values: object) -> list[TenantRow]:
        """On a connection of the pool, below SQLAlchemy and in no transaction; inside of its greenlet."""
        started = self._clock.monotonic()
        lent = self._engine.pool.connect()
        self.watch.waited(self._clock.monotonic() - started)
        try:
            connection: Any = lent.driver_connection
            rows: list[TenantRow] = await_only(connection.fetch(query, *values))
            return rows
        finally:
            lent.close()

    def _still_there(self, connection: Any, record: ConnectionPoolEntry, _: object) -> None:
        """A connection that its server has closed is replaced before anybody gets it, and the idle ones beside it.

        The driver mostly knows of the end. The three round trips of a ping are only for connections that idled for
        long, which a firewall may have dropped without a word, and for those from before another one was lost.
        """
        now = monotonic()
        used = record.info.setdefault("used", now)
        record.info["used"] = now
        if connection.driver_connection.is_closed():
            raise InvalidatePoolError
        if now - used > _PING_AFTER_SECONDS or used <= self._lost_at:
            try:
                connection.ping()
            except Exception as error:
                raise InvalidatePoolError from error

    @asynccontextmanager
    async def platform(self) -> AsyncIterator[PlatformSession]:
        """A transaction without a tenant: exempt tables, the key look-up, and what the worker's policies allow."""
        async with self._begin("") as session:
            yield session

    @asynccontextmanager
    async def _begin(self, tenant: str) -> AsyncIterator[AsyncConnection]:
        with _translated(self.watch):
            async with AsyncExitStack() as stack:
                try:
                    connection = await self._open(stack, tenant)
                except (DBAPIError, asyncpg.InternalClientError) as error:
                    if not _means_lost(error):
                        raise
                    self._lost_at = monotonic()
                    connection = await self._open(stack, tenant)  # nothing of the caller's had been sent
                yield connection

    async def _open(self, stack: AsyncExitStack, tenant: str) -> AsyncConnection:
        """A transaction that has its tenant and ends with the stack."""
        async with AsyncExitStack() as attempt:
            started = self._clock.monotonic()
            connection = await attempt.enter_async_context(self._engine.begin())
            self.watch.waited(self._clock.monotonic() - started)
            await connection.execute(_OPEN, {"tenant": tenant, **self._options})
            await stack.enter_async_context(attempt.pop_all())
            return connection

    @asynccontextmanager
    async def lock(self, name: str) -> AsyncIterator[AdvisoryLock | None]:
        """The lock of this name among all processes, or none where another one has it. Costs a connection."""
        async with self._begin("") as session:
            if not (await session.execute(_TRY_LOCK, {"name": name})).scalar_one():
                yield None
                return
            await session.execute(_MAY_IDLE)
            yield AdvisoryLock(session)

    async def schema_version(self) -> str | None:
        """The newest migration that has run; none where none has."""
        async with self.platform() as session:
            known = (await session.execute(_HAS_VERSION)).scalar_one()
            return str((await session.execute(_VERSION)).scalar_one()) if known else None

    def pool(self) -> PoolState:
        pool = self._engine.pool
        if not isinstance(pool, QueuePool):
            return PoolState(0, 0, 0)
        return PoolState(pool.size(), pool.checkedout(), max(pool.overflow(), 0))

    async def close(self) -> None:
        await self._engine.dispose()


def open_database(
    url: SecretStr,
    settings: DatabaseSettings,
    clock: Clock,
    *,
    statement_timeout_seconds: float | None = None,
) -> Database:
    """A `Database` that connects at first use; ValueError where the address asks for a TLS mode that is not kept."""
    address, arguments = connect_arguments(url.get_secret_value())
    pooling: dict[str, Any] = {"poolclass": NullPool}
    options = {
        "statement_timeout": _milliseconds(statement_timeout_seconds or settings.statement_timeout_seconds),
        "lock_timeout": _milliseconds(settings.lock_timeout_seconds),
        "idle_in_transaction_session_timeout": _milliseconds(settings.idle_in_transaction_seconds),
        # A list walks its index in order and stops at its limit. A kept plan counts the rows of the average person and
        # may prefer a bitmap and a sort for those few; for somebody with 50,000 it would fetch and sort them all.
        "enable_bitmapscan": "off",
    }
    if settings.pooler == "transaction":
        arguments |= {"statement_cache_size": 0, "prepared_statement_name_func": lambda: f"__freehold_{uuid4()}__"}
    else:
        pooling = {
            "pool_size": settings.pool_size,
            "max_overflow": settings.max_overflow,
            "pool_timeout": settings.pool_timeout_seconds,
            "pool_recycle": _RECYCLE_SECONDS,
            "pool_use_lifo": True,
        }
        arguments |= {"server_settings": options}  # for `read`, which opens no transaction
    # hide_parameters: an error's text is logged, and parameters are what people keep secret.
    engine = create_async_engine(address, connect_args=arguments, hide_parameters=True, **pooling)
    return Database(engine, options, clock)


def connect_arguments(url: str) -> tuple[URL, dict[str, Any]]:
    """The address without libpq's TLS words, and what they mean to asyncpg, which reads them only in its own DSNs."""
    address = make_url(url)
    mode = str(address.query.get("sslmode", "disable"))
    authority = address.query.get("sslrootcert")
    arguments: dict[str, Any] = {"timeout": _CONNECT_SECONDS, "ssl": _tls(mode, str(authority) if authority else None)}
    return address.difference_update_query(["sslmode", "sslrootcert"]), arguments


def _tls(mode: str, authority: str | None) -> ssl.SSLContext | bool:
    if mode == "disable":
        return False
    if mode != "verify-full":
        raise ValueError(f"sslmode={mode} is not supported: use verify-full, or disable where nothing needs proof")
    return ssl.create_default_context(cafile=authority)


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1000))


@contextmanager
def _translated(watch: PoolWatch) -> Iterator[None]:
    """SQLAlchemy's and the socket's words for "not now" become ours; everything else passes as it is."""
    try:
        yield
    except PoolTimeoutError as error:
        watch.timed_out += 1
        raise DatabaseBusyError from error
    except (OSError, TimeoutError) as error:
        raise DatabaseUnavailableError(type(error).__name__) from error
    except (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        if not _means_not_now(error):
            raise
        raise DatabaseUnavailableError(_kind(error)) from error


# SQLSTATE classes: connection exception, refused user, no such database, insufficient resources, operator intervention
# (shutdown, fail-over). A password is refused "not now" because it is while somebody changes it.
_NOT_NOW = ("08", "28", "3D", "53", "57P")
_READ_ONLY = "25006"  # a primary that has just become a standby


def _means_not_now(error: Exception) -> bool:
    """Whether the same call may work later. What asyncpg raises while connecting comes here unwrapped."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    state = str(getattr(getattr(error, "orig", error), "sqlstate", None) or "")
    no_answer = isinstance(error, InterfaceError | asyncpg.InterfaceError | asyncpg.InternalClientError)
    return no_answer or state.startswith(_NOT_NOW) or state == _READ_ONLY


# Connection exception, and what a server says to everybody when it goes down.
_LOST = ("08", "57P")


def _means_lost(error: DBAPIError | asyncpg.InternalClientError) -> bool:
    """Whether the connection had ended before it was asked anything."""
    if isinstance(error, asyncpg.InternalClientError):  # the driver has read the server's farewell, but not the end
        return True
    state = str(getattr(error.orig, "sqlstate", None) or "")
    return error.connection_invalidated or state.startswith(_LOST)


def _kind(error: Exception) -> str:
    """The driver's name for it, never its text."""
    original = getattr(error, "orig", None) or error
    return type(original.__cause__ or original).__name__


# The driver's own encoders raise Python's errors, the server its SQLSTATE classes 22 and 23.
_IMPOSSIBLE_VALUES = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    OverflowError,
    TypeError,
    ValueError,
)


async def copy_rows(
    session: AsyncConnection, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """COPY in PostgreSQL's binary form, inside the session's transaction; DataRefusedError for impossible values."""
    raw = await session.get_raw_connection()
    driver = raw.driver_connection
    if driver is None:
        raise DatabaseUnavailableError
    try:
        await driver.copy_records_to_table(table, records=rows, columns=list(columns))
    except _IMPOSSIBLE_VALUES as error:
        raise DataRefusedError from error
    except (asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError, asyncpg.InterfaceError) as error:
        raise DatabaseUnavailableError from error  # this call passes below SQLAlchemy, which else translates
