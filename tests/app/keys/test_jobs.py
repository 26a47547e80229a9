"""A member who leaves loses their keys for good, and nobody else's are touched."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import text

from freehold_app.auth.principal import Role
from freehold_app.keys.jobs import handlers
from freehold_app.kit.jobs import JobWorker
from freehold_app.platform.postgres import Database
from tests.app.people import Control, Person

pytestmark = pytest.mark.stores


async def run_jobs(control: Control, worker_database: Database) -> int:
    worker = JobWorker(
        worker_database,
        handlers(control.deps.announce),
        control.clock,
        CollectorRegistry(),
        concurrency=4,
        poll_seconds=1,
        lease_seconds=60,
    )
    return await worker.run_due()


async def revoked(control: Control, person: Person) -> list[bool]:
    query = text("SELECT revoked_at IS NOT NULL FROM api_keys ORDER BY created_by NULLS LAST")
    async with control.deps.database.tenant(person.tenant_id) as session:
        return list((await session.execute(query)).scalars())


async def test_the_keys_of_who_leaves_stay_dead_when_they_come_back(
    control: Control, worker_database: Database
) -> None:
    owner = await control.person("owner@example.org")
    ada = await control.person("ada@example.org", role=Role.MEMBER)
    for creator in (ada.user_id, None):
        await control.key(ada.tenant_id, "inference", creator=creator)
    await owner.delete(f"/api/v1/tenant/members/{ada.user_id}")
    assert await run_jobs(control, worker_database) == 1
    assert await revoked(control, owner) == [True, False]


async def test_who_is_back_before_the_job_runs_keeps_their_keys(control: Control, worker_database: Database) -> None:
    owner = await control.person("owner@example.org")
    ada = await control.person("ada@example.org", role=Role.MEMBER)
    await control.key(ada.tenant_id, "inference", creator=ada.user_id)
    await owner.delete(f"/api/v1/tenant/members/{ada.user_id}")
    await control.person("ada@example.org", role=Role.MEMBER)
    await run_jobs(control, worker_database)
    assert await revoked(control, owner) == [False]
