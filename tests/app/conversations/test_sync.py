"""Devices that were apart come together: nothing lost, nothing doubled, and everybody ends with the same."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from freehold_app.conversations import sync
from freehold_app.conversations.schemas import Mutation
from freehold_app.conversations.sync import read_cursor, write_cursor
from freehold_app.conversations.writing import Owner
from freehold_app.kit.errors import BadCursorError
from freehold_app.live.hub import News
from freehold_app.platform.postgres import Database
from tests.app.conversations.devices import (
    CONVERSATIONS,
    PULL,
    PUSH,
    Device,
    at,
    begin,
    fresh,
    mutation,
    pull,
    push,
    said,
    say,
)
from tests.app.people import Control, Person
from tests.store_fixtures import TestDatabase


@pytest.fixture
async def ada(control: Control) -> Person:
    return await control.person("ada@example.org")


def test_a_cursor_says_where_and_when() -> None:
    now = at("2026-11-24T10:00:00+00:00")
    assert read_cursor(write_cursor(7, now)) == (7, now)
    assert read_cursor(None)[0] == read_cursor("0")[0] == 0


@pytest.mark.parametrize("cursor", ["x", "7", "7-", "-7", "-7-1", "7-x", "٧-1", "9" * 30 + "-1", "1-" + "9" * 30])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursorError):
        read_cursor(cursor)


@pytest.mark.stores
async def test_a_pull_brings_what_is_new_and_then_nothing(ada: Person) -> None:
    conversation = await begin(ada, title="Pods")
    message = await say(ada, conversation, "one")
    first = await pull(ada)
    assert {item["row"]["id"] for item in first["items"]} == {conversation, message}
    assert (await pull(ada, first["next_cursor"]))["items"] == []
    await ada.patch(f"{CONVERSATIONS}/{conversation}", {"title": "Nodes"})
    [item] = (await pull(ada, first["next_cursor"]))["items"]
    assert (item["kind"], item["row"]["title"]) == ("conversation", "Nodes")


@pytest.mark.stores
async def test_pages_of_a_pull_are_whole(ada: Person) -> None:
    conversation = await begin(ada)
    texts = [str(number) for number in range(12)]
    for text in texts:
        await say(ada, conversation, text)
    device = Device(ada)
    await device.pull(limit=3)
    assert device.texts(conversation) == texts


@pytest.mark.stores
async def test_a_push_does_what_an_outbox_says(ada: Person) -> None:
    conversation, message = fresh(), fresh()
    results = await push(
        ada,
        mutation("create", conversation, title="Pods"),
        mutation("rename", conversation, title="Nodes"),
        mutation("pin", conversation, pinned=True),
        mutation("archive", conversation, archived=True),
        mutation("folder", conversation, folder="work"),
        mutation("params", conversation, params={"temperature": 0.1}, model="m"),
        mutation("message", message, conversation_id=conversation, parts=said("one")),
        mutation("rate", message, rating=-1),
    )
    assert [(result["status"], result["problem"]) for result in results] == [("applied", None)] * 8
    device = Device(ada)
    await device.pull()
    row = device.rows[conversation]
    assert (row["title"], row["pinned"], row["archived"], row["folder"]) == ("Nodes", True, True, "work")
    assert (row["model"], row["params"]) == ("m", {"temperature": 0.1})
    assert device.rows[message]["rating"] == -1


@pytest.mark.stores
async def test_an_operation_again_gets_its_first_result_and_does_nothing(ada: Person) -> None:
    conversation = await begin(ada)
    rename = mutation("rename", conversation, title="first")
    [first] = await push(ada, rename)
    await push(ada, mutation("rename", conversation, title="second"))
    twice = await push(ada, rename, rename)
    assert twice == [first, first]
    assert (await ada.get(f"{CONVERSATIONS}/{conversation}")).json()["title"] == "second"


@pytest.mark.stores
async def test_one_bad_mutation_does_not_stop_the_others(ada: Person) -> None:
    conversation = await begin(ada)
    bad = [
        mutation("rename", conversation, title="a" * 201),
        mutation("rename", conversation, pinned=True),
        mutation("paint", conversation, colour="red"),
        mutation("rename", fresh(), title="lost"),
        mutation("message", fresh(), conversation_id=conversation, parts=[]),
    ]
    *refused, done = await push(ada, *bad, mutation("rename", conversation, title="kept"))
    assert [result["status"] for result in refused] == ["rejected"] * 5
    problems = [result["problem"] for result in refused]
    pointers = [problem.get("errors", [{}])[0].get("pointer") for problem in problems]
    assert pointers == ["/fields/title", "/fields/pinned", "/kind", None, "/fields/parts"]
    assert all(problem["fix"] for problem in problems)
    assert (done["status"], done["row"]["title"]) == ("applied", "kept")


@pytest.mark.stores
@pytest.mark.parametrize("kind", ["rename", "create", "message", "rate"])
async def test_a_field_whose_name_cannot_be_stored_is_refused_like_any_other(ada: Person, kind: str) -> None:
    strange = mutation(kind, fresh(), **{"a\0b": 1})
    for _ in range(2):
        [refused] = await push(ada, strange)
        assert refused["status"] == "rejected"
        assert "/fields/a\N{REPLACEMENT CHARACTER}b" in [each["pointer"] for each in refused["problem"]["errors"]]


@pytest.mark.stores
async def test_the_last_to_arrive_wins_per_field_and_hears_of_the_conflict(ada: Person) -> None:
    conversation = await begin(ada, title="old")
    base = (await ada.get(f"{CONVERSATIONS}/{conversation}")).json()["rev"]
    phone = await push(ada, mutation("rename", conversation, base, title="phone"))
    desk = await push(
        ada, mutation("pin", conversation, base, pinned=True), mutation("rename", conversation, base, title="desk")
    )
    assert [result["status"] for result in phone + desk] == ["applied", "conflict", "applied"]
    assert (desk[0]["conflict"], desk[0]["row"]["title"]) == (True, "phone")
    final = (await ada.get(f"{CONVERSATIONS}/{conversation}")).json()
    assert (final["title"], final["pinned"]) == ("desk", True)


@pytest.mark.stores
async def test_a_tombstone_is_final_and_reaches_every_device(ada: Person) -> None:
    conversation = await begin(ada)
    message = await say(ada, conversation, "one")
    device = Device(ada)
    await device.pull()
    await push(ada, mutation("delete", conversation))
    late = await push(
        ada,
        mutation("rename", conversation, title="alive"),
        mutation("message", fresh(), conversation_id=conversation, parent_id=message, parts=said("two")),
        mutation("create", conversation),
        mutation("delete", conversation),
    )
    assert [result["status"] for result in late] == ["rejected", "rejected", "rejected", "applied"]
    assert {result["problem"]["code"] for result in late[:3]} == {"wrong_state"}
    await device.pull()
    assert device.rows == {}


@pytest.mark.stores
async def test_an_old_cursor_and_one_of_another_life_start_anew(ada: Person, control: Control) -> None:
    await begin(ada)
    cursor = (await pull(ada))["next_cursor"]
    lost = write_cursor(10_000, control.clock.now())  # of a database that was restored from before
    control.clock.advance(timedelta(days=179).total_seconds())
    ada = await control.person("ada@example.org")
    assert not (await pull(ada, cursor))["resync"]
    control.clock.advance(timedelta(days=2).total_seconds())
    ada = await control.person("ada@example.org")
    for stale in (cursor, lost):
        answer = await pull(ada, stale)
        assert (answer["resync"], answer["items"], answer["next_cursor"]) == (True, [], "0")


@pytest.mark.stores
async def test_another_persons_changes_are_nobody_elses(ada: Person, control: Control) -> None:
    conversation = await begin(ada, title="mine")
    bob = await control.person("bob@example.org")
    eve = await control.person("eve@example.org", tenant="other")
    for other in (bob, eve):
        assert (await pull(other))["items"] == []
        refused = await push(
            other,
            mutation("rename", conversation, title="theirs"),
            mutation("delete", conversation),
            mutation("message", fresh(), conversation_id=conversation, parts=said("x")),
        )
        assert [result["problem"]["code"] for result in refused] == ["not_found"] * 3
    assert (await ada.get(f"{CONVERSATIONS}/{conversation}")).json()["title"] == "mine"


@pytest.mark.stores
async def test_two_devices_offline_and_back_agree_and_nothing_is_lost_or_doubled(ada: Person) -> None:
    """Both write under the same message, send parts of it twice as broken connections make them, and pull anew."""
    conversation = await begin(ada)
    root = await say(ada, conversation, "root")
    phone, desk = Device(ada), Device(ada)
    for device in (phone, desk):
        await device.pull()
    outboxes: list[list[dict[str, Any]]] = [[], []]
    for number in range(40):
        which = number % 2
        message, text = fresh(), f"{('phone', 'desk')[which]} {number}"
        outboxes[which].append(
            mutation("message", message, conversation_id=conversation, parent_id=root, parts=said(text))
        )
    await push(ada, *outboxes[0][:13])  # its answer was lost with the train's tunnel
    await asyncio.gather(*(push(ada, *outbox) for outbox in outboxes for _ in range(2)))
    for device in (phone, desk):
        await device.pull(limit=7)
    expected = ["root", *(f"{('phone', 'desk')[number % 2]} {number}" for number in range(40))]
    assert phone.texts(conversation) == desk.texts(conversation) == expected
    assert phone.rows == desk.rows


@pytest.mark.stores
async def test_nine_hundred_writes_by_six_writers_reach_a_reader_who_pulls_all_the_while(
    ada: Person, control: Control
) -> None:
    """Below HTTP, whose limits hold back one person's six hundred calls a minute."""
    conversations = [await begin(ada) for _ in range(6)]
    owner, database = Owner(ada.tenant_id, ada.user_id), control.deps.database
    device, written, now = Direct(ada, database), asyncio.Event(), control.clock.now()

    async def write(conversation: str) -> None:
        for number in range(150):
            said_here = mutation("message", fresh(), conversation_id=conversation, parts=said(str(number)))
            async with database.tenant(owner.tenant_id) as session:
                await sync.push(session, owner, [Mutation.model_validate(said_here)], now)

    async def read() -> int:
        pulls = 0
        while not written.is_set():
            await device.pull(limit=50)
            pulls += 1
        return pulls

    reading = asyncio.create_task(read())
    await asyncio.gather(*(write(conversation) for conversation in conversations))
    written.set()
    assert await reading > 10
    await device.pull()
    assert [device.texts(conversation) for conversation in conversations] == [[str(n) for n in range(150)]] * 6
    other = Direct(ada, database)
    await other.pull()
    assert device.rows == other.rows


class Direct(Device):
    """A device without HTTP."""

    def __init__(self, person: Person, database: Database) -> None:
        super().__init__(person)
        self._database = database

    async def page(self, limit: int) -> dict[str, Any]:
        owner = Owner(self.person.tenant_id, self.person.user_id)
        async with self._database.tenant(owner.tenant_id) as session:
            found = await sync.pull(session, owner, self.cursor, limit, at("2026-11-24T10:00:00+00:00"))
        return found.model_dump(mode="json")


@pytest.mark.stores
async def test_other_devices_are_told_after_the_commit(
    ada: Person, control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[News] = []
    monkeypatch.setattr(control.deps.live, "spread", heard.append)
    conversation = await begin(ada)
    await push(ada, mutation("rename", conversation, title="a"))
    await push(ada, mutation("rename", fresh(), title="refused"))
    assert [(news.topic, news.user_id) for news in heard] == [("sync", ada.user_id)] * 2


@pytest.mark.stores
@pytest.mark.parametrize("body", [{"mutations": []}, {"mutations": [mutation("pin", fresh())] * 201}, {}])
async def test_a_push_of_none_or_too_many_is_refused(ada: Person, body: dict[str, Any]) -> None:
    answer = await ada.post(PUSH, body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/mutations"


@pytest.mark.stores
async def test_a_pull_with_a_made_up_cursor_says_what_to_do(ada: Person) -> None:
    answer = await ada.get(PULL, params={"cursor": "made-up"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")
    assert answer.json()["fix"]


@pytest.mark.stores
async def test_who_waits_too_long_for_another_device_is_asked_to_try_again(ada: Person, db: TestDatabase) -> None:
    await begin(ada)
    superuser = await db.superuser()
    transaction = superuser.transaction()
    await transaction.start()
    await superuser.execute("SELECT FROM sync_heads FOR UPDATE")
    answer = await ada.post(CONVERSATIONS, {"id": fresh()})
    await transaction.rollback()
    await superuser.close()
    assert (answer.status_code, answer.json()["code"]) == (503, "database_busy")
    assert answer.headers["retry-after"]
