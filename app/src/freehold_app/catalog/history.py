"""Lifelines for lists, out of stored changes: read and drawn once a minute per tenant, so that lists stay unchanged."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from freehold_app.catalog import repository
from freehold_app.catalog.lifeline import DAY, Change, activation_seconds, lifeline
from freehold_app.catalog.repository import Step
from freehold_app.catalog.transitions import PHASE
from freehold_app.kit.clock import Clock
from freehold_app.platform.postgres import Database

TTL_SECONDS = 60.0
MAX_TENANTS = 1000
PHASES = 100
JUST_NOW = timedelta(seconds=1)


@dataclass(slots=True)
class _Day:
    """One tenant's last 24 hours, as of `at`."""

    read_at: float
    at: datetime
    models: frozenset[str]
    phases: dict[str, list[Change]] = field(default_factory=dict)
    revisions: dict[str, list[datetime]] = field(default_factory=dict)
    drawn: dict[tuple[str, str], str] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        if step.type == PHASE:
            self.phases.setdefault(step.model, []).append((step.at, step.status))
        else:
            self.revisions.setdefault(step.model, []).append(step.at)

    def draw(self, model: str, phase: str, now: datetime) -> str:
        """With the phase that the watch shows, which may be newer than what is stored."""
        if (model, phase) not in self.drawn:
            changes = self.phases.get(model, [])
            if not changes or changes[-1][1] != phase:
                changes = [*changes, (min(self.at, now - JUST_NOW), phase)]
            self.drawn[model, phase] = lifeline(changes, self.revisions.get(model, ()), now)
        return self.drawn[model, phase]


class History:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._days: OrderedDict[UUID, _Day] = OrderedDict()

    async def lifelines(self, tenant_id: UUID, phases: Sequence[tuple[str, str]]) -> list[str]:
        """One for each (Model, present phase)."""
        day = await self._day(tenant_id, frozenset(model for model, _ in phases))
        return [day.draw(model, phase, self._clock.now()) for model, phase in phases]

    async def usual_seconds(self, tenant_id: UUID, model: str) -> float | None:
        """How long the Model usually takes to wake."""
        async with self._database.tenant(tenant_id) as session:
            return activation_seconds(await repository.phases(session, model, PHASES))

    async def _day(self, tenant_id: UUID, models: frozenset[str]) -> _Day:
        day, now = self._days.get(tenant_id), self._clock.monotonic()
        if day is not None and now - day.read_at <= TTL_SECONDS and models <= day.models:
            return day
        at = self._clock.now()
        fresh = _Day(now, at, models if day is None else models | day.models)
        async with self._database.tenant(tenant_id) as session:
            for step in await repository.day(session, sorted(fresh.models), at - DAY):
                fresh.take(step)
        self._days[tenant_id] = fresh
        self._days.move_to_end(tenant_id)
        if len(self._days) > MAX_TENANTS:
            self._days.popitem(last=False)
        return fresh
