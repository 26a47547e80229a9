"""What a grant read from the database may be used for later: it is logged and counted, as JSON."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import UUID

import orjson
from asyncpg.pgproto import pgproto

from freehold_app.auth.repository import key_by_digest

ID = "01a20bbb-ecbb-73e0-8c67-366d2fbbe049"


def session_with(row: object) -> Any:
    """A session whose one query finds one row."""

    async def execute(*_: object) -> object:
        return SimpleNamespace(one_or_none=lambda: row)

    return SimpleNamespace(execute=execute)


async def test_the_drivers_ids_become_plain_ones_that_json_knows() -> None:
    row = SimpleNamespace(
        tenant_id=pgproto.UUID(ID),
        tenant="acme",
        key_id=pgproto.UUID(ID),
        routes=None,
        models=None,
        expires_at=None,
        tenant_state="active",
        namespace="tenant-acme",
        scopes=["read", "inference"],
        created_by=None,
        role=None,
    )
    found = await key_by_digest(session_with(row), b"digest")
    assert found is not None
    grant = found.grant
    assert (type(grant.tenant_id), grant.key_id) == (UUID, UUID(ID))
    assert orjson.loads(orjson.dumps([grant.tenant_id, grant.key_id])) == [ID, ID]
