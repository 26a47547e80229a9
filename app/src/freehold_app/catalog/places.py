"""Which tenant a namespace belongs to, remembered for a while: Models come from one watch over all of them."""

from __future__ import annotations

from uuid import UUID

from freehold_app.catalog import repository
from freehold_app.kit.clock import Clock
from freehold_app.platform.postgres import Database

TTL_SECONDS = 30.0
AGAIN_SECONDS = 1.0


class Places:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._places: dict[str, UUID] = {}
        self._read_at = float("-inf")

    async def tenant_of(self, namespace: str) -> UUID | None:
        """None where no tenant has it, or not yet."""
        age = self._clock.monotonic() - self._read_at
        if age > (TTL_SECONDS if namespace in self._places else AGAIN_SECONDS):
            await self.read()
        return self._places.get(namespace)

    async def read(self) -> dict[str, UUID]:
        """Every namespace's tenant, as of now."""
        now = self._clock.monotonic()
        async with self._database.platform() as session:  # tenancy: tenants is exempt, only whose namespace it is
            self._places = await repository.places(session)
        self._read_at = now
        return self._places
