"""Conversations as a slice: their quick list, and the process's turns, which are let finish when it drains."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from freehold_app.auth.permissions import Action
from freehold_app.auth.principal import Principal
from freehold_app.auth.quick import QuickList
from freehold_app.conversations import repository
from freehold_app.conversations.turns.gateway import HttpGateway
from freehold_app.conversations.turns.service import Turns
from freehold_app.conversations.turns.writer import WriterDeps
from freehold_app.conversations.writing import owner_of
from freehold_app.kit.ids import new_id
from freehold_app.platform.journal import Journal
from freehold_app.platform.postgres import TenantRead
from freehold_app.settings import Settings
from freehold_app.wiring import Deps, Slice

LOOPBACK = "127.0.0.1"
EVERYWHERE = frozenset({"", "0.0.0.0", "[::]"})  # noqa: S104  compared, not listened on


def conversations_slice(deps: Deps) -> Slice:
    turns = Turns(
        WriterDeps(
            database=deps.database,
            gateway=HttpGateway(gateway_url(deps.settings)),
            token=deps.tokens.internal,
            journal=None if deps.redis is None else Journal(deps.redis),
            hub=deps.live,
            clock=deps.clock,
            process=f"{os.uname().nodename}:{new_id(deps.clock)}",  # a pod that starts again is another process
        )
    )
    return Slice("conversations", gives=[turns], drain=turns.drain, quick=[LIST])


def _page(principal: Principal) -> tuple[TenantRead, Mapping[str, object]]:
    return repository.PAGE, {"owner": owner_of(principal).user_id}


LIST = QuickList(
    path="/conversations",
    action=Action.CHAT,
    statement=_page,
    after=(datetime, UUID),
    key=("last_message_at", "id"),
    json=("params",),
)


def gateway_url(settings: Settings) -> str:
    """Where turns call `/v1`: what was set, else this process's own public port."""
    if settings.turns.gateway_url:
        return settings.turns.gateway_url
    host, _, port = settings.gateway.listen.rpartition(":")
    return f"http://{LOOPBACK if host in EVERYWHERE else host}:{port}"
