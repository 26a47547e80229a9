"""The rules that hold for every endpoint, shown on one made for it: transactions, repeats, pages, versions, bodies."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import pytest
from fastapi import APIRouter
from httpx2 import ASGITransport, AsyncClient, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text

from freehold_app.auth.access import Idempotent, Pages, Quotas, TenantMember, TenantSession
from freehold_app.auth.principal import Role
from freehold_app.control import API, MAX_BODY_BYTES, rest_app
from freehold_app.kit.given import RequestClock, give, give_clock
from freehold_app.kit.jobs import enqueue
from freehold_app.kit.pages import Cursors, Page
from freehold_app.kit.routing import RestRoute
from tests.app.people import PUBLIC_URL, Control, Person

pytestmark = pytest.mark.stores
router = APIRouter(prefix="/notes", route_class=RestRoute)


class NoteIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=2_000_000)]
    fail: bool = False


class NoteOut(BaseModel):
    id: UUID
    text: str


@router.post("", status_code=201)
async def create_note(
    note: NoteIn,
    principal: TenantMember,
    session: TenantSession,
    clock: RequestClock,
    _: Idempotent,
) -> NoteOut:
    made = await enqueue(session, clock, principal.tenant_id, "note", {"text": note.text})
    assert made is not None
    if note.fail:
        raise RuntimeError("canary-4711")
    return NoteOut(id=UUID(int=made.int), text=note.text)


@router.get("")
async def list_notes(principal: TenantMember, session: TenantSession, pages: Pages) -> Page[NoteOut]:
    at, last_id = pages.before(datetime, UUID)
    query = text(
        "SELECT id, run_at, payload ->> 'text' AS text FROM jobs WHERE (run_at, id) < (:at, :id)"
        " ORDER BY run_at DESC, id DESC LIMIT :limit"
    )
    rows: Sequence[Any] = (await session.execute(query, {"at": at, "id": last_id, "limit": pages.fetch})).all()
    return pages.page(rows, lambda row: NoteOut(id=row.id, text=row.text), key=lambda row: (row.run_at, str(row.id)))


@pytest.fixture
async def http(control: Control) -> Any:
    app = rest_app((), (router,))
    deps = control.deps
    give(app, deps.database, deps.directory, Quotas(control.clock), Cursors([b"first"]))
    give_clock(app, control.clock)
    transport = ASGITransport(app=app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
        yield client


@pytest.fixture
async def ada(control: Control, http: AsyncClient) -> Person:
    person = await control.person("ada@example.org", role=Role.MEMBER)
    person.client = http
    return person


async def notes(person: Person) -> list[str]:
    return [item["text"] for item in (await person.get(f"{API}/notes")).json()["items"]]


async def test_what_an_endpoint_did_is_there_before_its_answer_is(ada: Person) -> None:
    answer = await ada.post(f"{API}/notes", {"text": "one"})
    assert answer.status_code == 201, answer.text
    assert await notes(ada) == ["one"]


async def test_what_fails_leaves_nothing_behind_and_says_nothing(ada: Person) -> None:
    answer = await ada.post(f"{API}/notes", {"text": "one", "fail": True})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "canary" not in answer.text
    assert await notes(ada) == []


async def test_a_repeated_post_is_done_once_and_answered_alike(ada: Person) -> None:
    key = {"headers": {"idempotency-key": "k1"}}
    first = await ada.post(f"{API}/notes", {"text": "one"}, **key)
    again = await ada.post(f"{API}/notes", {"text": "one"}, **key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert await notes(ada) == ["one"]


async def test_one_key_for_two_requests_is_refused(ada: Person) -> None:
    key = {"headers": {"idempotency-key": "k1"}}
    await ada.post(f"{API}/notes", {"text": "one"}, **key)
    other = await ada.post(f"{API}/notes", {"text": "two"}, **key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")


async def test_repeats_at_the_same_moment_are_done_once(ada: Person) -> None:
    key = {"headers": {"idempotency-key": "k1"}}
    answers: list[Response] = await asyncio.gather(
        *(ada.post(f"{API}/notes", {"text": "one"}, **key) for _ in range(5))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await notes(ada) == ["one"]


async def test_a_key_is_free_again_after_a_failure(ada: Person) -> None:
    key = {"headers": {"idempotency-key": "k1"}}
    await ada.post(f"{API}/notes", {"text": "one", "fail": True}, **key)
    assert (await ada.post(f"{API}/notes", {"text": "one"}, **key)).status_code == 201


async def test_pages_partition_the_list(ada: Person, control: Control) -> None:
    for number in range(7):
        control.clock.advance(number % 2)
        await ada.post(f"{API}/notes", {"text": str(number)})
    seen, cursor = [], ""
    while True:
        page = (await ada.get(f"{API}/notes", params={"limit": 3} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [item["text"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = page["next_cursor"]
    assert sorted(seen) == [str(number) for number in range(7)]


@pytest.mark.parametrize("cursor", ["x", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"])
async def test_a_cursor_that_we_did_not_make_is_refused(ada: Person, cursor: str) -> None:
    answer = await ada.get(f"{API}/notes", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")


async def test_a_cursor_of_another_list_is_refused(ada: Person) -> None:
    for number in range(2):
        await ada.post(f"{API}/notes", {"text": str(number)})
    cursor = (await ada.get(f"{API}/notes", params={"limit": 1})).json()["next_cursor"]
    answer = await ada.get(f"{API}/notes", params={"limit": 1, "cursor": cursor, "folder": "x"})
    assert answer.json()["code"] == "bad_cursor"


async def test_a_list_that_did_not_change_is_not_sent_again(ada: Person) -> None:
    first = await ada.get(f"{API}/notes")
    again = await ada.get(f"{API}/notes", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    await ada.post(f"{API}/notes", {"text": "one"})
    assert (await ada.get(f"{API}/notes", headers={"if-none-match": first.headers["etag"]})).status_code == 200


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b'{"text": "a"}', "text/plain", 415, "unsupported_type"),
        (b'{"text": ' + b"[" * 70 + b"]" * 70 + b"}", "application/json", 400, "invalid_request"),
        (b'{"text": NaN}', "application/json", 422, "invalid_request"),
        (b'{"text": "a", "more": 1}', "application/json", 422, "invalid_request"),
        (b'{"text": "' + b"a" * MAX_BODY_BYTES + b'"}', "application/json", 413, "too_large"),
        (b"", "application/json", 422, "invalid_request"),
    ],
)
async def test_a_body_that_is_not_as_it_must_be_is_refused(
    ada: Person, content: bytes, media_type: str, status: int, code: str
) -> None:
    answer = await ada.send("POST", f"{API}/notes", content=content, headers={"content-type": media_type})
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_a_wrong_field_is_named_by_its_place(ada: Person) -> None:
    problem = (await ada.post(f"{API}/notes", {"text": 5})).json()
    assert [error["pointer"] for error in problem["errors"]] == ["/text"]
    assert problem["fix"]


async def test_large_lists_are_compressed_for_those_who_can(ada: Person) -> None:
    await ada.post(f"{API}/notes", {"text": "a" * 5000})
    answer = await ada.get(f"{API}/notes", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"


async def test_the_matrix_decides_who_may_call(ada: Person, control: Control, http: AsyncClient) -> None:
    viewer = await control.person("vic@example.org", role=Role.VIEWER)
    viewer.client = http
    answer = await viewer.get(f"{API}/notes")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (await http.get(f"{API}/notes")).status_code == 401
