"""Pages of lists by keyset: a cursor says where the last page ended, and nobody can make one up.

    async def list_notes(principal: TenantMember, session: TenantSession, pages: Pages) -> Page[NoteOut]:
        at, last_id = pages.before(datetime, UUID)           # beyond everything on the first page
        rows = await repository.notes(session, at, last_id, pages.fetch)
        return pages.page(rows, NoteOut.of, key=lambda row: (row.created_at, row.id))

    -- repository: one statement for every page, wholly inside the index (tenant_id, created_at DESC, id DESC)
    SELECT ... WHERE (created_at, id) < (:at, :id) ORDER BY created_at DESC, id DESC LIMIT :limit

A cursor is base64url of JSON and a 16-byte HMAC over the route, the tenant, filters, sort order and the last row.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel

from freehold_app.kit.errors import BadCursorError

MAX_LIMIT = 200
DEFAULT_LIMIT = 50
_MAC_BYTES = 16
MAX_CURSOR = 1024
PAGE_PARAMETERS = frozenset({"limit", "cursor"})
_BEYOND: Mapping[type, Any] = {
    datetime: datetime.max.replace(tzinfo=UTC),
    UUID: UUID(int=(1 << 128) - 1),
    int: (1 << 63) - 1,
}
_READ: Mapping[type, Callable[[Any], Any]] = {datetime: datetime.fromisoformat, UUID: UUID, int: int, str: str}


class Page[Item](BaseModel):
    """One page. `next_cursor` is null on the last."""

    items: list[Item]
    next_cursor: str | None = None


class Cursors:
    """Signs and checks cursors. The first secret signs, all verify."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        self._secrets = secrets

    def encode(self, scope: str, last: Sequence[object]) -> str:
        data = orjson.dumps(list(last))
        return base64.urlsafe_b64encode(_mac(self._secrets[0], scope, data) + data).rstrip(b"=").decode()

    def decode(self, scope: str, cursor: str) -> list[Any]:
        """The last row's key; BadCursorError where the cursor is not ours or belongs to another list."""
        try:
            raw = base64.urlsafe_b64decode(cursor[:MAX_CURSOR] + "=" * (-len(cursor) % 4))
        except (ValueError, binascii.Error) as error:
            raise BadCursorError from error
        mac, data = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not any(hmac.compare_digest(mac, _mac(secret, scope, data)) for secret in self._secrets):
            raise BadCursorError
        return list(orjson.loads(data))


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What was asked: how many, after which row, of which list."""

    limit: int
    cursor: str | None
    scope: str
    cursors: Cursors

    @property
    def fetch(self) -> int:
        """Rows to ask for: one more than shown tells whether there is a next page."""
        return self.limit + 1

    def after(self, *kinds: type) -> tuple[Any, ...] | None:
        """The last row's key, each part as the type named; none on the first page."""
        if self.cursor is None:
            return None
        last = self.cursors.decode(self.scope, self.cursor)
        if len(last) != len(kinds):
            raise BadCursorError
        return tuple(_READ[kind](part) for kind, part in zip(kinds, last, strict=True))

    def before(self, *kinds: type) -> tuple[Any, ...]:
        """As `after`, for descending lists; beyond every value on the first page, so that one statement serves all."""
        return self.after(*kinds) or tuple(_BEYOND[kind] for kind in kinds)

    def page[Row, Item](
        self, rows: Sequence[Row], show: Callable[[Row], Item], key: Callable[[Row], Sequence[object]]
    ) -> Page[Item]:
        """The page out of at most `fetch` rows; `key` is what the next page starts after."""
        return Page[Item](items=[show(row) for row in rows[: self.limit]], next_cursor=self.next_cursor(rows, key))

    def next_cursor[Row](self, rows: Sequence[Row], key: Callable[[Row], Sequence[object]]) -> str | None:
        """None where at most `limit` rows were found."""
        return self.cursors.encode(self.scope, key(rows[self.limit - 1])) if len(rows) > self.limit else None


def page_scope(route: str, tenant_id: UUID, query: Mapping[str, Sequence[str]]) -> str:
    """What a cursor is bound to: the route's template, the tenant, every query parameter but the page's own."""
    filters = {name: list(values) for name, values in query.items() if name not in PAGE_PARAMETERS}
    return orjson.dumps([route, str(tenant_id), filters], option=orjson.OPT_SORT_KEYS).decode()


def _mac(secret: bytes, scope: str, data: bytes) -> bytes:
    return hmac.digest(secret, b"cursor\0" + scope.encode() + b"\0" + data, "sha256")[:_MAC_BYTES]
