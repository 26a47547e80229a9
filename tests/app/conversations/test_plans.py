"""The hot queries stay inside their indexes at 10^5 rows, as freehold_app with row-level security on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import TextClause, text

from freehold_app.conversations import repository
from freehold_app.platform.postgres import Database
from tests.store_fixtures import TestDatabase

pytestmark = [pytest.mark.stores, pytest.mark.timeout(120)]
TENANT, USER = UUID(int=1), UUID(int=0x101)
CONVERSATION = UUID(f"{100:08x}{100:024x}")

# 10^5 conversations and as many messages: half of them one person's, one conversation with 20,000 messages.
_SEED = """
INSERT INTO tenants (id, name, state) SELECT lpad(to_hex(t), 32, '0')::uuid, 't' || t, 'active'
  FROM generate_series(1, 100) t;
INSERT INTO users (id, provider, subject, email, name)
SELECT lpad(to_hex(256 + u), 32, '0')::uuid, 'local', 'u' || u, 'u' || u || '@example.org', 'u' || u
  FROM generate_series(1, 100) u;
INSERT INTO conversations (tenant_id, id, owner_id, title, last_message_at, rev)
SELECT lpad(to_hex(1 + t), 32, '0')::uuid, (lpad(to_hex(n), 8, '0') || lpad(to_hex(n), 24, '0'))::uuid,
       lpad(to_hex(257 + t), 32, '0')::uuid, 'c' || n, '2026-01-01'::timestamptz + n * interval '1 minute', n
  FROM generate_series(0, 99999) n, LATERAL (SELECT CASE WHEN n % 2 = 0 THEN 0 ELSE n % 100 END AS t) AS whose;
INSERT INTO messages (tenant_id, id, conversation_id, owner_id, role, parts, status, rev)
SELECT c.tenant_id, (lpad(to_hex(n), 8, '0') || lpad(to_hex(n + 1000000), 24, '0'))::uuid, c.id, c.owner_id, 'user',
       '[]', 'complete', 200000 + n
  FROM generate_series(0, 99999) n
 CROSS JOIN LATERAL (SELECT CASE WHEN n < 20000 THEN 100 ELSE n END AS c) AS which
  JOIN conversations c ON c.id = (lpad(to_hex(which.c), 8, '0') || lpad(to_hex(which.c), 24, '0'))::uuid;
ANALYZE conversations;
ANALYZE messages;
"""


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


async def explain(database: Database, statement: TextClause, values: dict[str, Any]) -> list[dict[str, Any]]:
    """The executed nodes, never-run partitions left out."""
    query = text("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + statement.text)
    async with database.tenant(TENANT) as session:
        for _ in range(6):  # the sixth is the generic plan, which a busy process uses
            found = (await session.execute(query, values)).scalar_one()
    plan = json.loads(found) if isinstance(found, str) else found
    return [node for node in nodes(plan[0]["Plan"]) if node["Actual Loops"] > 0]


@pytest.fixture
async def seeded(db: TestDatabase, app_database: Database) -> Database:
    await db.fill(_SEED)
    return app_database


def scans(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    assert not [node for node in found if node["Node Type"] in {"Seq Scan", "Bitmap Heap Scan"}]
    return [node for node in found if "Index" in node["Node Type"]]


async def test_the_hot_queries_are_index_scans(seeded: Database) -> None:
    beyond = {"at": datetime.max.replace(tzinfo=UTC), "id": UUID(int=(1 << 128) - 1)}
    found = await explain(seeded, repository.PAGE.inside, {"owner": USER, "limit": 51, **beyond})
    [scan] = scans(found)
    assert scan["Index Name"] == "conversations_page"
    for column in ("tenant_id", "owner_id", "last_message_at", "id"):
        assert column in scan["Index Cond"]
    assert "Sort" not in {node["Node Type"] for node in found}
    assert scan["Actual Rows"] == 51
    assert found[0]["Shared Hit Blocks"] + found[0]["Shared Read Blocks"] <= 300

    deep = {"owner": USER, "limit": 51, "at": datetime(2026, 1, 5, tzinfo=UTC), "id": UUID(int=0)}
    found = await explain(seeded, repository.PAGE.inside, deep)
    assert found[0]["Shared Hit Blocks"] + found[0]["Shared Read Blocks"] <= 300
    assert next(scan["Actual Rows"] for scan in scans(found)) == 51
    assert "Sort" not in {node["Node Type"] for node in found}

    page = {"conversation": CONVERSATION, "limit": 51, "id": UUID(int=(1 << 128) - 1)}
    found = await explain(seeded, repository._MESSAGES, page)
    [scan] = scans(found)
    assert "conversation_id" in scan["Index Cond"]
    assert scan["Actual Rows"] == 51
    assert "Sort" not in {node["Node Type"] for node in found}

    found = await explain(seeded, repository._CHANGES, {"owner": USER, "rev": 0, "limit": 501})
    assert all("rev" in scan["Index Cond"] and "owner_id" in scan["Index Cond"] for scan in scans(found))
    assert all(node["Actual Rows"] <= 1002 for node in found)
