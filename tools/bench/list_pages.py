"""How long a page of a list takes over HTTP, and whether later pages take longer.

    PYTHONPATH=tools .venv/bin/python -m bench.list_pages [--rows 1000000] [--requests 600] [--clients 8]

The real app in a process of its own, on embedded PostgreSQL and Valkey; API keys of 100 tenants, a fifth of them in the
tenant whose administrators list them. The client follows `next_cursor` to page 1,000 and then asks for page 1, 100 and
1,000 again and again, each of its connections as fast as it is answered. All of it shares this machine, and the app's
own limits per person and tenant hold: ten people ask, at most 3,000 times a minute.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import asyncpg

from freehold_app.auth.tokens import SigningKeys, Tokens
from freehold_app.kit.clock import SystemClock
from freehold_app.migrate import migrate
from freehold_app.settings import DatabaseSettings
from stores.postgres import PostgresServer
from stores.process import free_port
from stores.valkey import ValkeyServer

BOOTSTRAP = Path(__file__).parents[2] / "app" / "migrations" / "bootstrap.sql"
DATABASE = "bench"
PAGES = (1, 100, 1000)
LIMIT = 50
PEOPLE = 10
TENANTS = 100
SHARE_OF_FIRST = 5  # one row in so many
START_SECONDS = 120.0  # of a machine that does other things, too
MAX_LINE = 1 << 20

_PEOPLE = """
WITH tenant AS (INSERT INTO tenants (id, name) SELECT gen_random_uuid(), 'bench-' || n FROM generate_series(1, $1) n
                RETURNING id, name),
     person AS (INSERT INTO users (id, provider, subject, email, name)
                SELECT gen_random_uuid(), 'local', 'n' || n, n || '@example.org', 'Somebody'
                  FROM generate_series(1, $2) n RETURNING id),
     member AS (INSERT INTO memberships (tenant_id, user_id, role)
                SELECT t.id, p.id, 'admin' FROM tenant t, person p WHERE t.name = 'bench-1'
                RETURNING tenant_id, user_id)
INSERT INTO sessions (id, user_id, tenant_id, token_hmac, rotated_at, device, address, expires_at)
SELECT gen_random_uuid(), user_id, tenant_id, sha256(user_id::text::bytea), now(), 'bench', '127.0.0.1',
       now() + interval '1 day' FROM member RETURNING user_id, id, tenant_id
"""
_KEYS = """
INSERT INTO api_keys (tenant_id, id, public_id, name, digest, pepper_version, prefix, last4, created_by, service,
                      created_at)
SELECT t.ids[CASE WHEN n % $2 = 0 THEN 1 ELSE 2 + n % ($3 - 1) END], gen_random_uuid(), lpad(n::text, 10, '0'),
       'key ' || n, sha256(n::text::bytea), 1, 'fhk_' || lpad(n::text, 10, '0'), 'last',
       p.ids[1 + n % cardinality(p.ids)], false, now() - n * interval '1 second'
  FROM generate_series(1, $1) n,
       (SELECT array_agg(id ORDER BY name) AS ids FROM tenants) t, (SELECT array_agg(id) AS ids FROM users) p
"""


@dataclass(frozen=True, slots=True)
class Caller:
    user_id: UUID
    session_id: UUID
    tenant_id: UUID


@dataclass(frozen=True, slots=True)
class Secrets:
    """Of this run only."""

    password: str
    pepper: str
    signing: str


class Http:
    """One connection that is kept alive; GET only."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str, token: str) -> bytes:
        """The body; AssertionError for anything but 200, since a refusal is no measurement."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=MAX_LINE)
        reader, writer = self._streams
        writer.write(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").lower().split("\r\n")
        length = next(int(line.partition(":")[2]) for line in lines if line.startswith("content-length:"))
        body = await reader.readexactly(length)
        if " 200 " not in lines[0]:
            raise AssertionError(f"{lines[0]}: {body[:300]!r}")
        return body

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()


async def prepare(postgres: PostgresServer, rows: int, made: Secrets) -> list[Caller]:
    """A migrated database with people and keys in it."""
    await _execute(postgres, "postgres", f"CREATE DATABASE {DATABASE}")
    roles = {f"FREEHOLD_{role}_PASSWORD": made.password for role in ("MIGRATOR", "APP", "WORKER", "READONLY")}
    await asyncio.to_thread(postgres.sql, BOOTSTRAP, DATABASE, roles)
    url = postgres.url(DATABASE, "freehold_migrator", made.password)
    await migrate(DatabaseSettings.model_validate({"url": url}), wait_seconds=5)
    connection = await asyncpg.connect(postgres.url(DATABASE).replace("+asyncpg", ""))
    callers = [Caller(*row) for row in await connection.fetch(_PEOPLE, TENANTS, PEOPLE)]
    await connection.execute(_KEYS, rows, SHARE_OF_FIRST, TENANTS)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
    return callers


async def _execute(postgres: PostgresServer, database: str, statement: str) -> None:
    connection = await asyncpg.connect(postgres.url(database).replace("+asyncpg", ""))
    await connection.execute(statement)
    await connection.close()


@contextlib.contextmanager
def app(postgres: PostgresServer, valkey: ValkeyServer, made: Secrets, folder: Path) -> Iterator[tuple[int, int]]:
    """The control role in its own process: (port, process id), once it is ready."""
    port, admin = free_port(), free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FREEHOLD_")}
    settings = {
        "FREEHOLD_ENVIRONMENT": "development",
        "FREEHOLD_PUBLIC_URL": "http://127.0.0.1",
        "FREEHOLD_DATABASE_URL": postgres.url(DATABASE, "freehold_app", made.password),
        "FREEHOLD_REDIS_URL": valkey.url,
        "FREEHOLD_KEYS_PEPPERS": json.dumps({"1": made.pepper}),
        "FREEHOLD_AUTH_SIGNING_KEYS": json.dumps({"1": made.signing}),
        "FREEHOLD_GATEWAY_LISTEN": f"127.0.0.1:{port}",
        "FREEHOLD_GATEWAY_ADMIN_LISTEN": f"127.0.0.1:{admin}",
    }
    with (folder / "app.log").open("wb") as log:
        command = [sys.executable, "-m", "freehold_app", "serve", "--roles", "control"]
        process = subprocess.Popen(command, env=kept | settings, stdout=log, stderr=log)
    try:
        if not asyncio.run(_becomes_ready(admin)):
            raise AssertionError(f"the app did not become ready: {(folder / 'app.log').read_text()[-2000:]}")
        yield port, process.pid
    finally:
        process.kill()
        process.wait()


async def _becomes_ready(port: int) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            await Http(port).get("/readyz", "")
        except (OSError, AssertionError, asyncio.IncompleteReadError):
            await asyncio.sleep(0.1)
        else:
            return True
    return False


async def measure(port: int, pid: int, tokens: Sequence[str], clients: int, requests: int) -> None:
    walker = Http(port)
    started = time.monotonic()
    cursors = await _walk(walker, tokens)
    walker.close()
    print(f"walked {len(cursors)} pages of {LIMIT} in {time.monotonic() - started:.1f} s")
    for page in PAGES:
        path = _path(cursors[page - 1])
        cpu, started = _cpu_seconds(pid), time.monotonic()
        taken = sorted(await _ask(port, path, tokens, clients, requests))
        wall, cpu = time.monotonic() - started, _cpu_seconds(pid) - cpu
        middle, worst = taken[len(taken) // 2] * 1000, taken[len(taken) * 99 // 100] * 1000
        rate, each = len(taken) / wall, cpu / len(taken) * 1000
        print(f"page {page:>5}: p50 {middle:6.2f} ms  p99 {worst:6.2f} ms  {rate:5.0f}/s  app {each:.2f} CPU-ms each")


async def _walk(http: Http, tokens: Sequence[str]) -> list[str | None]:
    """The cursor of each page up to the last that is measured; every row comes once."""
    cursors: list[str | None] = [None]
    seen: set[str] = set()
    while len(cursors) <= PAGES[-1]:
        page = json.loads(await http.get(_path(cursors[-1]), tokens[len(cursors) % len(tokens)]))
        ids = {item["id"] for item in page["items"]}
        if len(ids) != LIMIT or ids & seen:
            raise AssertionError(f"page {len(cursors)} is short or repeats rows")
        seen |= ids
        cursors.append(page["next_cursor"])
    return cursors[:-1]


async def _ask(port: int, path: str, tokens: Sequence[str], clients: int, requests: int) -> list[float]:
    """Seconds of each answer."""
    numbers = iter(range(requests))

    async def client(http: Http) -> list[float]:
        taken = []
        for number in numbers:
            started = time.perf_counter()
            await http.get(path, tokens[number % len(tokens)])
            taken.append(time.perf_counter() - started)
        http.close()
        return taken

    found = await asyncio.gather(*(client(Http(port)) for _ in range(clients)))
    return [seconds for one in found for seconds in one]


def _path(cursor: str | None) -> str:
    return f"/api/v1/keys?limit={LIMIT}" + (f"&cursor={quote(cursor)}" if cursor else "")


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=600, help="per page; with the walk at most 3,000 a minute")
    parser.add_argument("--clients", type=int, default=8)
    options = parser.parse_args()
    made = Secrets(*(secrets.token_urlsafe(32) for _ in range(3)))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        postgres, valkey = PostgresServer(folder / "postgres"), ValkeyServer(folder / "valkey")
        postgres.start()
        valkey.start()
        try:
            started = time.monotonic()
            callers = asyncio.run(prepare(postgres, options.rows, made))
            print(f"{options.rows} rows in {time.monotonic() - started:.0f} s, load {os.getloadavg()[0]:.1f}")
            keys = SigningKeys({1: made.signing.encode()})
            tokens = Tokens(keys, SystemClock(), issuer="http://127.0.0.1", access_seconds=300, leeway_seconds=5)
            shown = [tokens.access(caller.user_id, caller.session_id, caller.tenant_id)[0] for caller in callers]
            with app(postgres, valkey, made, folder) as (port, pid):
                asyncio.run(measure(port, pid, shown, options.clients, options.requests))
        finally:
            valkey.stop()
            postgres.stop()


if __name__ == "__main__":
    main()
