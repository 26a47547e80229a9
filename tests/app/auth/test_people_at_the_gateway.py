"""The gateway takes people's tokens and control's own beside keys, and forgets them as fast."""

from __future__ import annotations

from dataclasses import replace

import pytest

from freehold_app.auth import Grant, GrantFlag
from freehold_app.auth.directory import GrantSource, Source
from freehold_app.auth.principal import Role
from freehold_app.auth.principals import DatabasePrincipals
from freehold_app.tenants.repository import Mirrored, mirror
from tests.app.people import Control

pytestmark = pytest.mark.stores


@pytest.fixture
def grants(control: Control) -> GrantSource:
    deps = control.deps
    keys = DatabasePrincipals(deps.database, deps.peppers)
    return GrantSource(keys, Source(deps.database, deps.peppers, deps.clock), deps.tokens)


async def found(grants: GrantSource, credential: str) -> Grant:
    grant = await grants.lookup(credential)
    assert grant is not None
    return grant


async def test_a_member_calls_models_with_their_own_token(control: Control, grants: GrantSource) -> None:
    ada = await control.person("ada@example.org", role=Role.MEMBER)
    grant = await found(grants, ada.access)
    assert (grant.kind, grant.tenant, grant.user_id, grant.key_id) == ("user", "acme", ada.user_id, None)
    assert (grant.routes, grant.session_id) == (None, ada.session_id)
    assert grant.expired(control.clock.now()) is False
    control.clock.advance(301)
    assert grant.expired(control.clock.now())


async def test_a_viewer_sees_models_and_calls_none(control: Control, grants: GrantSource) -> None:
    vic = await control.person("vic@example.org", role=Role.VIEWER)
    assert (await found(grants, vic.access)).routes == frozenset({"/v1/models"})


async def test_control_calls_in_a_persons_name(control: Control, grants: GrantSource) -> None:
    ada = await control.person("ada@example.org", role=Role.MEMBER)
    grant = await found(grants, control.deps.tokens.internal(ada.user_id, ada.tenant_id))
    assert (grant.kind, grant.user_id, grant.session_id) == ("internal", ada.user_id, None)


async def test_a_session_that_ended_and_a_member_who_left_call_nothing(control: Control, grants: GrantSource) -> None:
    owner = await control.person("owner@example.org")
    ada, bob = [await control.person(f"{name}@example.org", role=Role.MEMBER) for name in ("ada", "bob")]
    internal = control.deps.tokens.internal(bob.user_id, bob.tenant_id)
    await ada.delete(f"/api/v1/me/sessions/{ada.session_id}")
    await owner.delete(f"/api/v1/tenant/members/{bob.user_id}")
    assert [await grants.lookup(token) for token in (ada.access, bob.access, internal)] == [None, None, None]


async def test_a_suspended_tenant_shows_in_a_persons_grant(control: Control, grants: GrantSource) -> None:
    ada = await control.person("ada@example.org")
    async with control.deps.database.platform() as session:
        await mirror(session, Mirrored("acme", None, None, "suspended", {}))
    assert (await found(grants, ada.access)).flags == {GrantFlag.TENANT_SUSPENDED}


async def test_a_token_of_another_installation_is_nobodys(control: Control, grants: GrantSource) -> None:
    ada = await control.person("ada@example.org")
    stranger = replace(ada, access=ada.access[:-4] + "AAAA")
    assert await grants.lookup(stranger.access) is None
    assert await grants.lookup("") is None


@pytest.mark.parametrize(
    ("scopes", "routes"),
    [(("inference",), None), (("read",), frozenset({"/v1/models"})), (("usage:read",), frozenset()), ((), frozenset())],
)
async def test_a_key_reaches_what_its_scopes_allow(
    control: Control, grants: GrantSource, scopes: tuple[str, ...], routes: frozenset[str] | None
) -> None:
    key = await control.key(await control.tenant("acme"), *scopes)
    assert (await found(grants, key)).routes == routes


async def test_a_persons_key_never_allows_more_than_they_may_now(control: Control, grants: GrantSource) -> None:
    owner = await control.person("owner@example.org")
    ada = await control.person("ada@example.org", role=Role.MEMBER)
    key = await control.key(ada.tenant_id, "inference", creator=ada.user_id)
    grant = await found(grants, key)
    assert (grant.routes, grant.user_id) == (None, ada.user_id)
    await owner.patch(f"/api/v1/tenant/members/{ada.user_id}", {"role": "viewer"})
    assert (await found(grants, key)).routes == frozenset({"/v1/models"})
    await owner.delete(f"/api/v1/tenant/members/{ada.user_id}")
    assert await grants.lookup(key) is None
