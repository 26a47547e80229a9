"""`/healthz`, `/readyz` and `/metrics`, served from the main thread so that a hanging loop can be told."""

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from freehold_operator.health import Health


class ProbeServer:
    """The one HTTP port. `/readyz` is green on a standby too: it is ready to take over."""

    def __init__(self, health: Health, registry: CollectorRegistry) -> None:
        self._health = health
        self._registry = registry
        self._runner: web.AppRunner | None = None
        self.ready = False

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port, which matters when it was 0."""
        application = web.Application()
        application.add_routes(
            [
                web.get("/healthz", self._healthz),
                web.get("/readyz", self._readyz),
                web.get("/metrics", self._metrics),
            ]
        )
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner:
            await self._runner.cleanup()

    async def _healthz(self, _request: web.Request) -> web.Response:
        problems = self._health.problems()
        return web.Response(status=503 if problems else 200, text="\n".join(problems) or "ok")

    async def _readyz(self, _request: web.Request) -> web.Response:
        ready = self.ready and not self._health.problems()
        return web.Response(status=200 if ready else 503, text="ok" if ready else "starting")

    async def _metrics(self, _request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
