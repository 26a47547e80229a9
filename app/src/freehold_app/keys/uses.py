"""When keys were last used at control. What they do at the gateway is noted by the usage writer.

Noted in memory and written once a minute, so that no request waits for it; a process that is killed forgets a minute.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from freehold_app.keys import repository
from freehold_app.platform.errors import PlatformError
from freehold_app.platform.postgres import Database
from freehold_app.usage.jobs import wait_or_stop

EVERY_SECONDS = 60.0

type Uses = Mapping[tuple[UUID, UUID], datetime]
"""(tenant, key) to its latest use."""


class KeyUses:
    """The loop that writes what `take` gives; what cannot be written now is dropped, the next use comes soon."""

    def __init__(self, database: Database, take: Callable[[], Uses], every_seconds: float = EVERY_SECONDS) -> None:
        self._database = database
        self._take = take
        self._every_seconds = every_seconds

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await wait_or_stop(stop, self._every_seconds)
            try:
                await self.write()
            except PlatformError:
                continue

    async def write(self) -> None:
        """In one order, so that two processes that write the same keys cannot block each other."""
        for (tenant_id, key_id), at in sorted(self._take().items()):
            async with self._database.tenant(tenant_id) as session:
                await repository.note_use(session, tenant_id, key_id, at)
