"""Sums to answers, and whose sums a caller may see."""

from __future__ import annotations

from uuid import UUID

from freehold_app.auth.errors import ForbiddenRoleError
from freehold_app.auth.permissions import Action, allows
from freehold_app.auth.principal import Principal
from freehold_app.platform.postgres import TenantSession
from freehold_app.usage.reports import repository
from freehold_app.usage.reports.days import Days, Month
from freehold_app.usage.reports.repository import NOBODY, Cell, Metric, Name, Part, Whose
from freehold_app.usage.reports.schemas import MonthSoFar, UsagePoint, UsageSummary

_NOTHING = Cell(None, 1, None, 0, 0, 0, 0, 0, 0, 0, 0)


def whose(principal: Principal, *, tenant: bool) -> Whose:
    """ForbiddenRoleError where everybody's was asked for and only the caller's own may be seen."""
    if tenant and not allows(principal, Action.USAGE_TENANT):
        raise ForbiddenRoleError(fix="Leave `scope` out to see your own usage.")
    if tenant:
        return Whose("tenant", None)
    if principal.user_id is not None:
        return Whose("user", principal.user_id)
    return Whose("key", principal.key_id)


async def summary(session: TenantSession, of: Whose, days: Days, month: Month) -> UsageSummary:
    asked = await _total(session, of, days)
    so_far = await _total(session, of, month.days)
    return UsageSummary(
        first=days.first,
        last=days.last,
        **_sums(asked),
        cached_tokens=asked.cached_tokens,
        reasoning_tokens=asked.reasoning_tokens,
        own_share=asked.own_tokens / asked.tokens if asked.tokens else None,
        month=MonthSoFar(
            first=month.days.first,
            **_sums(so_far),
            at_this_pace_tokens=month.at_this_pace(so_far.tokens),
            at_this_pace_cost_usd_micros=month.at_this_pace(so_far.cost_usd_micros),
        ),
    )


async def points(
    session: TenantSession, of: Whose, days: Days, *, by_day: bool, part: Part | None, parts: int, metric: Metric
) -> list[UsagePoint]:
    cells = await repository.sums(
        session, of, days.first, days.last, by_day=by_day, part=part, parts=parts, metric=metric
    )
    ids = {UUID(cell.part) for cell in cells if part in ("key", "user") and cell.part is not None}
    names = await repository.names(session, part, sorted(ids - {NOBODY}))
    return [_point(cell, part, names) for cell in cells]


async def _total(session: TenantSession, of: Whose, days: Days) -> Cell:
    cells = await repository.sums(session, of, days.first, days.last)
    return cells[0] if cells else _NOTHING


def _point(cell: Cell, part: Part | None, names: dict[str, Name]) -> UsagePoint:
    sums = _sums(cell)
    if part is None:
        return UsagePoint(bucket=cell.bucket, group=None, kind="all", label=None, detail=None, **sums)
    if cell.part is None:
        return UsagePoint(bucket=cell.bucket, group=None, kind="rest", label=None, detail=None, **sums)
    if part != "model" and cell.part == str(NOBODY):
        return UsagePoint(bucket=cell.bucket, group=None, kind="none", label=None, detail=None, **sums)
    name = Name(cell.part, "") if part == "model" else names.get(cell.part)
    label, detail = (None, None) if name is None else (name.label, name.detail or None)
    return UsagePoint(bucket=cell.bucket, group=cell.part, kind="one", label=label, detail=detail, **sums)


def _sums(cell: Cell) -> dict[str, int]:
    return {
        "requests": cell.requests,
        "errors": cell.errors,
        "tokens": cell.tokens,
        "prompt_tokens": cell.prompt_tokens,
        "completion_tokens": cell.completion_tokens,
        "cost_usd_micros": cell.cost_usd_micros,
        "own_tokens": cell.own_tokens,
    }
