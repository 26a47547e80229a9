"""Members, invitations and the rules about owners, over HTTP."""

from __future__ import annotations

import asyncio

import pytest
from httpx2 import Response

from freehold_app.auth.principal import Role
from freehold_app.tenants.repository import lock_owners
from tests.app.people import PASSWORD, Control, Person

pytestmark = pytest.mark.stores

MEMBERS = "/api/v1/tenant/members"
INVITATIONS = "/api/v1/tenant/invitations"


async def accept(control: Control, token: str, **changes: str) -> Response:
    body = {"token": token, "name": "Bob", "password": PASSWORD} | changes
    return await control.anonymous.post("/auth/invite/accept", json=body)


async def invite(person: Person, email: str = "bob@example.org", role: str = "member") -> Response:
    return await person.post(INVITATIONS, {"email": email, "role": role})


async def test_an_invited_person_joins_with_the_role_and_the_link_works_once(control: Control) -> None:
    ada = await control.person("ada@example.org")
    invitation = (await invite(ada, role="engineer")).json()
    assert invitation["url"].endswith(f"/invite#{invitation['token']}")
    joined = await accept(control, invitation["token"])
    assert joined.status_code == 201, joined.text
    listed = (await ada.get(MEMBERS)).json()["items"]
    assert {(item["email"], item["role"]) for item in listed} == {
        ("ada@example.org", "owner"),
        ("bob@example.org", "engineer"),
    }
    assert (await accept(control, invitation["token"])).status_code == 401
    assert (await ada.get(INVITATIONS)).json()["items"] == []


async def test_a_person_who_has_an_account_joins_with_their_own_password_only(control: Control) -> None:
    ada = await control.person("ada@example.org", tenant="acme")
    await control.person("bob@example.org", tenant="beta")
    token = (await invite(ada)).json()["token"]
    assert (await accept(control, token, password="another password entirely")).status_code == 401
    assert (await accept(control, token)).status_code == 201


async def test_an_invitation_that_is_over_replaced_or_taken_back_does_not_work(control: Control) -> None:
    ada = await control.person("ada@example.org")
    first, second = [(await invite(ada)).json() for _ in range(2)]
    assert (await accept(control, first["token"])).status_code == 401
    assert (await ada.delete(f"{INVITATIONS}/{second['id']}")).status_code == 204
    assert (await accept(control, second["token"])).status_code == 401
    third = (await invite(ada)).json()
    control.clock.advance(8 * 86400)
    assert (await accept(control, third["token"])).status_code == 401


async def test_a_weak_password_is_refused_with_what_to_do_and_the_link_stays_good(control: Control) -> None:
    ada = await control.person("ada@example.org")
    token = (await invite(ada)).json()["token"]
    refused = await accept(control, token, password="short")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/password")
    assert "12 to 128" in refused.json()["fix"]
    assert (await accept(control, token)).status_code == 201


async def test_who_is_a_member_is_not_invited_again(control: Control) -> None:
    ada = await control.person("ada@example.org")
    answer = await invite(ada, email="ADA@example.org")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


async def test_a_repeated_invitation_does_not_show_the_link_again(control: Control) -> None:
    ada = await control.person("ada@example.org")
    body, key = {"email": "bob@example.org"}, {"idempotency-key": "k"}
    first = await ada.post(INVITATIONS, body, headers=key)
    again = await ada.post(INVITATIONS, body, headers=key)
    assert again.json()["id"] == first.json()["id"]
    assert first.json()["token"] not in again.text


async def test_the_last_owner_stays(control: Control) -> None:
    ada = await control.person("ada@example.org")
    for answer in (
        await ada.patch(f"{MEMBERS}/{ada.user_id}", {"role": "admin"}),
        await ada.delete(f"{MEMBERS}/{ada.user_id}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


async def test_two_owners_who_unmake_each_other_at_once_leave_one(control: Control) -> None:
    ada = await control.person("ada@example.org")
    bob = await control.person("bob@example.org")
    answers = await asyncio.gather(
        ada.patch(f"{MEMBERS}/{bob.user_id}", {"role": "member"}),
        bob.patch(f"{MEMBERS}/{ada.user_id}", {"role": "member"}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 403]  # who came second is no owner any more
    async with control.deps.database.tenant(ada.tenant_id) as session:
        assert len(await lock_owners(session)) == 1


async def test_administrators_leave_owners_alone(control: Control) -> None:
    ada = await control.person("ada@example.org", role=Role.OWNER)
    adam = await control.person("adam@example.org", role=Role.ADMIN)
    bob = await control.person("bob@example.org", role=Role.MEMBER)
    assert (await adam.patch(f"{MEMBERS}/{bob.user_id}", {"role": "owner"})).status_code == 403
    assert (await adam.patch(f"{MEMBERS}/{ada.user_id}", {"role": "member"})).status_code == 403
    assert (await adam.delete(f"{MEMBERS}/{ada.user_id}")).status_code == 403
    assert (await invite(adam, email="eve@example.org", role="owner")).status_code == 403
    assert (await adam.patch(f"{MEMBERS}/{bob.user_id}", {"role": "engineer"})).status_code == 200


async def test_another_role_holds_at_once_and_a_removed_member_is_out(control: Control) -> None:
    ada = await control.person("ada@example.org")
    bob = await control.person("bob@example.org", role=Role.ADMIN)
    assert (await bob.get(MEMBERS)).status_code == 200
    await ada.patch(f"{MEMBERS}/{bob.user_id}", {"role": "member"})
    assert (await bob.get(MEMBERS)).status_code == 403
    assert (await ada.delete(f"{MEMBERS}/{bob.user_id}")).status_code == 204
    assert (await bob.get("/api/v1/me")).status_code == 401


async def test_members_of_another_tenant_are_not_there(control: Control) -> None:
    ada = await control.person("ada@example.org", tenant="acme")
    bob = await control.person("bob@example.org", tenant="beta")
    assert (await ada.patch(f"{MEMBERS}/{bob.user_id}", {"role": "viewer"})).status_code == 404
    assert (await ada.delete(f"{MEMBERS}/{bob.user_id}")).status_code == 404
    assert [item["email"] for item in (await ada.get(MEMBERS)).json()["items"]] == ["ada@example.org"]


async def test_settings_change_and_what_the_cluster_says_does_not(control: Control) -> None:
    ada = await control.person("ada@example.org")
    changed = await ada.patch("/api/v1/tenant", {"settings": {"default_model": "smollm2"}})
    assert changed.json()["settings"] == {"default_model": "smollm2"}
    for field in ("caps", "state", "name", "namespace"):
        refused = await ada.patch("/api/v1/tenant", {"settings": {}, field: "x"})
        assert refused.status_code == 422, field
