"""A key never allows more than who made it: not by its scopes, and not as a service key of who may make none."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import UUID

import pytest

from freehold_app.auth.permissions import KEY_SCOPES, MATRIX, Action, allows
from freehold_app.auth.principal import Principal, Role
from freehold_app.gateway.core.head import MODELS_PATH, ROUTES
from freehold_app.keys.narrowing import refuse_key, scopes_of
from freehold_app.keys.schemas import GatewayRoute, KeyIn, Scope

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def person(role: Role) -> Principal:
    return Principal(UUID(int=1), "acme", None, "user", UUID(int=2), role)


def key_of(role: Role | None, scopes: list[str]) -> Principal:
    return Principal(UUID(int=1), "acme", None, "key", UUID(int=2), role, UUID(int=3), scopes=frozenset(scopes))


def test_the_scopes_that_can_be_asked_for_are_those_of_the_matrix() -> None:
    assert set(get_args(Scope)) == KEY_SCOPES


def test_the_routes_that_can_be_asked_for_are_those_of_the_gateway() -> None:
    assert set(get_args(GatewayRoute)) == {route.path for route in ROUTES.values()} | {MODELS_PATH}


@pytest.mark.parametrize(
    ("role", "scopes"),
    [
        (Role.VIEWER, {"read", "usage:read"}),
        (Role.MEMBER, {"read", "inference", "usage:read"}),
        (Role.ENGINEER, {"read", "inference", "usage:read", "models:write"}),
    ],
)
def test_each_role_gives_the_scopes_with_which_it_can_do_anything(role: Role, scopes: set[str]) -> None:
    assert scopes_of(role) == scopes


def test_random_keys_that_may_be_made_stay_within_their_makers() -> None:
    chance = random.Random(4711)
    made = 0
    for _ in range(10_000):
        role = chance.choice(list(Role))
        scopes = chance.sample(sorted(KEY_SCOPES), chance.randint(1, 4))
        given = KeyIn.model_validate({"name": "k", "scopes": scopes, "service": chance.random() < 0.3})
        if not allows(person(role), Action.KEYS_OWN) or refuse_key(person(role), given, NOW) is not None:
            continue
        made += 1
        key = key_of(None if given.service else role, scopes)
        assert all(allows(person(role), action) for action in MATRIX if allows(key, action)), (role, given)
    assert made > 1000


def test_a_scope_beyond_ones_role_is_named() -> None:
    given = KeyIn.model_validate({"name": "k", "scopes": ["read", "models:write"]})
    refused = refuse_key(person(Role.MEMBER), given, NOW)
    assert refused is not None
    assert (refused.status, refused.fields[0].pointer, bool(refused.fix)) == (422, "/scopes/1", True)


def test_only_administrators_make_service_keys() -> None:
    given = KeyIn(name="k", service=True)
    refused = refuse_key(person(Role.ENGINEER), given, NOW)
    assert refused is not None
    assert (refused.status, refused.fields[0].pointer) == (403, "/service")
    assert refuse_key(person(Role.ADMIN), given, NOW) is None


@pytest.mark.parametrize(("seconds", "ok"), [(-1, False), (0, False), (1, True)])
def test_a_key_ends_in_the_future(seconds: int, ok: bool) -> None:
    refused = refuse_key(person(Role.MEMBER), KeyIn(name="k", expires_at=NOW + timedelta(seconds=seconds)), NOW)
    assert (refused is None) == ok
    assert refused is None or refused.fields[0].pointer == "/expires_at"
