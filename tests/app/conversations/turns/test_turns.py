"""An answer is written by the process and not by its reader: read along, leave, come back, ask twice, stop."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from freehold_app.auth.principal import Role
from freehold_app.control import API
from freehold_app.conversations.errors import DeletedError, IdTakenError, TooManyTurnsError
from freehold_app.conversations.turns.answer import Activation, Delta, Seen, Usage
from freehold_app.conversations.turns.chat import Finished, refused
from freehold_app.conversations.turns.schemas import TurnIn
from freehold_app.kit.errors import InvalidRequestError, NotFoundError
from freehold_app.live.hub import News
from tests.app.conversations.devices import CONVERSATIONS, begin, fresh, say
from tests.app.conversations.turns.scripted import Reading, ScriptedGateway, owner_of, process, question, stored
from tests.app.people import Control, Person

pytestmark = pytest.mark.stores
HELLO = (Delta("text", "Hel"), Delta("text", "lo"), Usage({"prompt_tokens": 5, "completion_tokens": 2}))


@pytest.fixture
async def ada(control: Control) -> Person:
    return await control.person("ada@example.org", role=Role.MEMBER)


@pytest.fixture
def gateway() -> ScriptedGateway:
    return ScriptedGateway()


async def test_an_answer_streams_and_is_kept(ada: Person, control: Control, gateway: ScriptedGateway) -> None:
    turns, conversation = process(control, gateway), await begin(ada, params={"system": "Be brief."})
    asked = question(params={"temperature": 0.5})
    gateway.say(Activation("Loading", 0.5, 3), Delta("reasoning", "Hm. "), *HELLO, Finished("stop"))
    events = await Reading(await turns.ask(owner_of(ada), UUID(conversation), asked)).end()
    names = [event.name for event in events]
    assert names[-2:] == ["usage", "done"]
    assert set(names[:-2]) <= {"activation", "delta"}
    assert events[-1].data["status"] == "complete"
    sent = gateway.asked[0]
    assert (sent["messages"][0], sent["temperature"]) == ({"role": "system", "content": "Be brief."}, 0.5)
    claims = control.deps.tokens.verify(gateway.tokens[0], "freehold-gateway")
    assert (claims.user_id, claims.tenant_id) == (ada.user_id, ada.tenant_id)
    said, answer = await stored(ada, conversation)
    assert asked.message is not None
    assert (said["id"], answer["parent_id"]) == (str(asked.message.id), str(asked.message.id))
    assert answer["parts"] == [{"type": "reasoning", "text": "Hm. "}, {"type": "text", "text": "Hello"}]
    assert (answer["status"], answer["model"]) == ("complete", "m")
    assert answer["usage"] == {"prompt_tokens": 5, "completion_tokens": 2, "ttft_ms": 0, "duration_ms": 0}
    shown = (await ada.get(f"{CONVERSATIONS}/{conversation}")).json()
    assert (shown["title"], shown["model"]) == ("Why?", "m")


async def test_a_reader_who_left_reads_on_where_they_stood(
    ada: Person, control: Control, gateway: ScriptedGateway
) -> None:
    turns, conversation, asked = process(control, gateway), await begin(ada), question()
    reading = Reading(await turns.ask(owner_of(ada), UUID(conversation), asked))
    gateway.say(HELLO[0])
    await reading.until("Hel")
    seen = await reading.leave()
    gateway.say(*HELLO[1:])
    back = Reading(await turns.follow(owner_of(ada), asked.id, seen))
    await back.until("lo")
    gateway.say(Finished("stop"))
    await back.end()
    assert reading.text + back.text == "Hello"
    late = Reading(await turns.follow(owner_of(ada), asked.id, Seen()))
    await late.end()
    assert (late.text, late.names[-1]) == ("Hello", "done")
    assert len(gateway.asked) == 1


async def test_a_question_sent_again_is_not_asked_again(
    ada: Person, control: Control, gateway: ScriptedGateway
) -> None:
    turns, conversation, asked = process(control, gateway), await begin(ada), question()
    readings = [
        Reading(events)
        for events in await asyncio.gather(*(turns.ask(owner_of(ada), UUID(conversation), asked) for _ in range(4)))
    ]
    gateway.say(*HELLO, Finished("stop"))
    for reading in readings:
        await reading.end()
    again = Reading(await turns.ask(owner_of(ada), UUID(conversation), asked))
    await again.end()
    assert {reading.text for reading in [*readings, again]} == {"Hello"}
    assert len(gateway.asked) == 1
    assert len(await stored(ada, conversation)) == 2


async def test_stopping_keeps_what_was_written(ada: Person, control: Control, gateway: ScriptedGateway) -> None:
    turns, conversation, asked = process(control, gateway), await begin(ada), question()
    reading = Reading(await turns.ask(owner_of(ada), UUID(conversation), asked))
    gateway.say(HELLO[0])
    await reading.until("Hel")
    stopped = await turns.stop(owner_of(ada), asked.id)
    events = await reading.end()
    assert (stopped.state, events[-1].name, events[-1].data["status"]) == ("stopped", "done", "stopped")
    _, answer = await stored(ada, conversation)
    assert (answer["status"], answer["parts"][0]["text"]) == ("stopped", "Hel")
    assert gateway.left == 1  # the Model stops as well
    assert (await turns.stop(owner_of(ada), asked.id)).state == "stopped"


async def test_a_refusal_of_the_gateway_is_an_error_event_and_text_is_kept(
    ada: Person, control: Control, gateway: ScriptedGateway
) -> None:
    turns, conversation = process(control, gateway), await begin(ada)
    loading = refused(503, {"code": "model_loading", "message": "Model 'm' is starting (Loading)."}, 12)
    gateway.say(HELLO[0], loading)
    events = await Reading(await turns.ask(owner_of(ada), UUID(conversation), question())).end()
    assert events[-1].name == "error"
    assert (events[-1].data["code"], events[-1].data["retry_after"]) == ("model_loading", 12)
    _, answer = await stored(ada, conversation)
    assert (answer["status"], answer["parts"][0]["text"]) == ("failed", "Hel")
    assert answer["error"]["code"] == "model_loading"


async def test_a_fault_of_our_own_says_nothing_of_itself(
    ada: Person, control: Control, gateway: ScriptedGateway
) -> None:
    turns, conversation = process(control, gateway), await begin(ada)
    gateway.say(RuntimeError("canary-4711"))
    events = await Reading(await turns.ask(owner_of(ada), UUID(conversation), question())).end()
    assert (events[-1].name, events[-1].data["code"]) == ("error", "internal")
    assert "canary" not in str(events)


async def test_an_answer_anew_is_a_sibling_under_the_same_question(
    ada: Person, control: Control, gateway: ScriptedGateway
) -> None:
    turns, conversation, asked = process(control, gateway), await begin(ada), question()
    gateway.say(*HELLO, Finished("stop"))
    await Reading(await turns.ask(owner_of(ada), UUID(conversation), asked)).end()
    assert asked.message is not None
    anew = question(message=None, parent_id=asked.message.id, answer_id=fresh())
    gateway.say(Delta("text", "Hi"), Finished("stop"))
    await Reading(await turns.ask(owner_of(ada), UUID(conversation), anew)).end()
    _, first, second = await stored(ada, conversation)
    assert first["parent_id"] == second["parent_id"] == str(asked.message.id)
    assert second["id"] == str(anew.answer_id)
    assert gateway.asked[0]["messages"] == gateway.asked[1]["messages"]  # the first answer is not in its way


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"message": None}, "/message"),
        ({"message": None, "parent_id": fresh()}, "/parent_id"),
        ({"parent_id": fresh()}, "/parent_id"),
        ({"message": {"id": fresh(), "role": "system", "parts": [{"text": "x"}]}}, "/message/role"),
    ],
)
async def test_a_turn_without_a_clear_question_is_refused(
    ada: Person, control: Control, gateway: ScriptedGateway, changes: dict[str, Any], pointer: str
) -> None:
    turns, conversation = process(control, gateway), await begin(ada)
    with pytest.raises(InvalidRequestError) as caught:
        await turns.ask(owner_of(ada), UUID(conversation), question(**changes))
    assert [field.pointer for field in caught.value.fields] == [pointer]
    assert caught.value.fix
    assert await stored(ada, conversation) == []


async def test_turns_belong_to_one_person(ada: Person, control: Control, gateway: ScriptedGateway) -> None:
    turns, conversation, asked = process(control, gateway), await begin(ada), question()
    gateway.say(*HELLO, Finished("stop"))
    await Reading(await turns.ask(owner_of(ada), UUID(conversation), asked)).end()
    for other in (
        await control.person("bob@example.org"),
        await control.person("eve@example.org", tenant="other"),
    ):
        for call in (
            turns.follow(owner_of(other), asked.id, Seen()),
            turns.find(owner_of(other), asked.id),
            turns.stop(owner_of(other), asked.id),
            turns.ask(owner_of(other), UUID(conversation), question()),
        ):
            with pytest.raises(NotFoundError):
                await call
    bob = await control.person("bob@example.org")
    with pytest.raises(IdTakenError):
        await turns.ask(owner_of(bob), UUID(await begin(bob)), asked)


async def test_a_taken_answer_id_leaves_nothing_behind(ada: Person, control: Control, gateway: ScriptedGateway) -> None:
    turns, conversation = process(control, gateway), await begin(ada)
    taken = await say(ada, conversation, "here")
    with pytest.raises(IdTakenError):
        await turns.ask(owner_of(ada), UUID(conversation), question(answer_id=taken))
    assert len(await stored(ada, conversation)) == 1


async def test_deleting_the_conversation_stops_its_answer_for_good(
    ada: Person, control: Control, gateway: ScriptedGateway
) -> None:
    turns, conversation, asked = process(control, gateway), await begin(ada), question()
    reading = Reading(await turns.ask(owner_of(ada), UUID(conversation), asked))
    gateway.say(HELLO[0])
    await reading.until("Hel")
    await ada.delete(f"{CONVERSATIONS}/{conversation}")
    assert (await reading.end())[-1].data["status"] == "stopped"
    assert "Hel" not in (await ada.get(f"{API}/sync/pull")).text
    with pytest.raises(DeletedError):
        await turns.ask(owner_of(ada), UUID(conversation), question())


async def test_one_person_has_so_many_answers_at_a_time(
    ada: Person, control: Control, gateway: ScriptedGateway
) -> None:
    turns, conversation = process(control, gateway), UUID(await begin(ada))
    asked: list[TurnIn] = [question() for _ in range(6)]
    for each in asked:
        await turns.ask(owner_of(ada), conversation, each)
    with pytest.raises(TooManyTurnsError):
        await turns.ask(owner_of(ada), conversation, question())
    await turns.ask(owner_of(ada), conversation, asked[0])  # one that runs may be read again
    bob = await control.person("bob@example.org")
    await turns.ask(owner_of(bob), UUID(await begin(bob)), question())
    await turns.drain(0)


async def test_draining_lets_answers_finish_and_interrupts_the_rest(
    ada: Person, control: Control, gateway: ScriptedGateway
) -> None:
    turns, conversation, asked = process(control, gateway), await begin(ada), question()
    reading = Reading(await turns.ask(owner_of(ada), UUID(conversation), asked))
    gateway.say(HELLO[0])
    await reading.until("Hel")
    draining = asyncio.create_task(turns.drain(20))
    gateway.say(*HELLO[1:], Finished("stop"))
    assert (await reading.end())[-1].name == "done"
    await draining
    cut = Reading(await turns.ask(owner_of(ada), UUID(conversation), question("And now?")))
    gateway.say(Delta("text", "Well"))
    await cut.until("Well")
    await turns.drain(0.01)
    events = await cut.end()
    assert (events[-1].name, events[-1].data["code"]) == ("error", "interrupted")
    answer = (await stored(ada, conversation))[-1]
    assert (answer["status"], answer["parts"][0]["text"]) == ("interrupted", "Well")


async def test_other_devices_hear_of_the_beginning_and_the_end(
    ada: Person, control: Control, gateway: ScriptedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns, conversation, asked = process(control, gateway), await begin(ada), question()
    heard: list[News] = []
    monkeypatch.setattr(control.deps.live, "spread", heard.append)
    gateway.say(*HELLO, Finished("stop"))
    await Reading(await turns.ask(owner_of(ada), UUID(conversation), asked)).end()
    assert [(news.topic, news.user_id) for news in heard] == [("sync", ada.user_id), ("turn", ada.user_id)]
    assert heard[1].data == {"id": str(asked.id), "conversation_id": conversation, "state": "done"}


async def test_a_place_that_is_none_is_named(ada: Person) -> None:
    answer = await ada.get(f"{API}/turns/{fresh()}/events", params={"after": "yesterday"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/query/after")
    assert answer.json()["fix"]


async def test_a_turn_asked_wrongly_is_a_problem_and_no_stream(ada: Person) -> None:
    path = f"{CONVERSATIONS}/{await begin(ada)}/turns"
    answer = await ada.post(path, {"id": fresh(), "model": "", "params": {"max_tokens": 0}})
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/model", "/params/max_tokens"}
