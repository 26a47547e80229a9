"""Every route, by every role, key and bad credential: as the matrix says and not otherwise."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from fastapi import APIRouter
from httpx2 import Response

from freehold_app.auth.access import CurrentPrincipal, TenantMember
from freehold_app.auth.permissions import KEY_SCOPES, MATRIX, Action, allows, permissions
from freehold_app.auth.principal import Principal, Role
from freehold_app.control import API, PUBLIC_ROUTERS, ROUTERS
from freehold_app.tenants.repository import Mirrored, mirror
from tests.app.control.routes import Guarded, routes
from tests.app.people import Control

GUARDED = routes(ROUTERS, API)
PUBLIC = {
    "GET /auth/config",
    "GET /.well-known/jwks.json",
    "POST /auth/bootstrap",
    "POST /auth/invite/accept",
    "POST /auth/login",
    "POST /auth/logout",
    "POST /auth/refresh",
}
FORBIDDEN = {"forbidden"}
NO_CREDENTIAL: dict[str, dict[str, str]] = {
    "none": {},
    "empty": {"authorization": "Bearer "},
    "basic": {"authorization": "Basic YTpi"},
    "garbage": {"authorization": "Bearer not-a-token"},
    "a key elsewhere": {"x-api-key": "fhk_0123456789_x"},
    "a name from a proxy": {"x-forwarded-user": "ada@example.org"},
    "an unknown key": {"authorization": "Bearer fhk_0123456789_" + "a" * 49},
}


def principal(kind: Any, role: Role | None, *scopes: str) -> Principal:
    return Principal(
        tenant_id=UUID(int=1),
        tenant="acme",
        namespace=None,
        kind=kind,
        user_id=None,
        role=role,
        scopes=frozenset(scopes),
    )


def test_every_route_names_one_row_of_the_matrix() -> None:
    assert GUARDED
    assert [str(route) for route in GUARDED if len(route.actions) != 1] == []


def test_every_route_keeps_the_common_rules() -> None:
    assert [str(route) for route in (*GUARDED, *routes(PUBLIC_ROUTERS)) if not route.strict] == []


def test_a_route_that_forgot_its_row_would_be_found() -> None:
    router = APIRouter()

    @router.get("/forgotten")
    async def forgotten(caller: CurrentPrincipal) -> None: ...

    @router.get("/guarded")
    async def guarded(caller: TenantMember) -> None: ...

    assert [(route.path, len(route.actions)) for route in routes([router])] == [("/forgotten", 0), ("/guarded", 1)]


def test_what_is_open_to_everybody_is_listed_here() -> None:
    assert {str(route) for route in routes(PUBLIC_ROUTERS)} == PUBLIC


@pytest.mark.parametrize(
    ("action", "lowest"),
    [
        (Action.CATALOG_READ, Role.VIEWER),
        (Action.CHAT, Role.MEMBER),
        (Action.INFERENCE, Role.MEMBER),
        (Action.KEYS_OWN, Role.MEMBER),
        (Action.MODELS_WRITE, Role.ENGINEER),
        (Action.MODELS_INSPECT, Role.ENGINEER),
        (Action.TENANT_ADMIN, Role.ADMIN),
        (Action.TENANT_OWN, Role.OWNER),
    ],
)
def test_the_matrix_is_the_designs(action: Action, lowest: Role) -> None:
    may = [role for role in Role if allows(principal("user", role), action)]
    assert may == [role for role in Role if role.rank >= lowest.rank]


def test_members_see_their_own_usage_and_not_everybodys() -> None:
    assert "usage.own" in permissions(Role.MEMBER)
    assert "usage.tenant" not in permissions(Role.MEMBER)
    assert "usage.tenant" in permissions(Role.VIEWER)


@pytest.mark.parametrize("action", list(Action))
def test_a_key_never_does_what_its_creator_may_not(action: Action) -> None:
    every = sorted(KEY_SCOPES)
    for role in Role:
        key = principal("key", role, *every)
        assert not allows(key, action) or allows(principal("user", role), action)
    assert allows(principal("key", None, *every), action) == (MATRIX[action].scope is not None)
    assert not allows(principal("key", Role.OWNER), action)


def refused(answer: Response) -> bool:
    """Whether the caller may not, as opposed to: there is no such thing, or the body is wrong."""
    return answer.status_code == 403 and answer.json()["code"] in FORBIDDEN


async def call(control: Control, route: Guarded, headers: dict[str, str]) -> Response:
    body: dict[str, Any] | None = {} if route.method in {"POST", "PUT", "PATCH"} else None
    return await control.anonymous.request(route.method, route.url, headers=headers, json=body)


@pytest.fixture
def ending(control: Control) -> Control:
    """Event streams end at once, so that they can be asked like everything else; and nobody is slowed down."""
    control.deps.streams.stopping.set()
    return control


@pytest.mark.stores
@pytest.mark.timeout(180)
async def test_every_route_does_as_the_matrix_says_for_every_role(ending: Control) -> None:
    people = {role: await ending.person(f"{role}@example.org", role=role) for role in Role}
    wrong = []
    for route in GUARDED:
        for role, person in people.items():
            answer = await call(ending, route, {"authorization": f"Bearer {person.access}"})
            if answer.status_code == 401 or refused(answer) == (role in MATRIX[route.actions[0]].roles):
                wrong.append(f"{route} by {role}: {answer.status_code} {answer.text[:80]}")
        ending.clock.advance(1)
    assert wrong == []


@pytest.mark.stores
@pytest.mark.timeout(180)
async def test_every_route_does_as_the_matrix_says_for_every_key(ending: Control) -> None:
    tenant_id = await ending.tenant("acme")
    keys = {scope: await ending.key(tenant_id, scope) for scope in sorted(KEY_SCOPES)}
    wrong = []
    for route in GUARDED:
        for scope, key in keys.items():
            answer = await call(ending, route, {"authorization": f"Bearer {key}"})
            if answer.status_code == 401 or refused(answer) == (scope == MATRIX[route.actions[0]].scope):
                wrong.append(f"{route} with {scope}: {answer.status_code} {answer.text[:80]}")
        ending.clock.advance(1)
    assert wrong == []


def altered(token: str) -> Iterator[tuple[str, str]]:
    """Tokens that must not pass, out of one that does."""
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    other = base64.urlsafe_b64encode(json.dumps(claims | {"tid": str(UUID(int=9))}).encode()).rstrip(b"=").decode()
    yield "without signature", f"{head}.{body}."
    yield "alg none", f"{unsigned}.{body}."
    yield "another tenant written into it", f"{head}.{other}.{signature}"


@pytest.mark.stores
@pytest.mark.timeout(180)
async def test_no_route_takes_a_credential_that_is_none(ending: Control) -> None:
    ada = await ending.person("ada@example.org", tenant="acme")
    other = await ending.tenant("beta")
    foreign, _ = ending.deps.tokens.access(ada.user_id, ada.session_id, other)
    ended, _ = ending.deps.tokens.access(ada.user_id, UUID(int=5), ada.tenant_id)
    tokens = dict(altered(ada.access)) | {
        "of a tenant that is not theirs": foreign,
        "of a session that is none": ended,
        "for the gateway": ending.deps.tokens.internal(ada.user_id, ada.tenant_id),
    }
    bad = NO_CREDENTIAL | {name: {"authorization": f"Bearer {token}"} for name, token in tokens.items()}
    wrong = []
    for route in GUARDED:
        for name, headers in bad.items():
            answer = await call(ending, route, headers)
            if answer.status_code != 401 or answer.headers["www-authenticate"] != "Bearer":
                wrong.append(f"{route} with {name}: {answer.status_code}")
    assert wrong == []


@pytest.mark.stores
async def test_an_expired_token_says_so_on_every_route(ending: Control) -> None:
    ada = await ending.person("ada@example.org")
    ending.clock.advance(306)
    answers = [await call(ending, route, {"authorization": f"Bearer {ada.access}"}) for route in GUARDED]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(401, "token_expired")}


@pytest.mark.stores
async def test_a_doubled_credential_is_refused_before_anything_is_read(control: Control) -> None:
    ada = await control.person("ada@example.org")
    headers = [("authorization", f"Bearer {ada.access}"), ("authorization", "Bearer other")]
    assert (await control.anonymous.get(f"{API}/me", headers=headers)).status_code == 400


@pytest.mark.stores
async def test_a_suspended_tenants_people_look_and_change_nothing(control: Control) -> None:
    ada = await control.person("ada@example.org")
    async with control.deps.database.platform() as session:
        await mirror(session, Mirrored("acme", None, None, "suspended", {}))
    await control.deps.announce("tenant", ada.tenant_id, ada.tenant_id)
    assert (await ada.get(f"{API}/me")).json()["tenant"]["state"] == "suspended"
    refusal = await ada.get(f"{API}/tenant/members")
    assert (refusal.status_code, refusal.json()["code"]) == (403, "tenant_suspended")
