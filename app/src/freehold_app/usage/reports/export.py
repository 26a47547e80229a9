"""Usage as CSV (RFC 4180): a line per day, Model, key, person and kind of outcome, written while it is read.

Names come from people and go into spreadsheets, which take a cell that begins like a formula for one: such a cell
gets a quote in front.
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from math import ceil
from uuid import UUID

from freehold_app.auth.principal import Principal
from freehold_app.kit.errors import InvalidRequestError, RateLimitedError
from freehold_app.kit.limits import Limit, Limiter
from freehold_app.platform.postgres import Database
from freehold_app.usage.reports import repository
from freehold_app.usage.reports.days import Days
from freehold_app.usage.reports.repository import NOBODY, Line, Whose

MAX_LINES = 1_000_000
PER_USER = Limit(4, 3600)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PAGE = 5000
HEAD = (
    "day",
    "model",
    "key_id",
    "key",
    "user_id",
    "user",
    "status",
    "requests",
    "prompt_tokens",
    "cached_tokens",
    "completion_tokens",
    "reasoning_tokens",
    "cost_usd_micros",
    "own_tokens",
)


@dataclass(frozen=True, slots=True)
class Exports:
    """Exports of this process. `page` is less in tests."""

    database: Database
    limiter: Limiter
    max_lines: int = MAX_LINES
    page: int = _PAGE

    async def begin(self, principal: Principal, whose: Whose, days: Days) -> AsyncIterator[bytes]:
        """The file in pieces; before its first byte RateLimitedError, or InvalidRequestError where it is too long."""
        async with self.database.tenant(principal.tenant_id) as session:
            found = await repository.count_lines(session, whose, days.first, days.last, self.max_lines + 1)
        if found > self.max_lines:
            message = f"These days have more than {self.max_lines} lines."
            raise InvalidRequestError.at("/query/from", message, fix="Ask for fewer days at a time.")
        wait = await self.limiter.take(f"export:{principal.tenant_id}:{principal.subject}", PER_USER)
        if wait > 0:
            raise RateLimitedError("four exports an hour", retry_after_seconds=ceil(wait))
        return self._pieces(principal.tenant_id, whose, days)

    async def _pieces(self, tenant_id: UUID, whose: Whose, days: Days) -> AsyncIterator[bytes]:
        """A short transaction per page: a slow reader holds no connection."""
        yield text_of([HEAD])
        for day in days.each():
            last: Line | None = None
            while True:
                async with self.database.tenant(tenant_id) as session:
                    lines = await repository.lines(session, whose, day, last, self.page)
                if lines:
                    yield text_of([cells_of(line) for line in lines])
                    last = lines[-1]
                if len(lines) < self.page:
                    break


def text_of(rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([[guarded(cell) for cell in row] for row in rows])
    return text.getvalue().encode()


def guarded(cell: object) -> object:
    """Numbers as they are; text so that no spreadsheet runs it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def cells_of(line: Line) -> list[object]:
    return [
        line.bucket.isoformat(),
        line.model,
        "" if line.key_id == NOBODY else str(line.key_id),
        line.key_name or "",
        "" if line.user_id == NOBODY else str(line.user_id),
        line.email or "",
        f"{line.status_class}xx",
        line.requests,
        line.prompt_tokens,
        line.cached_tokens,
        line.completion_tokens,
        line.reasoning_tokens,
        line.cost_usd_micros,
        line.own_tokens,
    ]
