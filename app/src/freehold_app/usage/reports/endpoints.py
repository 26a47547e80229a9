"""/api/v1/usage: what was used, by day. One's own for everybody, the tenant's for those whom the matrix lets see it.

A key with the scope `usage:read` may ask, too: a person's key sees what that person sees, a service key itself or the
tenant.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from freehold_app.auth.access import OwnUsageReader, TenantSession
from freehold_app.kit.given import RequestClock, given
from freehold_app.kit.routing import RestRoute
from freehold_app.usage.reports import service
from freehold_app.usage.reports.days import Month, asked_days, grouping, points_for
from freehold_app.usage.reports.export import Exports
from freehold_app.usage.reports.schemas import Range, SeriesQuery, TopQuery, UsageSeries, UsageSummary, UsageTop

router = APIRouter(prefix="/usage", tags=["usage"], route_class=RestRoute)


@router.get("/summary")
async def summarise_usage(
    asked: Annotated[Range, Query()], principal: OwnUsageReader, session: TenantSession, clock: RequestClock
) -> UsageSummary:
    """The figures of a range of days, and where the month is heading."""
    days = asked_days(asked.first, asked.last, clock.now())
    month = Month.up_to(days.last, clock.now())
    return await service.summary(session, service.whose(principal, tenant=asked.scope == "tenant"), days, month)


@router.get("/series")
async def chart_usage(
    asked: Annotated[SeriesQuery, Query()], principal: OwnUsageReader, session: TenantSession, clock: RequestClock
) -> UsageSeries:
    """Usage by day, Model, key or person, ready for a chart."""
    days = asked_days(asked.first, asked.last, clock.now())
    by_day, part = grouping(asked.by)
    parts = points_for(days, by_day=by_day, grouped=part is not None, wanted=asked.groups)
    of = service.whose(principal, tenant=asked.scope == "tenant")
    found = await service.points(session, of, days, by_day=by_day, part=part, parts=parts, metric=asked.metric)
    return UsageSeries(first=days.first, last=days.last, by=asked.by, points=found)


@router.get("/top")
async def rank_usage(
    asked: Annotated[TopQuery, Query()], principal: OwnUsageReader, session: TenantSession, clock: RequestClock
) -> UsageTop:
    """The Models, keys or people with most usage, and all others together."""
    days = asked_days(asked.first, asked.last, clock.now())
    of = service.whose(principal, tenant=asked.scope == "tenant")
    found = await service.points(session, of, days, by_day=False, part=asked.by, parts=asked.limit, metric=asked.metric)
    return UsageTop(first=days.first, last=days.last, items=found)


class CsvResponse(StreamingResponse):
    media_type = "text/csv; charset=utf-8; header=present"


@router.get("/export.csv", response_class=CsvResponse)
async def export_usage(
    asked: Annotated[Range, Query()],
    principal: OwnUsageReader,
    clock: RequestClock,
    exports: Annotated[Exports, Depends(given(Exports))],
) -> CsvResponse:
    """Usage as CSV, a line per day, Model, key, person and kind of outcome. Four exports an hour."""
    days = asked_days(asked.first, asked.last, clock.now())
    whose = service.whose(principal, tenant=asked.scope == "tenant")
    name = f"usage-{days.first}-{days.last}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return CsvResponse(await exports.begin(principal, whose, days), headers=headers)
