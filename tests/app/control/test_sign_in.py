"""Signing in over HTTP: the first owner, passwords, cookies that change, and what ends a session."""

from __future__ import annotations

from typing import Any

import pytest
from httpx2 import Response

from freehold_app.auth.principal import Role
from tests.app.people import BOOTSTRAP_TOKEN, PASSWORD, PUBLIC_URL, Control

pytestmark = pytest.mark.stores

COOKIE = "__Host-fh_refresh"
FIRST = {"token": BOOTSTRAP_TOKEN, "email": "ada@example.org", "name": "Ada", "password": PASSWORD, "tenant": "acme"}


def cookie_of(answer: Response) -> str:
    return answer.headers["set-cookie"].partition(";")[0].partition("=")[2]


async def refresh(control: Control, cookie: str) -> Response:
    return await control.anonymous.post("/auth/refresh", headers={"cookie": f"{COOKIE}={cookie}"})


async def login(control: Control, **changes: Any) -> Response:
    body = {"email": "ada@example.org", "password": PASSWORD} | changes
    return await control.anonymous.post("/auth/login", json=body)


async def test_the_bootstrap_token_makes_the_first_owner_once(control: Control) -> None:
    assert (await control.anonymous.get("/auth/config")).json()["setup_needed"] is True
    made = await control.anonymous.post("/auth/bootstrap", json=FIRST)
    assert made.status_code == 201, made.text
    again = await control.anonymous.post("/auth/bootstrap", json=FIRST | {"email": "eve@example.org"})
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    assert (await control.anonymous.get("/auth/config")).json()["setup_needed"] is False
    assert (await login(control)).status_code == 200


async def test_a_cookie_is_for_this_host_only_and_out_of_reach_of_scripts(control: Control) -> None:
    await control.person("ada@example.org")
    answer = await login(control)
    attributes = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert {"path=/", "secure", "httponly", "samesite=strict"} <= attributes
    assert not any(part.startswith("domain") for part in attributes)
    assert answer.headers["cache-control"] == "no-store"


async def test_a_cookie_changes_at_each_use(control: Control) -> None:
    person = await control.person("ada@example.org", role=Role.MEMBER)
    first = await refresh(control, person.cookie)
    assert first.status_code == 200, first.text
    control.clock.advance(60)
    second = await refresh(control, cookie_of(first))
    assert len({person.cookie, cookie_of(first), cookie_of(second)}) == 3


async def test_a_cookie_that_comes_back_after_the_grace_ends_the_session(control: Control) -> None:
    person = await control.person("ada@example.org")
    first = await refresh(control, person.cookie)
    control.clock.advance(11)
    assert (await refresh(control, person.cookie)).status_code == 401
    assert (await refresh(control, cookie_of(first))).status_code == 401


async def test_two_tabs_that_use_one_cookie_at_once_end_with_the_same_one(control: Control) -> None:
    person = await control.person("ada@example.org")
    first = await refresh(control, person.cookie)
    control.clock.advance(9)
    second = await refresh(control, person.cookie)
    assert cookie_of(first) == cookie_of(second)


@pytest.mark.parametrize("changes", [{"password": "wrong password wrong"}, {"email": "nobody@example.org"}])
async def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(
    control: Control, changes: dict[str, str]
) -> None:
    await control.person("ada@example.org")
    answer = await login(control, **changes)
    assert (answer.status_code, answer.json()["title"]) == (401, "E-mail or password is wrong.")


async def test_another_sites_page_cannot_use_the_cookie(control: Control) -> None:
    person = await control.person("ada@example.org")
    headers = {"cookie": f"{COOKIE}={person.cookie}"}
    for foreign in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        answer = await control.anonymous.post("/auth/refresh", headers=headers | foreign)
        assert answer.status_code == 403, foreign
    own = await control.anonymous.post("/auth/refresh", headers=headers | {"origin": PUBLIC_URL})
    assert own.status_code == 200
