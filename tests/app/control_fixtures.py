"""`control`: the control role over ASGI on this test's own database, without Redis and without a cluster.

Real: routes, middlewares, PostgreSQL with row-level security. Faked: time. Open: the network, TLS, other replicas.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from freehold_app.control import ControlRole
from freehold_app.lifespan import Resources
from freehold_app.main import control_deps
from freehold_app.platform.postgres import open_database
from freehold_app.platform.telemetry import new_registry
from freehold_app.settings import Settings
from freehold_app.worker import count_restarts
from tests.app.conftest import FakeClock
from tests.app.people import BOOTSTRAP_TOKEN, PUBLIC_URL, Control, client_of
from tests.store_fixtures import TestDatabase

PEPPER = "first-pepper-of-the-tests-0123456789"
SIGNING_KEY = "signing-key-of-the-tests-0123456789abc"


def control_settings(db: TestDatabase) -> Settings:
    return Settings.model_validate(
        {
            "environment": "development",
            "public_url": PUBLIC_URL,
            "database": {"url": db.url("app"), "worker_url": db.url("worker")},
            "keys": {"peppers": {1: SecretStr(PEPPER)}},
            "auth": {"signing_keys": {1: SIGNING_KEY}, "bootstrap_token": BOOTSTRAP_TOKEN},
        }
    )


@pytest.fixture
async def control(db: TestDatabase, clock: FakeClock) -> AsyncIterator[Control]:
    settings = control_settings(db)
    database = open_database(settings.database.url, settings.database, clock)
    resources = Resources(clock=clock, registry=new_registry(), database=database)
    deps = control_deps(settings, resources)
    role = ControlRole(deps, count_restarts(resources.registry))
    async with client_of(role) as anonymous:
        yield Control(role, deps, clock, anonymous)
    await role.close()
    await database.close()
