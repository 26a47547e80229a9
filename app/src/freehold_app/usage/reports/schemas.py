"""What is asked and answered at /api/v1/usage."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

MAX_POINTS = 2000

type Dimension = Literal["day", "model", "key", "user"]
type Grouping = Literal["model", "key", "user"]
type Measure = Literal["tokens", "requests", "cost_usd_micros", "errors"]


def _listed(value: object) -> object:
    """`by=day,model` as well as `by=day&by=model`."""
    parts = value if isinstance(value, list) else [value]
    return [name for part in parts for name in (part.split(",") if isinstance(part, str) else [part])]


class Range(BaseModel):
    """Which days, and whose usage."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    first: Annotated[date | None, Field(alias="from")] = None
    """First day (UTC). Default: 30 days up to `to`."""
    last: Annotated[date | None, Field(alias="to")] = None
    """Last day (UTC), included. Default: today."""
    scope: Literal["mine", "tenant"] = "mine"
    """`mine`: yours, with all of your keys. `tenant`: everybody's, for those who may see it."""


class SeriesQuery(Range):
    by: Annotated[list[Dimension], BeforeValidator(_listed), Field(min_length=1, max_length=2)] = ["day"]
    """`day`, `model`, `key` or `user`; or `day` with one of the others, as `by=day,model`."""
    metric: Measure = "tokens"
    """What makes a group large: the largest have points of their own, the others are summed up in one."""
    groups: Annotated[int, Field(ge=1, le=1000)] | None = None
    """How many groups have points of their own. Default: as many as 2,000 points allow."""


class TopQuery(Range):
    by: Grouping = "model"
    """What to rank."""
    metric: Measure = "tokens"
    """By what."""
    limit: Annotated[int, Field(ge=1, le=50)] = 10
    """How many; the others are summed up in one more."""


class _Output(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True, populate_by_name=True, serialize_by_alias=True)


class Sums(_Output):
    """What was used."""

    requests: int
    """Requests that Models were asked, failed ones too."""
    errors: int
    """Those that failed (status 400 and above)."""
    tokens: int
    """`prompt_tokens` and `completion_tokens` together."""
    prompt_tokens: int
    """Tokens that were sent."""
    completion_tokens: int
    """Tokens that were answered."""
    cost_usd_micros: int
    """Cost in millionths of a dollar; 0 where no price is set."""
    own_tokens: int
    """Tokens that Models of this cluster processed, not an outside provider."""


class UsagePoint(Sums):
    """One bar of a chart or row of a table. Days and groups without usage have none."""

    bucket: date | None
    """The day (UTC); null where days are summed up."""
    group: str | None
    """Name of the Model, id of the key or of the person; null where groups are summed up, and where a request came
    without a key or a person."""
    kind: Literal["all", "one", "none", "rest"]
    """`all`: not grouped. `one`: this group. `none`: without key (somebody who was signed in) or person (a service
    key). `rest`: all the groups beyond the largest."""
    label: str | None
    """What people call the group; null where nobody knows any more."""
    detail: str | None
    """Beginning and end of the key, address of the person."""


class UsageSeries(_Output):
    """A chart: at most 2,000 points, by day and then by size."""

    first: Annotated[date, Field(alias="from")]
    """First day (UTC)."""
    last: Annotated[date, Field(alias="to")]
    """Last day (UTC), included."""
    by: list[Dimension]
    """As asked."""
    points: list[UsagePoint]
    """The points."""


class UsageTop(_Output):
    """The largest groups of a range, largest first."""

    first: Annotated[date, Field(alias="from")]
    """First day (UTC)."""
    last: Annotated[date, Field(alias="to")]
    """Last day (UTC), included."""
    items: list[UsagePoint]
    """The groups."""


class MonthSoFar(Sums):
    """The month (UTC) in which `to` lies, up to `to`."""

    first: Annotated[date, Field(alias="from")]
    """Its first day."""
    at_this_pace_tokens: int | None
    """Tokens of the whole month, if it goes on like this. Null on the month's first day, and once it is over."""
    at_this_pace_cost_usd_micros: int | None
    """Cost of the whole month, likewise."""


class UsageSummary(Sums):
    """The figures above the chart."""

    first: Annotated[date, Field(alias="from")]
    """First day (UTC)."""
    last: Annotated[date, Field(alias="to")]
    """Last day (UTC), included."""
    cached_tokens: int
    """Of `prompt_tokens`, those that were read from a cache."""
    reasoning_tokens: int
    """Of `completion_tokens`, those that were thought and not said."""
    own_share: float | None
    """Share of `own_tokens` in `tokens`, 0 to 1; null without tokens."""
    month: MonthSoFar
    """For "month at this pace"."""
