"""What the gateway is given, and what it gives back to `main`, which runs it in front of FastAPI.

role = build(GatewayDeps(...))
await role.start()          # returns at once; `ready` turns true with the first list of Models
... role.asgi serves /v1/*, role.demand() feeds /internal/demand ...
await role.drain(600)       # running answers end, new ones are refused
await role.close()
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol

from prometheus_client import CollectorRegistry

from freehold_app.auth import PrincipalSource
from freehold_app.kit.clock import Clock
from freehold_app.platform.redis import RedisClient
from freehold_app.settings import GatewaySettings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class GatewayDeps:
    """Everything from outside; `redis` and `principals` are none for a gateway that runs alone without them."""

    settings: GatewaySettings
    principals: PrincipalSource | None
    redis: RedisClient | None
    registry: CollectorRegistry
    clock: Clock


class GatewayRole(Protocol):
    @property
    def asgi(self) -> AsgiApp: ...

    @property
    def ready(self) -> bool: ...

    async def start(self) -> None: ...

    async def drain(self, seconds: float) -> None: ...

    async def close(self) -> None: ...

    def demand(self) -> Mapping[str, Any]: ...
