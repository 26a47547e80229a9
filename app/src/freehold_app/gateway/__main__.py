"""A gateway without a cluster: `python -m freehold_app.gateway --listen 127.0.0.1:8080 --routes routes.yaml`.

Models, tenants and keys come from the file (form: `freehold_app.gateway.core.routes`); no Kubernetes, PostgreSQL or
Redis is needed. With `FREEHOLD_REDIS_URL` usage goes to Redis, with `FREEHOLD_GATEWAY_SPOOL_DIR` to disk.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

import uvloop
from prometheus_client import CollectorRegistry

from freehold_app.gateway import GatewayDeps, build
from freehold_app.gateway.errors import GatewayError
from freehold_app.gateway.io.server import Server, new_server
from freehold_app.kit.clock import SystemClock
from freehold_app.platform.logging import start_logging
from freehold_app.platform.redis import connect
from freehold_app.settings import Settings

EXIT_CONFIG = 78
STANDALONE_DRAIN_SECONDS = 30.0


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m freehold_app.gateway", description=__doc__)
    parser.add_argument("--listen", default="127.0.0.1:8080", help="host:port of /v1 (default: %(default)s)")
    parser.add_argument("--routes", type=Path, required=True, help="YAML file of models, tenants and keys")
    parser.add_argument("--workers", type=int, choices=[1], default=1, help="processes; one per port in this version")
    parser.add_argument("--no-access-log", action="store_true", help="do not write a line per request")
    return parser.parse_args(given)


async def serve(options: argparse.Namespace, settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; then let running answers end."""
    gateway_settings = settings.gateway.model_copy(update={"routes": options.routes, "listen": options.listen})
    redis = connect(settings.redis) if settings.redis.url.get_secret_value() else None
    deps = GatewayDeps(
        settings=gateway_settings, principals=None, redis=redis, registry=CollectorRegistry(), clock=SystemClock()
    )
    gateway = build(deps, access_log=None if options.no_access_log else sys.stderr)
    host, _, port = options.listen.rpartition(":")
    server = new_server(gateway.asgi, host.strip("[]") or "0.0.0.0", int(port))  # noqa: S104  an empty host asks for it
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    await gateway.start()
    serving = loop.create_task(server.serve())
    await asyncio.wait([serving, loop.create_task(stop.wait())], return_when=asyncio.FIRST_COMPLETED)
    await gateway.drain(STANDALONE_DRAIN_SECONDS)
    await _end(server, serving)
    await gateway.close()
    if redis is not None:
        await redis.aclose()


async def _end(server: Server, serving: asyncio.Task[None]) -> None:
    server.should_exit = True
    await serving


def main() -> int:
    """The program's exit code: 78 where the routes file or the settings are wrong."""
    options = arguments()
    settings = Settings()
    start_logging(settings.log_level)
    try:
        uvloop.run(serve(options, settings))
    except GatewayError as error:
        print(error, file=sys.stderr)
        return EXIT_CONFIG
    return 0


if __name__ == "__main__":
    sys.exit(main())
