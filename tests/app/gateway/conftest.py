"""The gateway's tests. `core`: pure, no I/O. `io` and the rest: over loopback sockets against scripted engines.

Real: HTTP on both sides, uvicorn, the official client. Faked: PostgreSQL, Redis, Kubernetes. Open: TLS to providers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.app.gateway.scripted import ScriptedServer, answer, completion


@pytest.fixture
async def engine() -> AsyncIterator[ScriptedServer]:
    """A server that answers with a completion until told otherwise."""
    server = ScriptedServer(scripts=[[answer(200, completion())]])
    await server.start()
    yield server
    await server.stop()
