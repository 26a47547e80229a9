"""Keys from their creation to their end, over the real look-up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy import text

from freehold_app.auth import INVALIDATION_CHANNEL, AuthUnavailableError, GrantFlag, Invalidation
from freehold_app.auth.digests import Peppers
from freehold_app.auth.invalidation import Kind, RedisAnnounce
from freehold_app.auth.key_format import NewKey, new_key
from freehold_app.auth.principals import DatabasePrincipals
from freehold_app.keys.errors import ApiKeyNotFoundError, ApiKeyRequestError
from freehold_app.keys.service import KeyRequest, create_key, revoke_key
from freehold_app.kit.clock import SystemClock
from freehold_app.platform.errors import DatabaseUnavailableError
from freehold_app.platform.postgres import Database, open_database
from freehold_app.platform.redis import connect
from freehold_app.settings import RedisSettings
from freehold_app.tenants.errors import TenantNameError
from freehold_app.tenants.service import enter_tenant
from tests.app.conftest import FakeClock
from tests.store_fixtures import TestDatabase

pytestmark = pytest.mark.stores

CLOCK = SystemClock()


@pytest.fixture
async def tenant_id(app_database: Database) -> UUID:
    return await enter_tenant(app_database, "team-a", CLOCK)


@pytest.fixture
def principals(app_database: Database, peppers: Peppers) -> DatabasePrincipals:
    return DatabasePrincipals(app_database, peppers)


async def make(database: Database, peppers: Peppers, tenant_id: UUID, **request: object) -> NewKey:
    return await create_key(database, peppers, CLOCK, tenant_id, KeyRequest("test", **request))  # type: ignore[arg-type]


async def silent(kind: Kind, tenant_id: UUID, changed: UUID) -> bool:
    return True


async def test_a_new_key_grants_what_it_was_made_for(
    app_database: Database, peppers: Peppers, tenant_id: UUID, principals: DatabasePrincipals
) -> None:
    key = await make(app_database, peppers, tenant_id, models=["smollm2", "qwen*"], routes=["/v1/embeddings"])
    grant = await principals.lookup(key.text)
    assert grant is not None
    assert (grant.kind, grant.tenant, grant.tenant_id) == ("key", "team-a", tenant_id)
    assert grant.models == ("smollm2", "qwen*")
    assert grant.routes == frozenset({"/v1/embeddings"})
    assert grant.expires_at is None


async def test_a_key_without_limits_grants_all(
    app_database: Database, peppers: Peppers, tenant_id: UUID, principals: DatabasePrincipals
) -> None:
    grant = await principals.lookup((await make(app_database, peppers, tenant_id)).text)
    assert grant is not None
    assert (grant.models, grant.routes, grant.flags) == (None, None, frozenset())


async def test_the_key_itself_is_stored_nowhere(
    db: TestDatabase, app_database: Database, peppers: Peppers, tenant_id: UUID
) -> None:
    key = await make(app_database, peppers, tenant_id)
    superuser = await db.superuser()
    stored = str([tuple(row) for row in await superuser.fetch("SELECT * FROM api_keys")])
    await superuser.close()
    secret = key.text.removeprefix(f"fhk_{key.public_id}_")
    assert key.public_id in stored
    assert not any(secret[start : start + 8] in stored for start in range(len(secret) - 7))


async def test_an_unknown_key_grants_nothing(principals: DatabasePrincipals) -> None:
    assert await principals.lookup(new_key().text) is None


async def test_a_malformed_key_is_refused_without_a_look_up(app_database: Database, peppers: Peppers) -> None:
    taken = app_database.watch.taken
    assert await DatabasePrincipals(app_database, peppers).lookup("fhk_nonsense") is None
    assert app_database.watch.taken == taken


async def test_a_revoked_key_is_unknown_and_cannot_be_revoked_again(
    app_database: Database, peppers: Peppers, tenant_id: UUID, principals: DatabasePrincipals
) -> None:
    key = await make(app_database, peppers, tenant_id)
    assert await revoke_key(app_database, silent, tenant_id, key.public_id)
    assert await principals.lookup(key.text) is None
    with pytest.raises(ApiKeyNotFoundError):
        await revoke_key(app_database, silent, tenant_id, key.public_id)


async def test_another_tenants_key_cannot_be_revoked(
    app_database: Database, peppers: Peppers, tenant_id: UUID, principals: DatabasePrincipals
) -> None:
    key = await make(app_database, peppers, tenant_id)
    other = await enter_tenant(app_database, "team-b", CLOCK)
    with pytest.raises(ApiKeyNotFoundError):
        await revoke_key(app_database, silent, other, key.public_id)
    assert await principals.lookup(key.text) is not None


async def test_an_expired_key_still_says_whose_it_was(
    app_database: Database, peppers: Peppers, tenant_id: UUID, principals: DatabasePrincipals, clock: FakeClock
) -> None:
    request = KeyRequest("test", expires_days=1)
    key = await create_key(app_database, peppers, clock, tenant_id, request)
    grant = await principals.lookup(key.text)
    assert grant is not None
    assert not grant.expired(clock.now())
    assert grant.expired(clock.now() + timedelta(days=1))


async def test_a_suspended_tenant_shows_in_the_grant(
    db: TestDatabase, app_database: Database, peppers: Peppers, tenant_id: UUID, principals: DatabasePrincipals
) -> None:
    key = await make(app_database, peppers, tenant_id)
    superuser = await db.superuser()
    await superuser.execute("UPDATE tenants SET state = 'suspended'")
    await superuser.close()
    grant = await principals.lookup(key.text)
    assert grant is not None
    assert grant.flags == {GrantFlag.TENANT_SUSPENDED}


async def test_keys_of_an_older_pepper_still_work(app_database: Database, peppers: Peppers, tenant_id: UUID) -> None:
    old = await make(app_database, peppers, tenant_id)
    rotated = Peppers({1: b"first-pepper-of-the-tests-0123456789", 2: b"second-pepper"})
    new = await make(app_database, rotated, tenant_id)
    principals = DatabasePrincipals(app_database, rotated)
    assert await principals.lookup(old.text) is not None
    assert await principals.lookup(new.text) is not None
    assert await DatabasePrincipals(app_database, Peppers({3: b"none of these"})).lookup(old.text) is None


async def test_a_database_that_was_restarted_is_used_again_without_a_refusal(
    db: TestDatabase, app_database: Database, peppers: Peppers, tenant_id: UUID, principals: DatabasePrincipals
) -> None:
    key = await make(app_database, peppers, tenant_id)
    superuser = await db.superuser()
    ended = await superuser.fetchval(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'freehold_app'"
    )
    await superuser.close()
    assert ended
    assert await principals.lookup(key.text) is not None


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ((":{port}/", ":9/"), "ConnectionRefusedError"),
        (("only-for-tests", "another-password"), "InvalidPasswordError"),
        (("/test_", "/no_such_"), "InvalidCatalogNameError"),
    ],
)
async def test_a_database_that_cannot_be_asked_is_no_unknown_key(
    db: TestDatabase, peppers: Peppers, wrong: tuple[str, str], kind: str
) -> None:
    old, new = wrong[0].format(port=db.server.port), wrong[1]
    url = SecretStr(db.url("app").get_secret_value().replace(old, new))
    database = open_database(url, db.settings("app"), CLOCK)
    with pytest.raises(AuthUnavailableError) as refused:
        await DatabasePrincipals(database, peppers).lookup(new_key().text)
    assert isinstance(refused.value.__cause__, DatabaseUnavailableError)
    assert refused.value.__cause__.detail == kind
    await database.close()


@pytest.mark.parametrize("request_", [KeyRequest(""), KeyRequest("x" * 201), KeyRequest("x", expires_days=0)])
async def test_an_impossible_request_is_refused(
    app_database: Database, peppers: Peppers, tenant_id: UUID, request_: KeyRequest
) -> None:
    with pytest.raises(ApiKeyRequestError):
        await create_key(app_database, peppers, CLOCK, tenant_id, request_)


async def test_a_tenant_keeps_its_id(app_database: Database, tenant_id: UUID) -> None:
    assert await enter_tenant(app_database, "team-a", CLOCK) == tenant_id


@pytest.mark.parametrize("name", ["", "Team", "-a", "a-", "a b", "a" * 64, "a;drop"])
async def test_a_name_that_no_tenant_can_have_is_refused(app_database: Database, name: str) -> None:
    with pytest.raises(TenantNameError):
        await enter_tenant(app_database, name, CLOCK)


@pytest.fixture
async def listener(valkey: str) -> AsyncIterator[Redis]:
    redis = connect(RedisSettings.model_validate({"url": valkey}), deadline_seconds=5)
    yield redis
    await redis.aclose()


async def test_a_revocation_is_announced_with_a_number_that_counts_up(
    app_database: Database, peppers: Peppers, tenant_id: UUID, listener: Redis
) -> None:
    keys = [await make(app_database, peppers, tenant_id) for _ in range(2)]
    async with listener.pubsub() as subscription:
        await subscription.subscribe(INVALIDATION_CHANNEL)
        await subscription.get_message(timeout=5)
        for key in keys:
            assert await revoke_key(app_database, RedisAnnounce(listener), tenant_id, key.public_id)
        heard = [await subscription.get_message(timeout=5) for _ in keys]
    news = [Invalidation.decode(message["data"]) for message in heard if message]
    assert [item.tenant_id for item in news] == [tenant_id, tenant_id]
    assert news[1].seq == news[0].seq + 1


async def test_a_revocation_holds_although_nobody_could_be_told(
    app_database: Database, peppers: Peppers, tenant_id: UUID, principals: DatabasePrincipals
) -> None:
    key = await make(app_database, peppers, tenant_id)
    nowhere = connect(RedisSettings.model_validate({"url": "redis://127.0.0.1:9"}))
    assert not await revoke_key(app_database, RedisAnnounce(nowhere), tenant_id, key.public_id)
    assert await principals.lookup(key.text) is None
    await nowhere.aclose()


async def test_the_look_up_stays_cheap_among_many_keys(db: TestDatabase) -> None:
    """At most six pages, by the unique index, as the role that runs it."""
    superuser = await db.superuser()
    await superuser.execute(
        "INSERT INTO tenants (id, name) SELECT gen_random_uuid(), 't-' || n FROM generate_series(1, 100) n"
    )
    await superuser.execute(
        "INSERT INTO api_keys (tenant_id, id, public_id, name, digest, pepper_version, prefix, last4)"
        " SELECT t.id, gen_random_uuid(), lpad(n::text, 10, '0'), 'n', sha256((t.name || '/' || n)::bytea),"
        " 1, 'p', 'last'"
        " FROM tenants t, generate_series(1, 1000) n"
    )
    body = await superuser.fetchval("SELECT prosrc FROM pg_proc WHERE proname = 'auth_api_key'")
    await superuser.execute("ANALYZE api_keys, tenants; SET ROLE freehold_auth")
    digest = await superuser.fetchval("SELECT digest FROM api_keys OFFSET 500 LIMIT 1")
    query = body.replace("wanted", f"'\\x{digest.hex()}'")
    rows = await superuser.fetch(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT TEXT) {query}")
    await superuser.close()
    plan = "\n".join(row[0] for row in rows)
    assert "api_keys_digest_key" in plan
    assert "Seq Scan on api_keys" not in plan
    hits = [int(word.partition("=")[2]) for word in plan.split() if word.startswith("hit=")]
    assert hits[0] <= 6 + 2, plan  # six for the key, two for its tenant's name


async def test_the_look_up_is_all_that_the_app_sees_without_a_tenant(
    app_database: Database, peppers: Peppers, tenant_id: UUID
) -> None:
    key = await make(app_database, peppers, tenant_id)
    _, digest = peppers.sign(key.text)
    async with app_database.platform() as session:
        found = (await session.execute(text("SELECT tenant FROM auth_api_key(:d)"), {"d": digest})).scalars().all()
        guessed = (await session.execute(text("SELECT tenant FROM auth_api_key(:d)"), {"d": uuid4().bytes * 2})).all()
    assert (found, guessed) == (["team-a"], [])
