"""Lists that many ask for, answered in front of the framework: a sixth of its cost, to the same bytes.

    QuickList(path="/notes", action=Action.CHAT, statement=page_of, after=(datetime, UUID), key=("at", "id"))

Only the plain case is answered here: GET, a person's token that is known, nothing in the query but a page. Everything
else, and whatever goes wrong, is left to the ordinary endpoint of the same path, so that there is one place that words
refusals and describes the interface. The columns of the statement are the members of an item, in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from freehold_app.auth.access import Quotas
from freehold_app.auth.directory import Directory
from freehold_app.auth.key_format import PREFIX
from freehold_app.auth.permissions import Action, allows
from freehold_app.auth.principal import Principal
from freehold_app.errors import FreeholdError
from freehold_app.kit.etags import matches, weak_etag
from freehold_app.kit.pages import (
    DEFAULT_LIMIT,
    MAX_CURSOR,
    MAX_LIMIT,
    PAGE_PARAMETERS,
    Cursors,
    PageRequest,
    page_scope,
)
from freehold_app.platform.postgres import Database, TenantRead, TenantRow

_BEARER = "Bearer "


@dataclass(frozen=True, slots=True)
class QuickList:
    """`path`: below the API's. `statement`: what reads the page for a caller, and its values beside `at` and `id`,
    which are the last row's `after`, and `limit`. `key`: the columns that the next page starts after. `json`: columns
    that hold JSON as text.
    """

    path: str
    action: Action
    statement: Callable[[Principal], tuple[TenantRead, Mapping[str, object]]]
    after: tuple[type, type]
    key: tuple[str, str]
    json: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A plain request."""

    token: str
    limit: int
    cursor: str | None
    known_etag: str | None


class QuickLists:
    """ASGI, around the application that has the ordinary endpoints."""

    def __init__(
        self,
        app: ASGIApp,
        database: Database,
        directory: Directory,
        quotas: Quotas,
        cursors: Cursors,
        lists: Mapping[str, QuickList],
    ) -> None:
        self._app = app
        self._database = database
        self._directory = directory
        self._quotas = quotas
        self._cursors = cursors
        self._lists = lists if database.reads else {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        quick = self._lists.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "GET" else None
        asked = _plain(scope) if quick is not None else None
        if quick is None or asked is None:
            return await self._app(scope, receive, send)
        try:
            body = await self._body(quick, scope["path"], asked)
        except FreeholdError:
            body = None  # refused or failed: the ordinary endpoint says it in its words
        if body is None:
            return await self._app(scope, receive, send)
        return await _send(body, asked, send)

    async def _body(self, quick: QuickList, path: str, asked: _Asked) -> bytes | None:
        """The page as JSON; none where the caller is not known, or not let."""
        principal = await self._directory.known(asked.token)
        if principal is None or principal.suspended or not allows(principal, quick.action):
            return None
        pages = PageRequest(asked.limit, asked.cursor, page_scope(path, principal.tenant_id, {}), self._cursors)
        at, last_id = pages.before(*quick.after)
        self._quotas.take(principal)
        statement, values = quick.statement(principal)
        page = {"at": at, "id": last_id, "limit": pages.fetch}
        rows = await self._database.read(principal.tenant_id, statement, **page, **values)
        items = _items(rows[: asked.limit], quick.json)
        cursor = pages.next_cursor(rows, key=lambda row: [row[name] for name in quick.key])
        return orjson.dumps({"items": items, "next_cursor": cursor}, option=orjson.OPT_UTC_Z)


def _items(rows: Sequence[TenantRow], json: Sequence[str]) -> list[dict[str, Any]]:
    names = tuple(rows[0].keys()) if rows else ()
    items = [dict(zip(names, row, strict=True)) for row in rows]  # a third cheaper than dict(row)
    for name in json:
        for item in items:
            item[name] = orjson.loads(item[name])
    return items


def _plain(scope: Scope) -> _Asked | None:
    """What is asked, where there is nothing unusual about it."""
    headers = dict(scope["headers"])
    shown = headers.get(b"authorization", b"").decode("latin-1")
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    page = dict(query)
    limit, cursor = page.get("limit", str(DEFAULT_LIMIT)), page.get("cursor")
    token = shown.removeprefix(_BEARER)
    if token == shown or token.startswith(PREFIX) or len(page) != len(query) or not page.keys() <= PAGE_PARAMETERS:
        return None
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:4]) <= MAX_LIMIT) or len(cursor or "") > MAX_CURSOR:
        return None
    known = headers.get(b"if-none-match")
    return _Asked(token, int(limit), cursor, known.decode("latin-1") if known is not None else None)


async def _send(body: bytes, asked: _Asked, send: Send) -> None:
    etag = weak_etag(body)
    headers = [(b"etag", etag.encode())]
    if matches(asked.known_etag, etag):
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        return await send({"type": "http.response.body", "body": b""})
    headers += [(b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    return await send({"type": "http.response.body", "body": body})
