"""What is taken away is gone everywhere within five seconds: at once by Redis, after three seconds without it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from redis.asyncio import Redis

from freehold_app.auth.directory import TTL_SECONDS, TTL_UNHEARD_SECONDS, Directory
from freehold_app.auth.errors import UnauthenticatedError
from freehold_app.auth.invalidation import INVALIDATION_CHANNEL, Invalidation, RedisAnnounce
from freehold_app.auth.local import repository
from freehold_app.auth.principal import Role
from freehold_app.platform.redis import connect
from freehold_app.platform.subscription import follow_channel
from freehold_app.settings import RedisSettings
from tests.app.people import Control, Person

pytestmark = pytest.mark.stores


@pytest.fixture
def directory(control: Control) -> Directory:
    """Another replica's."""
    deps = control.deps
    return Directory(deps.database, deps.peppers, deps.provider, deps.clock)


@pytest.fixture
async def redis(valkey: str) -> AsyncIterator[Redis]:
    client = connect(RedisSettings.model_validate({"url": valkey}), deadline_seconds=5)
    yield client
    await client.aclose()


async def end(control: Control, person: Person) -> None:
    """In the database only: nobody is told."""
    async with control.deps.database.platform() as session:
        await repository.revoke(session, person.session_id, control.clock.now())


async def knows(directory: Directory, credential: str) -> bool:
    try:
        await directory.principal(credential)
    except UnauthenticatedError:
        return False
    return True


async def test_a_caller_is_looked_up_once_and_not_for_every_call(control: Control, directory: Directory) -> None:
    ada = await control.person("ada@example.org")
    taken = control.deps.database.watch.taken
    await asyncio.gather(*(directory.principal(ada.access) for _ in range(50)))
    assert control.deps.database.watch.taken == taken + 1


async def test_while_nobody_hears_what_is_revoked_it_is_forgotten_after_three_seconds(
    control: Control, directory: Directory
) -> None:
    ada = await control.person("ada@example.org")
    assert await knows(directory, ada.access)
    await end(control, ada)
    assert await knows(directory, ada.access)
    control.clock.advance(TTL_UNHEARD_SECONDS + 0.1)
    assert not await knows(directory, ada.access)


async def test_what_is_announced_is_forgotten_at_once(control: Control, directory: Directory, redis: Redis) -> None:
    ada = await control.person("ada@example.org")
    following = asyncio.create_task(follow_channel(redis, INVALIDATION_CHANNEL, directory))
    async with asyncio.timeout(10):
        while directory.ttl_seconds != TTL_SECONDS:  # noqa: ASYNC110  it is set by the other task
            await asyncio.sleep(0.01)
        assert await knows(directory, ada.access)
        await end(control, ada)
        await RedisAnnounce(redis)("session", ada.tenant_id, ada.session_id)
        while await knows(directory, ada.access):  # noqa: ASYNC110  it is forgotten by the other task
            await asyncio.sleep(0.01)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


LATER = Invalidation(seq=9, tenant_id=UUID(int=1), kind="key", id=UUID(int=2))


@pytest.mark.parametrize("data", [b"nonsense", LATER.encode()])
async def test_what_cannot_be_read_or_was_missed_empties_everything(
    control: Control, directory: Directory, data: bytes
) -> None:
    ada = await control.person("ada@example.org")
    directory.joined()
    first = Invalidation(seq=1, tenant_id=ada.tenant_id, kind="key", id=ada.tenant_id)
    directory.heard(first.encode())
    assert await knows(directory, ada.access)
    await end(control, ada)
    directory.heard(data)
    assert not await knows(directory, ada.access)


async def test_a_change_while_a_caller_is_looked_up_is_not_remembered_over(
    control: Control, directory: Directory
) -> None:
    ada = await control.person("ada@example.org", role=Role.MEMBER)
    asking = asyncio.ensure_future(directory.principal(ada.access))
    await asyncio.sleep(0)
    directory.forget(ada.user_id)
    await asking
    await asyncio.sleep(0)
    taken = control.deps.database.watch.taken
    await directory.principal(ada.access)
    assert control.deps.database.watch.taken == taken + 1


async def test_an_api_key_is_a_principal_with_its_scopes(control: Control, directory: Directory) -> None:
    tenant_id = await control.tenant("acme")
    found = await directory.principal(await control.key(tenant_id, "read", "models:write"))
    assert (found.kind, found.role, found.tenant_id) == ("key", None, tenant_id)
    assert found.scopes == {"read", "models:write"}
    assert found.namespace == "tenant-acme"
