"""/api/v1/me: what a person sees of themselves, ends, and changes; and never anybody else's."""

from __future__ import annotations

import pytest

from freehold_app.auth.principal import Role
from tests.app.people import Control

pytestmark = pytest.mark.stores

ME = "/api/v1/me"


async def test_me_says_who_where_and_what_may_be_done(control: Control) -> None:
    ada = await control.person("ada@example.org", tenant="acme", role=Role.VIEWER)
    await control.person("ada@example.org", tenant="beta", role=Role.OWNER)
    me = (await ada.get(ME)).json()
    assert (me["user"]["email"], me["tenant"]["name"], me["tenant"]["role"]) == ("ada@example.org", "acme", "viewer")
    assert {tenant["name"] for tenant in me["tenants"]} == {"acme", "beta"}
    assert "chat" not in me["permissions"]


async def test_name_and_time_zone_change_alone(control: Control) -> None:
    ada = await control.person("ada@example.org")
    changed = await ada.patch(ME, {"tz": "Europe/Berlin"})
    assert changed.status_code == 200, changed.text
    assert changed.json()["user"] | {"id": ""} == {
        "id": "",
        "email": "ada@example.org",
        "name": "ada",
        "tz": "Europe/Berlin",
    }


@pytest.mark.parametrize("field", ["email", "id", "role", "tenant_id", "provider", "erased_at"])
async def test_nothing_else_of_oneself_can_be_written(control: Control, field: str) -> None:
    ada = await control.person("ada@example.org")
    answer = await ada.patch(ME, {field: "x"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{field}")


async def test_a_name_that_cannot_be_stored_is_refused_and_named(control: Control) -> None:
    ada = await control.person("ada@example.org")
    answer = await ada.patch(ME, {"name": "a\0b"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/name")
    assert (await ada.patch(ME, {"name": "  Ada  "})).json()["user"]["name"] == "Ada"


async def test_a_session_that_is_ended_stops_at_once_and_another_goes_on(control: Control) -> None:
    phone = await control.person("ada@example.org")
    laptop = await control.person("ada@example.org")
    listed = (await laptop.get(f"{ME}/sessions")).json()["items"]
    assert {item["id"]: item["current"] for item in listed} == {
        str(phone.session_id): False,
        str(laptop.session_id): True,
    }
    assert (await phone.get(ME)).status_code == 200
    assert (await laptop.delete(f"{ME}/sessions/{phone.session_id}")).status_code == 204
    assert (await phone.get(ME)).status_code == 401
    assert (await laptop.get(ME)).status_code == 200


async def test_another_persons_session_is_not_there(control: Control) -> None:
    ada = await control.person("ada@example.org")
    bob = await control.person("bob@example.org")
    answer = await ada.delete(f"{ME}/sessions/{bob.session_id}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await bob.get(ME)).status_code == 200


async def test_a_person_goes_on_in_another_of_their_tenants_only(control: Control) -> None:
    ada = await control.person("ada@example.org", tenant="acme")
    beta = await control.person("ada@example.org", tenant="beta", role=Role.MEMBER)
    foreign = await control.person("bob@example.org", tenant="gamma")
    assert (await ada.post(f"{ME}/tenant", {"tenant_id": str(foreign.tenant_id)})).status_code == 404
    switched = await ada.post(f"{ME}/tenant", {"tenant_id": str(beta.tenant_id)})
    ada.access = switched.json()["access_token"]
    assert (await ada.get(ME)).json()["tenant"]["name"] == "beta"
