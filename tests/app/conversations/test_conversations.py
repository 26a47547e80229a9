"""Conversations and messages over HTTP: made under the client's ids, changed by whoever made them, never rewritten."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from freehold_app.auth.principal import Role
from freehold_app.control import API
from tests.app.conversations.devices import CONVERSATIONS, begin, fresh, said, say
from tests.app.people import Control, Person

pytestmark = pytest.mark.stores


@pytest.fixture
async def ada(control: Control) -> Person:
    return await control.person("ada@example.org", role=Role.MEMBER)


async def messages(person: Person, conversation: str, **parameters: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await person.get(f"{CONVERSATIONS}/{conversation}/messages", params=parameters)).json()
    return found


async def test_a_conversation_sent_again_is_changed_and_not_doubled(ada: Person) -> None:
    body = {"id": fresh(), "title": "Pods"}
    first = await ada.post(CONVERSATIONS, body)
    again = await ada.post(CONVERSATIONS, body | {"pinned": True})
    assert (first.status_code, again.status_code) == (201, 200)
    assert (again.json()["title"], again.json()["pinned"]) == ("Pods", True)
    assert again.json()["rev"] > first.json()["rev"]
    assert len((await ada.get(CONVERSATIONS)).json()["items"]) == 1


async def test_the_same_again_changes_nothing(ada: Person) -> None:
    body = {"id": fresh(), "title": "Pods"}
    first = (await ada.post(CONVERSATIONS, body)).json()
    assert (await ada.post(CONVERSATIONS, body)).json() == first


async def test_a_change_leaves_what_it_does_not_name(ada: Person) -> None:
    conversation = await begin(ada, title="Pods", folder="work", params={"temperature": 0.5})
    answer = await ada.patch(f"{CONVERSATIONS}/{conversation}", {"folder": None, "archived": True})
    found = answer.json()
    assert (found["title"], found["folder"], found["archived"]) == ("Pods", None, True)
    assert found["params"] == {"temperature": 0.5}
    assert answer.headers["etag"] == f'"{found["rev"]}"'


async def test_a_stale_if_match_is_refused(ada: Person) -> None:
    conversation = await begin(ada)
    path = f"{CONVERSATIONS}/{conversation}"
    etag = (await ada.get(path)).headers["etag"]
    assert (await ada.patch(path, {"title": "a"}, headers={"if-match": etag})).status_code == 200
    stale = await ada.patch(path, {"title": "b"}, headers={"if-match": etag})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_etag")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"id": str(uuid4())}, "/id"),
        ({"id": fresh(), "title": "a" * 201}, "/title"),
        ({"id": fresh(), "title": None}, "/title"),
        ({"id": fresh(), "title": "a\0b"}, "/title"),
        ({"id": fresh(), "params": {"temperature": 3}}, "/params/temperature"),
        ({"id": fresh(), "owner_id": fresh()}, "/owner_id"),
        ({"id": fresh(), "rev": 7}, "/rev"),
    ],
)
async def test_a_wrong_field_is_named(ada: Person, body: dict[str, Any], pointer: str) -> None:
    answer = await ada.post(CONVERSATIONS, body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert answer.json()["fix"]


async def test_pages_show_each_conversation_once_last_spoken_in_first(ada: Person, control: Control) -> None:
    made = []
    for _ in range(5):
        control.clock.advance(1)
        made.append(await begin(ada))
    control.clock.advance(1)
    await say(ada, made[0], "again")
    first = (await ada.get(CONVERSATIONS, params={"limit": 3})).json()
    rest = (await ada.get(CONVERSATIONS, params={"limit": 3, "cursor": first["next_cursor"]})).json()
    seen = [item["id"] for item in first["items"] + rest["items"]]
    assert seen == [made[0], *reversed(made[1:])]
    assert rest["next_cursor"] is None


async def test_a_filter_that_is_not_offered_is_refused(ada: Person) -> None:
    answer = await ada.get(CONVERSATIONS, params={"folder": "work"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_filter")


async def test_what_is_deleted_is_gone_for_good_with_its_messages(ada: Person, control: Control) -> None:
    conversation = await begin(ada, title="secret-title")
    message = await say(ada, conversation, "secret-text")
    assert (await ada.delete(f"{CONVERSATIONS}/{conversation}")).status_code == 204
    assert (await ada.delete(f"{CONVERSATIONS}/{conversation}")).status_code == 204  # final, and no fault
    assert (await ada.get(f"{CONVERSATIONS}/{conversation}")).status_code == 404
    assert (await messages(ada, conversation))["code"] == "not_found"
    assert (await ada.patch(f"{API}/messages/{message}", {"rating": 1})).status_code == 404
    revived = await ada.post(CONVERSATIONS, {"id": conversation})
    assert (revived.status_code, revived.json()["code"]) == (409, "wrong_state")
    assert (await ada.patch(f"{CONVERSATIONS}/{conversation}", {"title": "a"})).json()["code"] == "wrong_state"
    pulled = (await ada.get(f"{API}/sync/pull")).text
    assert "secret" not in pulled


async def test_nobody_reaches_anothers_conversation(ada: Person, control: Control) -> None:
    conversation = await begin(ada)
    message = await say(ada, conversation, "mine")
    for other in (
        await control.person("bob@example.org", role=Role.OWNER),
        await control.person("eve@example.org", tenant="other", role=Role.OWNER),
    ):
        body = {"id": fresh(), "parts": said("x")}
        turn = {"id": fresh(), "model": "m", "message": body}
        answers = [
            await other.get(f"{CONVERSATIONS}/{conversation}"),
            await other.patch(f"{CONVERSATIONS}/{conversation}", {"title": "x"}),
            await other.delete(f"{CONVERSATIONS}/{conversation}"),
            await other.get(f"{CONVERSATIONS}/{conversation}/messages"),
            await other.post(f"{CONVERSATIONS}/{conversation}/messages", body),
            await other.patch(f"{API}/messages/{message}", {"rating": 1}),
            await other.post(f"{CONVERSATIONS}/{conversation}/turns", turn),
            await other.get(f"{API}/turns/{message}"),
            await other.get(f"{API}/turns/{message}/events"),
            await other.post(f"{API}/turns/{message}/cancel"),
        ]
        assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "not_found")}


async def test_an_id_of_a_colleague_is_taken_and_one_of_another_tenant_free(ada: Person, control: Control) -> None:
    conversation = await begin(ada)
    bob = await control.person("bob@example.org", role=Role.OWNER)
    taken = await bob.post(CONVERSATIONS, {"id": conversation})
    assert (taken.status_code, taken.json()["code"]) == (409, "id_taken")
    eve = await control.person("eve@example.org", tenant="other")
    assert (await eve.post(CONVERSATIONS, {"id": conversation})).status_code == 201


async def test_the_first_question_names_the_conversation(ada: Person) -> None:
    conversation = await begin(ada)
    first = await say(ada, conversation, "What is a pod?\nExplain.")
    await say(ada, conversation, "And a node?", first)
    assert (await ada.get(f"{CONVERSATIONS}/{conversation}")).json()["title"] == "What is a pod?"


async def test_an_edit_is_a_branch(ada: Person) -> None:
    conversation = await begin(ada)
    root = await say(ada, conversation, "one")
    branches = [await say(ada, conversation, text, root) for text in ("two", "two, edited")]
    found = await messages(ada, conversation)
    assert [item["id"] for item in found["items"]] == [*reversed(branches), root]
    assert {item["parent_id"] for item in found["items"][:2]} == {root}


async def test_a_message_again_is_the_same_and_another_under_its_id_is_refused(ada: Person) -> None:
    conversation = await begin(ada)
    path, body = f"{CONVERSATIONS}/{conversation}/messages", {"id": fresh(), "parts": said("one")}
    first, again = await ada.post(path, body), await ada.post(path, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    other = await ada.post(path, body | {"parts": said("rewritten")})
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    assert "new message" in other.json()["fix"]
    assert len((await messages(ada, conversation))["items"]) == 1


async def test_a_message_under_another_conversations_message_is_refused(ada: Person) -> None:
    here, there = await begin(ada), await begin(ada)
    foreign = await say(ada, there, "there")
    body = {"id": fresh(), "parent_id": foreign, "parts": said("here")}
    answer = await ada.post(f"{CONVERSATIONS}/{here}/messages", body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/parent_id"]


async def test_nobody_puts_words_into_a_models_mouth(ada: Person) -> None:
    conversation = await begin(ada)
    body = {"id": fresh(), "role": "assistant", "parts": said("I am the Model")}
    answer = await ada.post(f"{CONVERSATIONS}/{conversation}/messages", body)
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/role"]


async def test_messages_are_paged_newest_first(ada: Person) -> None:
    conversation = await begin(ada)
    made = [await say(ada, conversation, str(number)) for number in range(5)]
    first = await messages(ada, conversation, limit=3)
    rest = await messages(ada, conversation, limit=3, cursor=first["next_cursor"])
    assert [item["id"] for item in first["items"] + rest["items"]] == list(reversed(made))


async def test_a_rating_is_given_and_taken_back(ada: Person) -> None:
    message = await say(ada, await begin(ada), "one")
    path = f"{API}/messages/{message}"
    assert [(await ada.patch(path, {"rating": rating})).json()["rating"] for rating in (1, -1, None)] == [1, -1, None]
    assert (await ada.patch(path, {"rating": 2})).status_code == 422
    assert (await ada.patch(path, {"parts": said("new")})).status_code == 422


async def test_viewers_and_keys_do_not_chat(control: Control) -> None:
    viewer = await control.person("vic@example.org", role=Role.VIEWER)
    assert (await viewer.get(CONVERSATIONS)).status_code == 403
    assert (await control.anonymous.get(CONVERSATIONS)).status_code == 401
