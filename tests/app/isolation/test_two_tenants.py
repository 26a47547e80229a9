"""Two tenants' people and keys call everything at random: none ever hears of the other, or changes what is theirs.

The seed is printed with what was found; FREEHOLD_SEED repeats a run, FREEHOLD_FULL=1 makes ten thousand calls.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from freehold_app.auth.principal import Role
from freehold_app.catalog.service import Catalog
from freehold_app.gateway.core.catalog import Snapshot
from freehold_app.live.hub import News
from freehold_app.openapi import document
from tests.app.conftest import FakeClock
from tests.app.isolation.asking import ENDLESS, Answer, Listener, Request, ask
from tests.app.isolation.calls import Caller, Operation, operations
from tests.app.isolation.installation import Installation, installation
from tests.app.isolation.judging import Judge
from tests.app.isolation.world import SHARED, TENANTS, Side, World, canary, model_names
from tests.store_fixtures import TestDatabase

pytestmark = [pytest.mark.stores, pytest.mark.timeout(900)]
SEED = int(os.environ.get("FREEHOLD_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
CALLS = 10_000 if os.environ.get("FREEHOLD_FULL") else 500
HOLE_CALLS = 1500
BATCH = 25
RESTORE_EVERY = 150
SECONDS_PER_CALL = 0.12  # of the tests' clock: what one tenant may ask in a minute is never used up


@pytest.fixture
async def installed(db: TestDatabase, valkey: str, clock: FakeClock, tmp_path: Path) -> AsyncIterator[Installation]:
    models = {tenant: (canary(tenant), [*model_names(tenant), SHARED]) for tenant in TENANTS}
    async with installation(db, valkey, clock, tmp_path / "routes.yaml", models) as made:
        yield made


class Run:
    """Batches of calls, each of one tenant, with a look at the other's things before and after."""

    def __init__(self, installed: Installation, superuser: asyncpg.Connection, seed: int, below: str = "/") -> None:
        self.world = World(installed, superuser, random.Random(seed))
        self.judge = Judge(self.world)
        self.document = document()
        self.operations = [each for each in operations(self.document) if each.path.startswith(below)]
        self._upcoming: list[Operation] = []
        self.leaks: list[str] = []
        """What one tenant learnt or changed of the other."""
        self.objections: list[str] = []
        """To answers of the wrong kind."""
        self.answers: Counter[tuple[str, int]] = Counter()
        self._listeners: list[tuple[Side, Listener, asyncio.Task[None]]] = []

    async def make(self, calls: int, *, until_found: bool = False) -> None:
        made = 0
        while made < calls and not (until_found and self.leaks):
            if made % RESTORE_EVERY < BATCH:
                await self._leave()
                await self.world.restore()
                self._listen()
            await self._batch()
            made += BATCH
        await self._leave()

    async def _batch(self) -> None:
        side = self.world.chance.choice(list(self.world.sides.values()))
        other = self.world.other(side)
        await self.judge.look()
        before, made = await self.judge.digest(other), []
        caller = Caller(self.world, side, self.document)
        for _ in range(BATCH):
            operation = self._next()
            request = caller.call(operation)
            made.append(f"{request.method} {request.path}")
            await self._one(side, operation, request)
        after = await self.judge.digest(other)
        changed = [table for table, rows in after.items() if before[table] != rows]
        if changed:
            self.leaks.append(f"{side.name} changed {other.name}'s {changed} by one of {made}")

    def _next(self) -> Operation:
        """Every route as often as every other."""
        if not self._upcoming:
            self._upcoming = self.world.chance.sample(self.operations, len(self.operations))
        return self._upcoming.pop()

    async def _one(self, side: Side, operation: Operation, request: Request) -> None:
        self.judge.note(side, request)
        self.world.installation.control.clock.advance(SECONDS_PER_CALL)
        answer = await ask(self.world.installation.app, request)
        self.answers[str(operation), answer.status] += 1
        said = f"{operation} for {side.name}, {dict(request.query)} {request.body[:300]!r}: {answer.text[-400:]}"
        self.leaks += [f"told {leak} by {said}" for leak in self.judge.leaks(side, answer.text)]
        self.objections += [f"{each}: {said}" for each in self.judge.objections(operation, request, answer)]
        _keep(side, request, answer)

    def _listen(self) -> None:
        """Somebody of each tenant hears everything that is told to it while the calls go on."""
        for side in self.world.sides.values():
            headers = {"authorization": f"Bearer {side.people[Role.OWNER].access}"}
            listener = Listener(Request("GET", ENDLESS, headers=headers))
            self._listeners.append((side, listener, listener.listen(self.world.installation.app)))

    async def _leave(self) -> None:
        for side, listener, task in self._listeners:
            listener.leave.set()
            await task
            self.answers["heard", len(listener.answer.body) > 100] += 1
            self.leaks += [f"{side.name} heard {leak}" for leak in self.judge.leaks(side, listener.answer.text)]
        self._listeners.clear()


def _keep(side: Side, request: Request, answer: Answer) -> None:
    """What a caller would remember to use again."""
    if answer.header("etag"):
        side.etags[request.path] = answer.header("etag")
    if answer.media_type != "application/json" or not answer.body:
        return
    body = json.loads(bytes(answer.body))
    if isinstance(body, dict) and isinstance(body.get("next_cursor"), str):
        side.cursors.append(body["next_cursor"])


async def test_nobody_hears_of_another_tenant_or_changes_it(
    installed: Installation, superuser: asyncpg.Connection
) -> None:
    run = Run(installed, superuser, SEED)
    await run.make(CALLS)
    statuses: Counter[int] = Counter()
    for (_, status), count in run.answers.items():
        statuses[status] += count
    print(f"seed {SEED}, {CALLS} calls over {len(run.operations)} routes: {sorted(statuses.items())}")
    assert run.leaks + run.objections == [], "\n".join([f"seed {SEED}", *run.leaks, *run.objections])
    assert sum(count for status, count in statuses.items() if 200 <= status < 300) > CALLS / 5  # it is no row of doors
    assert {str(operation) for operation in run.operations} <= {name for name, _ in run.answers}


@pytest.mark.parametrize(
    ("table", "below"),
    [
        ("api_keys", "/api/v1/keys"),
        ("usage_daily", "/api/v1/usage"),
        ("model_transitions", "/api/v1/models"),
    ],
)
async def test_a_table_without_its_policy_is_caught(
    installed: Installation, superuser: asyncpg.Connection, table: str, below: str
) -> None:
    await superuser.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    await expect_caught(installed, superuser, below)


async def test_an_endpoint_that_forgets_whose_it_is_is_caught(
    installed: Installation, superuser: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Catalog, "place", lambda self, principal: "tenant-alder")
    await expect_caught(installed, superuser, "/api/v1/models")


async def test_a_gateway_that_finds_other_tenants_models_is_caught(
    installed: Installation, superuser: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(self: Snapshot, tenant: str, name: str) -> Any:
        return next((model for model in self.by_key.values() if model.name == name), None)

    monkeypatch.setattr(Snapshot, "find", find)
    await expect_caught(installed, superuser, "/v1")


async def test_a_cached_answer_shared_between_tenants_is_caught(
    installed: Installation, superuser: asyncpg.Connection
) -> None:
    installed.app = Cached(installed.app)
    await expect_caught(installed, superuser, "/api/v1/conversations")


async def test_news_that_everybody_hears_is_caught(
    installed: Installation, superuser: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(News, "concerns", lambda self, principal: True)
    await expect_caught(installed, superuser, "/api/v1/models")


class Cached:
    """The mistake of a cache in front: answers are kept by what was asked and not by who asked."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._kept: dict[tuple[str, bytes], list[Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["path"], scope["query_string"]
        if scope["method"] != "GET" or scope["path"] == ENDLESS:
            return await self._app(scope, receive, send)
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)
            await send(message)

        if asked not in self._kept:
            await self._app(scope, receive, keep)
            if messages[0]["status"] == 200:
                self._kept[asked] = messages
            return None
        for message in self._kept[asked]:
            await send(message)
        return None


async def expect_caught(installed: Installation, superuser: asyncpg.Connection, below: str) -> None:
    """The same check, on the part of the interface that has the hole, finds it."""
    run = Run(installed, superuser, SEED, below)
    await run.make(HOLE_CALLS, until_found=True)
    assert run.leaks, f"seed {SEED}: {run.answers.total()} calls did not find the hole"
