"""Wires the operator: the main thread keeps Lease and probes, a second thread with its own loop does the work.

Two threads, because a hanging reconcile must be seen from outside it, and because Kopf cancels every task of its
loop when it ends.
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version

import kopf

from freehold_operator import errors, logs, watching
from freehold_operator.controller import Controller, Services
from freehold_operator.health import Health
from freehold_operator.kube import login
from freehold_operator.kube.api import AioKubeApi
from freehold_operator.kube.apply import Applier
from freehold_operator.kube.events import EventRecorder
from freehold_operator.kube.lease import Lease, LeaseTimes
from freehold_operator.kube.limiter import WriteLimiter
from freehold_operator.kube.login import Credentials
from freehold_operator.kube.store import Store
from freehold_operator.metrics import Metrics, Snapshots
from freehold_operator.model.handlers import ModelController
from freehold_operator.probes import ProbeServer
from freehold_operator.queue import QueueLimits, WorkQueue
from freehold_operator.settings import Settings
from freehold_operator.sync import Sync
from freehold_operator.tenant.handlers import TenantController
from freehold_operator.trimmers import TRIMMERS

log = logging.getLogger(__name__)

CONTROLLERS: Mapping[str, Callable[[Services], Controller]] = {"tenant": TenantController, "model": ModelController}
START_RETRY_SECONDS = 2.0
STOP_SECONDS = 20.0  # of the pod's 30; then the process ends whatever hangs


def now_text() -> str:
    """The time as conditions want it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def now_micro_text() -> str:
    """The time as Leases and Events want it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def run(settings: Settings, names: Sequence[str]) -> int:
    """Run until SIGTERM; the exit status is 0 then, 1 when leadership or the working thread was lost."""
    logs.configure(settings.log_level)
    release = version("freehold-operator")
    logs.start_sentry(settings.sentry_dsn, release)
    return asyncio.run(_Process(settings, names, Metrics(release)).serve())


class _Process:
    """One run of the operator."""

    def __init__(self, settings: Settings, names: Sequence[str], metrics: Metrics) -> None:
        self._settings = settings
        self._names = names
        self._metrics = metrics
        self._health = Health()
        self._stop = threading.Event()
        self._identity = f"{os.environ.get('POD_NAME') or socket.gethostname()}_{os.getpid()}"

    async def serve(self) -> int:
        """Probes first, then leadership, then work."""
        probes = ProbeServer(self._health, self._metrics.registry)
        port = await probes.start(self._settings.listen_host, self._settings.listen_port)
        log.info("listening", extra={"port": port})
        credentials = await login.find(os.environ)
        api = AioKubeApi(credentials, count=self._metrics.count_call)
        stopped = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        probes.ready = True
        try:
            return await self._lead(api, credentials, stopped)
        finally:
            await api.close()
            await probes.stop()

    async def _lead(self, api: AioKubeApi, credentials: Credentials, stopped: asyncio.Event) -> int:
        leases = [self._lease(api, name) for name in sorted(self._names)]
        waiting = asyncio.create_task(_acquire(leases))
        if not await _first(waiting, stopped):
            return 0
        log.info("leading", extra={"controllers": ",".join(self._names)})
        self._metrics.leader.set(1)
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        worker = threading.Thread(target=self._work, args=(credentials, loop, ended), name="work", daemon=True)
        worker.start()
        keeping = asyncio.create_task(_keep(leases, self._health.loop_is_fresh))
        try:
            await _any(stopped.wait(), ended.wait(), keeping)
        finally:
            keeping.cancel()
        if keeping.done() and not keeping.cancelled():
            log.error("leadership lost, exiting")
            os._exit(1)  # at once: a write after this could cross the new leader's
        return await self._finish(leases, worker, failed=ended.is_set() and not stopped.is_set())

    async def _finish(self, leases: Sequence[Lease], worker: threading.Thread, *, failed: bool) -> int:
        self._stop.set()
        await asyncio.to_thread(worker.join, STOP_SECONDS)
        for lease in leases:
            await lease.release()
        if failed or worker.is_alive():
            log.error("the working thread ended or hangs, exiting")
            os._exit(1)
        return 0

    def _lease(self, api: AioKubeApi, name: str) -> Lease:
        settings = self._settings
        times = LeaseTimes(settings.lease_seconds, settings.lease_renew_deadline, settings.lease_retry)
        lease = f"{settings.release_name}-{name}-controller"
        return Lease(api, settings.release_namespace, lease, self._identity, now_micro_text, times)

    def _work(self, credentials: Credentials, main: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
        try:
            asyncio.run(self._reconcile_all(credentials))
        except Exception:
            log.exception("the working thread failed")
        finally:
            with contextlib.suppress(RuntimeError):  # the main loop may be gone already
                main.call_soon_threadsafe(ended.set)

    async def _reconcile_all(self, credentials: Credentials) -> None:
        settings = self._settings
        api = AioKubeApi(credentials, WriteLimiter(settings.api_qps, settings.api_burst), self._metrics.count_call)
        store = Store(TRIMMERS)
        services = Services(
            settings=settings,
            api=api,
            store=store,
            applier=Applier(api, store),
            events=EventRecorder(api, self._identity, now_micro_text),
            now=now_text,
            registry=self._metrics.registry,
        )
        controllers = [CONTROLLERS[name](services) for name in self._names]
        limits = QueueLimits(workers=settings.workers, resync_seconds=settings.resync_seconds)
        queue = WorkQueue({one.kind: one.reconcile for one in controllers}, limits, self._metrics.count_run)
        sync = Sync(api, store, controllers, queue.add, settings.resync_seconds)
        kinds = [kind for kind in sync.kinds if kind.kind in {one.kind for one in controllers}]
        self._metrics.registry.register(Snapshots(queue, kinds, self._health, store))
        try:
            await self._until_stopped(credentials, sync, queue, controllers)
        finally:
            await api.close()

    async def _until_stopped(
        self, credentials: Credentials, sync: Sync, queue: WorkQueue, controllers: Sequence[Controller]
    ) -> None:
        beating: asyncio.Task[object] = asyncio.create_task(self._beat())
        await self._fill(sync)
        tasks: list[asyncio.Task[object]] = [
            beating,
            asyncio.create_task(queue.run()),
            asyncio.create_task(sync.sweep_forever()),
        ]
        tasks += [asyncio.create_task(_lasting(one.background(queue.add))) for one in controllers]
        tasks.append(asyncio.create_task(self._watch(credentials, sync)))
        stop = asyncio.create_task(asyncio.to_thread(self._stop.wait))
        done, _ = await asyncio.wait([*tasks, stop], return_when=asyncio.FIRST_COMPLETED)
        self._stop.set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for task in done - {stop}:
            task.result()

    async def _watch(self, credentials: Credentials, sync: Sync) -> None:
        registry = kopf.OperatorRegistry()
        watching.register_login(registry, credentials, self._health)
        watching.register(registry, sync.kinds, sync.event)
        for kind in sync.kinds:
            self._health.expect(kind.plural)
        await kopf.operator(
            registry=registry, settings=watching.kopf_settings(sync.kinds), clusterwide=True, stop_flag=self._stop
        )

    async def _fill(self, sync: Sync) -> None:
        while True:
            try:
                return await sync.fill()
            except errors.ApiError as error:
                log.warning("cannot list yet", extra={"reason": str(error)})
                await asyncio.sleep(START_RETRY_SECONDS)

    async def _beat(self) -> None:
        while True:
            self._health.beat()
            await asyncio.sleep(1)


async def _lasting(work: Awaitable[None]) -> None:
    """A controller without background work is not one that failed."""
    await work
    await asyncio.Event().wait()


async def _acquire(leases: Sequence[Lease]) -> None:
    for lease in leases:
        await lease.acquire()


async def _keep(leases: Sequence[Lease], may_renew: Callable[[], bool]) -> None:
    await asyncio.gather(*(lease.keep(may_renew) for lease in leases))


async def _first(wanted: asyncio.Task[None], stopped: asyncio.Event) -> bool:
    """True when the task ended first; it is cancelled otherwise."""
    stop = asyncio.create_task(stopped.wait())
    await asyncio.wait([wanted, stop], return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if wanted.done():
        wanted.result()
        return True
    wanted.cancel()
    return False


async def _any(*waits: Awaitable[object]) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
