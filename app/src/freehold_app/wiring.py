"""How a slice joins the control plane: what it is given, and what it gives back. `main` has one line per slice.

    # freehold_app/notes/wiring.py
    def slice_(deps: Deps) -> Slice:
        return Slice("notes", gives=[NoteService(deps.database, deps.clock)], loops={}, handlers=[send_reminder])

    # freehold_app/main.py
    ROUTERS = (..., notes.endpoints.router)
    SLICES = (..., notes.wiring.slice_)

Routers are made at import and know no connection, so that the interface can be described without any; what they need
while serving they ask for by type (`kit.given`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from freehold_app.auth.digests import Peppers
from freehold_app.auth.directory import Directory
from freehold_app.auth.invalidation import Announce
from freehold_app.auth.provider import AuthProvider
from freehold_app.auth.quick import QuickList
from freehold_app.auth.tokens import Tokens
from freehold_app.kit.clock import Clock
from freehold_app.kit.limits import Limiter
from freehold_app.kit.sse import Streams
from freehold_app.live.hub import Hub
from freehold_app.platform.kubernetes import KubeClient
from freehold_app.platform.postgres import Database
from freehold_app.platform.redis import RedisClient
from freehold_app.settings import Settings

type Loop = Callable[[asyncio.Event], Awaitable[None]]
"""Runs until the event is set; started again where it raises."""


@dataclass(frozen=True, slots=True)
class Deps:
    """Everything that lives as long as the process. `kube` is none without a cluster, `redis` without one."""

    settings: Settings
    clock: Clock
    registry: CollectorRegistry
    database: Database
    redis: RedisClient | None
    kube: KubeClient | None
    peppers: Peppers
    tokens: Tokens
    provider: AuthProvider
    directory: Directory
    announce: Announce
    limiter: Limiter
    streams: Streams
    live: Hub


@dataclass(frozen=True, slots=True)
class Slice:
    """`gives`: what its endpoints ask for. `loops`: run in every control process; one that must run once takes
    `Singleton`. `drain`: called when the process is asked to stop, before connections close. `quick`: lists that are
    also answered without the framework.
    """

    name: str
    gives: Sequence[object] = ()
    loops: Mapping[str, Loop] = field(default_factory=dict)
    drain: Callable[[float], Awaitable[None]] | None = None
    quick: Sequence[QuickList] = ()
