"""How long a page of a list takes over HTTP, and whether later pages take longer.

    PYTHONPATH=tools .venv/bin/python -m bench.list_pages [--rows 1000000] [--requests 2000] [--clients 1,8]

The real app in one process, as it is installed, on embedded PostgreSQL and Valkey; API keys of 100 tenants, six in ten
of them in the ten tenants whose administrators list them. The client follows `next_cursor` to page 1,000 and then asks
for page 1, 100 and 1,000 again and again, each of its connections as fast as it is answered. Everything shares this
machine; what each part took of its processors stands beside the times, so that a client that is the limit is seen. The
app's own limits hold: a hundred people ask, each tenant's at most 3,000 times a minute. `--folder` keeps the database.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import re
import secrets
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import uvloop

from dev.configuration import inherited
from dev.parts import Part, answers, python
from freehold_app.auth.tokens import SigningKeys, Tokens
from freehold_app.kit.clock import SystemClock
from freehold_app.migrate import migrate
from freehold_app.settings import DatabaseSettings
from stores.bootstrap import bootstrap
from stores.postgres import PostgresServer
from stores.process import free_port
from stores.valkey import ValkeyServer

DATABASE = "bench"
PAGES = (1, 100, 1000)
LIMIT = 50
STEP = 3  # pages at once on the way to the last
TENANTS = 100
LISTED = 10
PEOPLE = 10  # of each listed tenant
WARM_UP = 200
START_SECONDS = 120.0  # of a machine that does other things, too
_LENGTH = re.compile(rb"(?i)content-length: (\d+)")

_PEOPLE = """
WITH tenant AS (INSERT INTO tenants (id, name) SELECT gen_random_uuid(), 'bench-' || lpad(n::text, 3, '0')
                  FROM generate_series(1, $1::int) n RETURNING id, name),
     person AS (INSERT INTO users (id, provider, subject, email, name)
                SELECT gen_random_uuid(), 'local', 'n' || n, n || '@example.org', 'Somebody'
                  FROM generate_series(0, $2::int * $3::int - 1) n RETURNING id, subject),
     member AS (INSERT INTO memberships (tenant_id, user_id, role)
                SELECT t.id, p.id, 'admin' FROM person p
                  JOIN tenant t ON t.name = 'bench-' || lpad((1 + substr(p.subject, 2)::int % $2::int)::text, 3, '0')
                RETURNING tenant_id, user_id)
INSERT INTO sessions (id, user_id, tenant_id, token_hmac, rotated_at, device, address, expires_at)
SELECT gen_random_uuid(), user_id, tenant_id, sha256(user_id::text::bytea), now(), 'bench', '127.0.0.1',
       now() + interval '1 day' FROM member
"""
_CALLERS = "SELECT user_id, id, tenant_id FROM sessions ORDER BY tenant_id, user_id"
# Six rows in ten are those of the listed tenants.
_KEYS = """
INSERT INTO api_keys (tenant_id, id, public_id, name, digest, pepper_version, prefix, last4, created_by, service,
                      created_at)
SELECT t.ids[CASE WHEN n % 10 < 6 THEN 1 + n / 10 % $3::int
                  ELSE 1 + $3::int + n / 10 % ($2::int - $3::int) END], gen_random_uuid(),
       lpad(n::text, 10, '0'), 'key ' || n, sha256(n::text::bytea), 1, 'fhk_' || lpad(n::text, 10, '0'), 'last',
       p.ids[1 + n % cardinality(p.ids)], false, now() - n * interval '1 second'
  FROM generate_series(1, $1::int) n,
       (SELECT array_agg(id ORDER BY name) AS ids FROM tenants) t, (SELECT array_agg(id) AS ids FROM users) p
"""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Of this run only."""

    password: str
    pepper: str
    signing: str


class Http(asyncio.Protocol):
    """One connection that is kept alive; GET only, and cheap, since the app is to be measured and not the client."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[bytes] | None = None
        self._read = b""

    async def get(self, path: str, token: str) -> bytes:
        """The body; AssertionError for anything but 200, since a refusal is no measurement."""
        loop = asyncio.get_running_loop()
        if self._transport is None:
            self._transport, _ = await loop.create_connection(lambda: self, "127.0.0.1", self._port)
        self._answer = loop.create_future()
        self._transport.write(
            f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n\r\n".encode("latin-1")
        )
        return await self._answer

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, separator, body = self._read.partition(b"\r\n\r\n")
        if not separator or self._answer is None:
            return
        if len(body) < int(_LENGTH.findall(head)[0]):
            return
        self._read = b""
        if b" 200 " in head[:20]:
            self._answer.set_result(body)
        else:
            self._answer.set_exception(AssertionError(f"{head[:40]!r}: {body[:300]!r}"))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("closed"))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def prepare(postgres: PostgresServer, rows: int, made: Secrets) -> None:
    """A migrated database with people and keys in it."""
    connection = await postgres.connect()
    await connection.execute(f"CREATE DATABASE {DATABASE}")
    await connection.close()
    await asyncio.to_thread(bootstrap, postgres, DATABASE, made.password)
    url = postgres.url(DATABASE, "freehold_migrator", made.password)
    await migrate(DatabaseSettings.model_validate({"url": url}), wait_seconds=5)
    connection = await postgres.connect(DATABASE)
    await connection.execute(_PEOPLE, TENANTS, LISTED, PEOPLE)
    await connection.execute(_KEYS, rows, TENANTS, LISTED)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


async def signed_in(postgres: PostgresServer, made: Secrets) -> list[list[str]]:
    """Access tokens of everybody who lists, by tenant."""
    connection = await postgres.connect(DATABASE)
    keys = SigningKeys({1: made.signing.encode()})
    tokens = Tokens(keys, SystemClock(), issuer="http://127.0.0.1", access_seconds=3600, leeway_seconds=5)
    found: dict[UUID, list[str]] = {}
    for user_id, session_id, tenant_id in await connection.fetch(_CALLERS):
        found.setdefault(tenant_id, []).append(tokens.access(user_id, session_id, tenant_id)[0])
    await connection.close()
    return list(found.values())


@contextlib.contextmanager
def filled(folder: Path, rows: int) -> Iterator[tuple[PostgresServer, ValkeyServer, Secrets]]:
    """Both stores running below the folder, with the rows in them, which a run before may have left."""
    folder.mkdir(parents=True, exist_ok=True)
    known = folder / "password"
    password = known.read_text() if known.exists() else secrets.token_urlsafe(32)
    made = Secrets(password, secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    postgres, valkey = PostgresServer(folder / "postgres"), ValkeyServer(folder / "valkey")
    postgres.start()
    try:
        if not known.exists():
            started = time.monotonic()
            asyncio.run(prepare(postgres, rows, made))
            known.write_text(made.password)
            print(f"{rows} rows in {time.monotonic() - started:.0f} s")
        valkey.start()
        yield postgres, valkey, made
    finally:
        valkey.stop()
        postgres.stop()


@contextlib.contextmanager
def app(postgres: PostgresServer, valkey: ValkeyServer, made: Secrets, folder: Path) -> Iterator[tuple[int, int]]:
    """The control role in its own process: (port, process id), once it is ready."""
    port, admin = free_port(), free_port()
    kept = inherited(os.environ)
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # images hold compiled modules
    settings = {
        "FREEHOLD_ENVIRONMENT": "development",
        "FREEHOLD_PUBLIC_URL": "http://127.0.0.1",
        "FREEHOLD_DATABASE_URL": postgres.url(DATABASE, "freehold_app", made.password),
        "FREEHOLD_REDIS_URL": valkey.url,
        "FREEHOLD_KEYS_PEPPERS": json.dumps({"1": made.pepper}),
        "FREEHOLD_AUTH_SIGNING_KEYS": json.dumps({"1": made.signing}),
        "FREEHOLD_TURNS_GATEWAY_URL": "http://127.0.0.1:9",  # nobody asks a Model here
        "FREEHOLD_GATEWAY_LISTEN": f"127.0.0.1:{port}",
        "FREEHOLD_GATEWAY_ADMIN_LISTEN": f"127.0.0.1:{admin}",
    }
    command = python("-m", "freehold_app", "serve", "--roles", "control")
    part = Part("app", command, kept | settings, folder / "app.log", folder)
    try:
        part.wait_until(answers(f"http://127.0.0.1:{admin}/readyz"), START_SECONDS)
        yield port, part.pid
    finally:
        part.kill()


@dataclass(frozen=True, slots=True)
class Run:
    """What is measured: the app's port and process, the database's process, and tokens by tenant."""

    port: int
    app: int
    database: int
    tokens: Sequence[Sequence[str]]

    def used(self) -> tuple[float, float, float]:
        """CPU seconds so far of app, database and client."""
        database = sum(_cpu_seconds(pid) for pid in _children(self.database)) + _cpu_seconds(self.database, ended=True)
        return _cpu_seconds(self.app), database, time.process_time()


async def measure(run: Run, clients: Sequence[int], requests: int) -> None:
    started = time.monotonic()
    cursors = await asyncio.gather(*(_walk(run, tokens) for tokens in run.tokens))
    print(f"walked {len(cursors)} tenants to page {PAGES[-1]} of {LIMIT} rows in {time.monotonic() - started:.1f} s")
    await _ask(run, [one[0] for one in cursors], max(clients), WARM_UP)
    for count in clients:
        for place, page in enumerate(PAGES):
            before, began = run.used(), time.monotonic()
            taken = sorted(await _ask(run, [one[place] for one in cursors], count, requests))
            wall = time.monotonic() - began
            print(_line(count, page, taken, wall, [now - then for now, then in zip(run.used(), before, strict=True)]))


def _line(clients: int, page: int, taken: Sequence[float], wall: float, used: Sequence[float]) -> str:
    middle, worst = taken[len(taken) // 2] * 1000, taken[len(taken) * 99 // 100] * 1000
    each = "  ".join(
        f"{name} {seconds / len(taken) * 1000:.2f}"
        for name, seconds in zip(("app", "database", "client"), used, strict=True)
    )
    return (
        f"c={clients} page {page:>5}: p50 {middle:6.2f} ms  p99 {worst:6.2f} ms  {len(taken) / wall:5.0f}/s"
        f"  CPU-ms each: {each}  load {os.getloadavg()[0]:.1f}"
    )


async def _walk(run: Run, tokens: Sequence[str]) -> list[str | None]:
    """The cursors of the pages that are measured, by steps of three pages; every row before the last comes once."""
    http, kept = Http(run.port), dict[int, str | None]()
    cursor: str | None = None
    seen: set[str] = set()
    for number in range(1, PAGES[-1] + 1, STEP):
        kept[number] = cursor
        page = json.loads(await http.get(_path(cursor, LIMIT * STEP), tokens[number % len(tokens)]))
        ids = {item["id"] for item in page["items"]}
        if len(ids) != LIMIT * STEP or ids & seen:
            raise AssertionError(f"page {number} is short or repeats rows")
        seen |= ids
        cursor = page["next_cursor"]
    http.close()
    return [kept[page] for page in PAGES]


async def _ask(run: Run, cursors: Sequence[str | None], clients: int, requests: int) -> list[float]:
    """Seconds of each answer."""
    asked = [(_path(cursor), token) for cursor, tokens in zip(cursors, run.tokens, strict=True) for token in tokens]
    numbers = iter(range(requests))

    async def client(http: Http) -> list[float]:
        taken = []
        for number in numbers:
            path, token = asked[number * 11 % len(asked)]
            started = time.perf_counter()
            await http.get(path, token)
            taken.append(time.perf_counter() - started)
        http.close()
        return taken

    found = await asyncio.gather(*(client(Http(run.port)) for _ in range(clients)))
    return [seconds for one in found for seconds in one]


def _path(cursor: str | None, limit: int = LIMIT) -> str:
    return f"/api/v1/keys?limit={limit}" + (f"&cursor={quote(cursor)}" if cursor else "")


def _cpu_seconds(pid: int, *, ended: bool = False) -> float:
    """Of the process, and where told also of its children that have ended."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(int(field) for field in fields[11 : 15 if ended else 13]) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=2000, help="per page and number of clients")
    parser.add_argument("--clients", default="1,8", help="how many ask at once, one measurement each")
    parser.add_argument("--folder", type=Path, help="keep the database here, and use what a run before left")
    options = parser.parse_args()
    clients = [int(count) for count in options.clients.split(",")]
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        with filled(folder, options.rows) as (postgres, valkey, made), app(postgres, valkey, made, folder) as ids:
            tokens = asyncio.run(signed_in(postgres, made))
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(measure(Run(*ids, postgres.pid, tokens), clients, options.requests))


if __name__ == "__main__":
    main()
