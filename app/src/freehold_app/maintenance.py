"""What the database needs once a day. The chart runs it as a job, as the owner: the app's roles may not do DDL."""

from __future__ import annotations

import structlog

from freehold_app.kit.clock import SystemClock
from freehold_app.migrate import owner_engine
from freehold_app.platform.partitions import DailyTable, maintain_daily
from freehold_app.settings import Settings


async def maintain(settings: Settings) -> None:
    table = DailyTable("usage_events", keep_days=settings.retention.usage_events_days)
    async with owner_engine(settings.database) as engine:
        done = await maintain_daily(engine, table, SystemClock().now().date())
    structlog.get_logger(__name__).info("partitions_maintained", count=len(done.created), dropped=len(done.dropped))
