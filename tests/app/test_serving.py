"""The app as a process: ports, health, metrics, an orderly end, and usage that survives a violent one."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest
from redis.asyncio import Redis

from freehold_app.events import USAGE_FIELD, USAGE_SHARDS, pack, usage_stream
from freehold_app.kit.clock import SystemClock
from freehold_app.kit.ids import new_id
from freehold_app.platform.redis import connect
from freehold_app.settings import RedisSettings
from tests.app.processes import serving
from tests.app.samples import usage_event
from tests.store_fixtures import TestDatabase

pytestmark = [pytest.mark.stores, pytest.mark.timeout(240)]

TOKEN = "demand-token-of-the-tests"
ROUTES = """
models: [{name: echo, tenant: bench, endpoints: ["http://127.0.0.1:9"]}]
tenants: [{name: bench}]
keys: [{id: k1, tenant: bench, secret: "fhk_for_the_routes_file"}]
"""
KILLS = 2
EVENTS_PER_LIFE = 400


def stores(db: TestDatabase, valkey: str) -> dict[str, str]:
    return {
        "FREEHOLD_ENVIRONMENT": "development",
        "FREEHOLD_DATABASE_URL": db.url("app").get_secret_value(),
        "FREEHOLD_DATABASE_WORKER_URL": db.url("worker").get_secret_value(),
        "FREEHOLD_REDIS_URL": valkey,
        "FREEHOLD_KEYS_PEPPERS": '{"1": "pepper"}',
    }


def test_gateway_and_worker_share_a_process_and_end_in_order(db: TestDatabase, valkey: str, tmp_path: Path) -> None:
    routes = tmp_path / "routes.yaml"
    routes.write_text(ROUTES)
    environment = stores(db, valkey) | {
        "FREEHOLD_GATEWAY_ROUTES": str(routes),
        "FREEHOLD_GATEWAY_DEMAND_TOKEN": TOKEN,
        "FREEHOLD_DRAIN_SECONDS": "1",
    }
    with serving(environment, "gateway,worker", tmp_path) as app:
        app.wait_until("/readyz", 200)
        assert app.get(app.admin + "/livez")[0] == 200
        assert app.get(app.admin + "/startupz")[0] == 200
        metrics = app.get(app.admin + "/metrics")[1]
        assert 'freehold_database_connections_in_use{pool="worker"}' in metrics
        assert "freehold_loop_lag_seconds" in metrics
        assert "freehold_usage_backlog" in metrics
        demand = app.admin + "/internal/demand"
        assert app.get(demand)[0] == 401
        assert app.get(demand, authorization="Bearer other")[0] == 401
        assert app.get(demand, authorization=f"Bearer {TOKEN}")[0] == 200
        assert app.get(app.public + "/internal/demand")[0] == 404
        assert app.get(app.public + "/metrics")[0] == 404
        assert app.get(app.public + "/v1/models")[0] == 401
        app.process.terminate()
        app.wait_until("/readyz", 503)
        assert app.get(app.admin + "/readyz")[1] == "draining\n"
        assert app.get(app.public + "/v1/models")[0] == 401  # still answering while the news spreads
        assert app.process.wait(30) == 0
    log = (tmp_path / "app.log").read_text()
    assert '"event": "stopped"' in log
    assert TOKEN not in log
    assert "only-for-tests" not in log


def test_control_serves_people_beside_the_gateway_and_ends_in_order(
    db: TestDatabase, valkey: str, tmp_path: Path
) -> None:
    routes = tmp_path / "routes.yaml"
    routes.write_text(ROUTES)
    environment = stores(db, valkey) | {
        "FREEHOLD_GATEWAY_ROUTES": str(routes),
        "FREEHOLD_GATEWAY_DEMAND_TOKEN": TOKEN,
        "FREEHOLD_AUTH_SIGNING_KEYS": '{"1": "signing-key"}',
        "FREEHOLD_DRAIN_SECONDS": "1",
    }
    with serving(environment, "gateway,control,worker", tmp_path) as app:
        app.wait_until("/readyz", 200)
        assert app.get(app.public + "/auth/config")[0] == 200
        assert app.get(app.public + "/api/v1/me")[0] == 401
        assert app.get(app.public + "/v1/models")[0] == 401
        assert app.get(app.public + "/docs")[0] == 404
        app.process.terminate()
        app.wait_until("/readyz", 503)
        assert app.get(app.public + "/auth/config")[0] == 200  # still answering while the news spreads
        assert app.process.wait(30) == 0
    log = (tmp_path / "app.log").read_text()
    assert "signing-key" not in log
    assert "Traceback" not in log


def test_control_is_unready_while_its_database_is_away(valkey: str, tmp_path: Path) -> None:
    environment = {
        "FREEHOLD_ENVIRONMENT": "development",
        "FREEHOLD_DATABASE_URL": "postgresql+asyncpg://a:b@127.0.0.1:9/x",
        "FREEHOLD_REDIS_URL": valkey,
        "FREEHOLD_KEYS_PEPPERS": '{"1": "pepper"}',
        "FREEHOLD_AUTH_SIGNING_KEYS": '{"1": "signing-key"}',
        "FREEHOLD_TURNS_GATEWAY_URL": "http://127.0.0.1:9",
    }
    with serving(environment, "control", tmp_path) as app:
        app.wait_until("/livez", 200)
        app.wait_until("/readyz", 503)
        status, body = app.get(app.public + "/auth/config")
    assert status == 503
    assert '"code":"database_unavailable"' in body


def test_a_database_without_schema_holds_the_start_back(empty_db: TestDatabase, valkey: str, tmp_path: Path) -> None:
    with serving(stores(empty_db, valkey), "worker", tmp_path) as app:
        app.wait_until("/livez", 200)
        app.wait_until("/startupz", 503)
        assert "run migrate" in app.get(app.admin + "/startupz")[1]
        assert app.get(app.admin + "/readyz")[0] == 503


async def fill(redis: Redis, count: int) -> None:
    pipeline = redis.pipeline(transaction=False)
    for number in range(count):
        event = usage_event(request_id=new_id(SystemClock()), seq=number)
        pipeline.xadd(usage_stream(number % USAGE_SHARDS), {USAGE_FIELD: pack(event)})
    await pipeline.execute()


async def emptied(redis: Redis) -> None:
    while any([await redis.xlen(usage_stream(shard)) for shard in range(USAGE_SHARDS)]):  # noqa: ASYNC110  elsewhere
        await asyncio.sleep(0.05)


async def test_a_worker_that_is_killed_again_and_again_counts_all_usage_once(
    db: TestDatabase, valkey: str, tmp_path: Path
) -> None:
    redis = connect(RedisSettings.model_validate({"url": valkey}), deadline_seconds=10)
    moment = random.Random(7)
    for _ in range(KILLS):
        await fill(redis, EVENTS_PER_LIFE)
        with serving(stores(db, valkey), "worker", tmp_path) as app:
            await asyncio.to_thread(app.wait_until, "/livez", 200)
            await fill(redis, EVENTS_PER_LIFE)
            await asyncio.sleep(moment.uniform(0, 0.05))  # and then SIGKILL, somewhere in the work
    with serving(stores(db, valkey), "worker", tmp_path):
        async with asyncio.timeout(60):
            await emptied(redis)
    await redis.aclose()
    superuser = await db.superuser()
    expected = 2 * KILLS * EVENTS_PER_LIFE
    assert await superuser.fetchval("SELECT count(*) FROM usage_events") == expected
    assert await superuser.fetchval("SELECT sum(requests) FROM usage_hourly") == expected
    await superuser.close()
