"""Processes die, stores go away, readers land elsewhere: what was written is there, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from time import monotonic
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from pydantic import SecretStr

from freehold_app.conversations.turns import writer
from freehold_app.conversations.turns.answer import Delta, Seen
from freehold_app.conversations.turns.chat import Finished
from freehold_app.conversations.turns.sweep import TurnSweep
from freehold_app.platform.errors import DatabaseUnavailableError
from freehold_app.platform.journal import Journal
from freehold_app.platform.postgres import Database
from freehold_app.platform.redis import RedisClient, connect
from freehold_app.settings import RedisSettings
from tests.app.conversations.devices import Device, begin, mutation, push
from tests.app.conversations.turns.scripted import Reading, ScriptedGateway, owner_of, process, question, stored
from tests.app.people import Control, Person
from tests.store_fixtures import TestDatabase

pytestmark = pytest.mark.stores


@pytest.fixture
async def ada(control: Control) -> Person:
    return await control.person("ada@example.org")


@pytest.fixture
def gateway() -> ScriptedGateway:
    return ScriptedGateway()


@pytest.fixture
async def redis(valkey: str) -> AsyncIterator[RedisClient]:
    client = connect(RedisSettings(url=SecretStr(valkey)))
    yield client
    await client.aclose()


@pytest.fixture
async def superuser(db: TestDatabase) -> AsyncIterator[asyncpg.Connection]:
    connection = await db.superuser()
    yield connection
    await connection.close()


async def eventually(happened: Callable[[], Awaitable[bool]]) -> None:
    deadline = monotonic() + 10
    while not await happened():
        assert monotonic() < deadline
        await asyncio.sleep(0.02)


async def killed(control: Control, ada: Person, gateway: ScriptedGateway, written: str) -> tuple[str, UUID]:
    """A conversation and its turn, whose process died after it had saved `written`."""
    turns, conversation, asked = process(control, gateway, name="dead"), await begin(ada), question()
    await turns.ask(owner_of(ada), UUID(conversation), asked)
    gateway.say(Delta("text", written))

    async def saved() -> bool:
        return [part["text"] for part in (await stored(ada, conversation))[-1]["parts"]] == [written]

    await eventually(saved)
    for task in turns._tasks.values():
        task.cancel()  # as the kernel would: without a last word
    await asyncio.gather(*turns._tasks.values(), return_exceptions=True)
    return conversation, asked.id


async def pass_time(superuser: asyncpg.Connection) -> None:
    await superuser.execute("UPDATE turns SET heartbeat_at = now() - interval '31 seconds'")


async def test_the_sweep_ends_what_a_killed_process_left(
    ada: Person,
    control: Control,
    gateway: ScriptedGateway,
    worker_database: Database,
    superuser: asyncpg.Connection,
) -> None:
    conversation, turn_id = await killed(control, ada, gateway, "Half a sen")
    device, sweep = Device(ada), TurnSweep(worker_database, control.clock)
    await device.pull()
    assert await sweep.once() == 0  # it may only be slow
    await pass_time(superuser)
    assert await sweep.once() == 1
    answer = (await stored(ada, conversation))[-1]
    assert (answer["status"], answer["parts"][0]["text"]) == ("interrupted", "Half a sen")
    await device.pull()
    assert device.rows[answer["id"]]["status"] == "interrupted"
    assert await sweep.once() == 0
    reading = Reading(await process(control, gateway).follow(owner_of(ada), turn_id, Seen()))
    assert ((await reading.end())[-1].data["code"], reading.text) == ("interrupted", "Half a sen")


async def test_whoever_comes_back_first_need_not_wait_for_the_sweep(
    ada: Person, control: Control, gateway: ScriptedGateway, superuser: asyncpg.Connection
) -> None:
    conversation, turn_id = await killed(control, ada, gateway, "Half a sen")
    await pass_time(superuser)
    assert (await process(control, gateway).find(owner_of(ada), turn_id)).state == "interrupted"
    assert (await stored(ada, conversation))[-1]["status"] == "interrupted"


async def test_the_sweep_forgets_what_no_device_may_ask_for(
    ada: Person, control: Control, worker_database: Database, superuser: asyncpg.Connection
) -> None:
    old, kept = await begin(ada), await begin(ada)
    await push(ada, mutation("rename", kept, title="kept"), mutation("delete", old))
    control.clock.advance(timedelta(days=182).total_seconds())
    await superuser.execute("UPDATE sync_ops SET created_at = created_at - interval '31 days'")
    await TurnSweep(worker_database, control.clock).once()
    assert await superuser.fetchval("SELECT count(*) FROM sync_ops") == 0
    assert [str(row["id"]) for row in await superuser.fetch("SELECT id FROM conversations")] == [kept]


async def test_another_process_reads_along_through_redis(
    ada: Person, control: Control, gateway: ScriptedGateway, redis: RedisClient
) -> None:
    here, there = (process(control, gateway, Journal(redis), name) for name in ("here", "there"))
    conversation, asked = await begin(ada), question()
    await here.ask(owner_of(ada), UUID(conversation), asked)
    reading = Reading(await there.follow(owner_of(ada), asked.id, Seen()))
    for piece in ("Hel", "lo", ", Ada"):
        gateway.say(Delta("text", piece))
        await reading.until(reading.text + piece)
    seen = await reading.leave()
    gateway.say(Delta("text", "!"), Finished("stop"))
    back = Reading(await there.follow(owner_of(ada), asked.id, seen))
    events = await back.end()
    assert (back.text, events[-1].name) == ("!", "done")
    [key] = await redis.keys("*")
    assert key == f"fh:{{{ada.tenant_id}}}:turn:{asked.id}".encode()
    assert 0 < await redis.ttl(key) <= 3600


async def test_another_process_stops_it(ada: Person, control: Control, gateway: ScriptedGateway) -> None:
    here, there = process(control, gateway, name="here"), process(control, gateway, name="there")
    conversation, asked = await begin(ada), question()
    reading = Reading(await here.ask(owner_of(ada), UUID(conversation), asked))
    gateway.say(Delta("text", "Hel"))
    await reading.until("Hel")
    await there.stop(owner_of(ada), asked.id)
    assert (await reading.end())[-1].data["status"] == "stopped"


async def test_without_redis_the_attached_reads_on_and_others_read_what_is_saved(
    ada: Person, control: Control, gateway: ScriptedGateway
) -> None:
    nowhere = connect(RedisSettings(url=SecretStr("redis://127.0.0.1:1/0")))
    here, there = (process(control, gateway, Journal(nowhere), name) for name in ("here", "there"))
    conversation, asked = await begin(ada), question()
    reading = Reading(await here.ask(owner_of(ada), UUID(conversation), asked))
    other = Reading(await there.follow(owner_of(ada), asked.id, Seen()))
    gateway.say(Delta("text", "Hel"))
    await reading.until("Hel")
    await other.until("Hel")
    gateway.say(Delta("text", "lo"), Finished("stop"))
    assert (await reading.end())[-1].name == (await other.end())[-1].name == "done"
    assert reading.text == other.text == "Hello"
    await nowhere.aclose()


async def test_an_answer_is_stored_when_postgresql_is_back(
    ada: Person, control: Control, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "SAVE_PAUSES", (0.01,) * 9)
    store_once, failures = writer._store_once, 3

    async def flaky(*arguments: Any) -> None:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise DatabaseUnavailableError
        await store_once(*arguments)

    monkeypatch.setattr(writer, "_store_once", flaky)
    turns, conversation = process(control, gateway), await begin(ada)
    gateway.say(Delta("text", "Hello"), Finished("stop"))
    events = await Reading(await turns.ask(owner_of(ada), UUID(conversation), question())).end()
    assert events[-1].name == "done"
    assert (await stored(ada, conversation))[-1]["status"] == "complete"


async def test_an_answer_that_was_given_up_too_early_is_still_finished(
    ada: Person, control: Control, gateway: ScriptedGateway, superuser: asyncpg.Connection
) -> None:
    turns, conversation, asked = process(control, gateway), await begin(ada), question()
    reading = Reading(await turns.ask(owner_of(ada), UUID(conversation), asked))
    gateway.say(Delta("text", "Hel"))
    await reading.until("Hel")
    await superuser.execute("UPDATE turns SET state = 'interrupted'")
    await superuser.execute("UPDATE messages SET status = 'interrupted' WHERE role = 'assistant'")
    gateway.say(Delta("text", "lo"), Finished("stop"))
    await reading.end()
    answer = (await stored(ada, conversation))[-1]
    assert (answer["status"], answer["parts"][0]["text"]) == ("complete", "Hello")


async def test_what_is_saved_meanwhile_is_no_news_to_other_devices(
    ada: Person, control: Control, gateway: ScriptedGateway
) -> None:
    """A save every two seconds must not make every device pull every two seconds."""
    turns, conversation = process(control, gateway), await begin(ada)
    await turns.ask(owner_of(ada), UUID(conversation), question())
    before = (await stored(ada, conversation))[-1]["rev"]
    gateway.say(Delta("text", "Hel"))

    async def saved() -> bool:
        return bool((await stored(ada, conversation))[-1]["parts"])

    await eventually(saved)
    assert (await stored(ada, conversation))[-1]["rev"] == before
    await turns.drain(0)


async def test_a_reader_is_told_where_an_answer_could_not_be_stored(
    ada: Person, control: Control, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("canary-4711")

    monkeypatch.setattr(writer, "_store_once", broken)
    turns, conversation = process(control, gateway), await begin(ada)
    gateway.say(Delta("text", "Hello"), Finished("stop"))
    events = await Reading(await turns.ask(owner_of(ada), UUID(conversation), question())).end()
    assert (events[-1].name, events[-1].data["code"]) == ("error", "database_unavailable")
    assert "canary" not in str(events)
