"""The second port: health, metrics and the gateway's demand. It is never published outside the cluster."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from freehold_app.health import Health

type Demand = Callable[[], Mapping[str, Any]]


def admin_app(
    health: Health, registry: CollectorRegistry, *, demand: Demand | None, demand_token: SecretStr
) -> Starlette:
    """`demand` is none where this process has no gateway; then, and without a token, the endpoint does not exist."""

    async def livez(_: Request) -> Response:
        return _verdict(health.dead())

    async def startupz(_: Request) -> Response:
        return _verdict(await health.starting())

    async def readyz(_: Request) -> Response:
        return _verdict(await health.starting() or health.unready() or await health.missing())

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    async def show_demand(request: Request) -> Response:
        token = demand_token.get_secret_value()
        if demand is None or not token:
            return Response(status_code=404)
        if not _shown(request.headers.get("authorization", ""), token):
            return Response(status_code=401, headers={"www-authenticate": "Bearer"})
        return JSONResponse(demand())

    return Starlette(
        routes=[
            Route("/livez", livez),
            Route("/startupz", startupz),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
            Route("/internal/demand", show_demand),
        ]
    )


def _verdict(problem: str | None) -> Response:
    return PlainTextResponse("ok\n" if problem is None else f"{problem}\n", 200 if problem is None else 503)


def _shown(authorization: str, token: str) -> bool:
    return hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode())
