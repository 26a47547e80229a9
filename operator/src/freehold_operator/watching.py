"""Kopf as a watcher and nothing else: its settings, its login, and handlers that only pass events on.

Kopf's create, update and resume handlers are edge-triggered and keep state in annotations that a Model's writer can
forge; daemons and timers put a finalizer on every object; indices never forget what was deleted while a watch was
down. So: `on.event`, null storages, our own queue.
"""

import random
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any

import aiohttp
import kopf
from kopf._cogs.configs.diffbase import DiffBaseStorage
from kopf._cogs.configs.progress import ProgressStorage

from freehold_operator.health import Health
from freehold_operator.kube import labels
from freehold_operator.kube.kinds import MODEL, TENANT, Kind, Raw
from freehold_operator.kube.login import Credentials

UNFILTERED = {MODEL, TENANT}  # people make these; all other kinds are watched by our label
Sink = Callable[[Kind, str | None, Raw], None]
"""Takes (kind, event type, object); the type is None for an object of a first or repeated list."""


class EndlessBackoffs:
    """1, 2, 4, 8, 8 .. seconds with 20 % jitter, for ever: Kopf's own list ends, and with it the watcher.

    Iterable again and again, which a generator is not.
    """

    def __init__(self, jitter: Callable[[], float] = random.random) -> None:  # a fake in tests
        self._jitter = jitter

    def __iter__(self) -> Iterator[float]:
        seconds = 1.0
        while True:
            yield seconds * (0.8 + 0.4 * self._jitter())
            seconds = min(8.0, seconds * 2)


class NoDiffBase(DiffBaseStorage):
    """Keeps nothing: annotations can be forged, and bad JSON in one would blind us."""

    def build(self, **_: Any) -> Any:
        return {}

    def fetch(self, **_: Any) -> None:
        return None

    def store(self, **_: Any) -> None:
        return None


class NoProgress(ProgressStorage):
    """Keeps nothing, as above."""

    def fetch(self, **_: Any) -> None:
        return None

    def store(self, **_: Any) -> None:
        return None

    def purge(self, **_: Any) -> None:
        return None

    def touch(self, **_: Any) -> None:
        return None

    def clear(self, *, essence: Any) -> Any:
        return essence


def kopf_settings(kinds: Iterable[Kind]) -> kopf.OperatorSettings:
    """Every deviation from Kopf's defaults, with its reason beside it."""
    settings = kopf.OperatorSettings()
    settings.networking.error_backoffs = EndlessBackoffs()
    settings.networking.connect_timeout = 5
    settings.networking.request_timeout = 30  # a hung call blocks one object
    settings.watching.server_timeout = 290
    settings.watching.client_timeout = 300
    settings.watching.inactivity_timeout = 70  # bookmarks come every 60 s
    settings.watching.chunk_size = 200  # 8,400 objects at once cost 143 MB more
    settings.queueing.idle_timeout = 0.2
    settings.queueing.error_delays = (1, 1, 2, 3, 5, 8, 13, 21, 34, 60)
    settings.persistence.diffbase_storage = NoDiffBase()
    settings.persistence.progress_storage = NoProgress()
    settings.posting.enabled = False  # our own Events
    settings.scanning.disabled = True  # a missing kind must end the process, not be waited for in silence
    settings.peering.standalone = True  # our own Lease
    settings.process.ultimate_exiting_timeout = 25  # the pod's grace period is 30 s
    selector = labels.query({labels.MANAGED_BY: labels.MANAGER})
    for kind in kinds:
        if kind not in UNFILTERED:
            settings.watching.label_selectors[kind.group, kind.version, kind.plural] = selector
    return settings


def register(registry: kopf.OperatorRegistry, kinds: Iterable[Kind], sink: Sink) -> None:
    """One `on.event` handler per kind; the server filters, the handler passes on."""
    for kind in kinds:
        _register(registry, kind, sink)


def _register(registry: kopf.OperatorRegistry, kind: Kind, sink: Sink) -> None:
    @kopf.on.event(group=kind.group, version=kind.version, plural=kind.plural, id=kind.plural, registry=registry)
    async def seen(event: Any, **_: Any) -> None:
        sink(kind, event["type"], event["object"])


def register_login(registry: kopf.OperatorRegistry, credentials: Credentials, health: Health) -> None:
    """Exactly one login: among several Kopf picks at random. Its session tells `health` about every byte."""

    @kopf.on.login(registry=registry, id="login")
    async def login(**_: Any) -> kopf.AiohttpSession:
        return kopf.AiohttpSession(
            server=credentials.server, aiohttp_session=watching_session(credentials, health), priority=0
        )


class HeardStream:
    """A response's body that says when bytes of it arrive.

    aiohttp's own trace of chunks is silent on streams: it tells of `read()` alone, which a watch never calls.
    """

    def __init__(self, stream: aiohttp.StreamReader, heard: Callable[[], None]) -> None:
        self._stream = stream
        self._heard = heard

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    async def iter_chunked(self, size: int) -> AsyncIterator[bytes]:
        """What Kopf reads watches with."""
        async for chunk in self._stream.iter_chunked(size):
            self._heard()
            yield chunk


def heard_responses(health: Health) -> type[aiohttp.ClientResponse]:
    """A response class whose answers and bytes are told to `health`, by the last word of their path."""

    class HeardResponse(aiohttp.ClientResponse):
        async def start(self, connection: Any) -> aiohttp.ClientResponse:
            answer = await super().start(connection)
            resource = self.url.path.rstrip("/").rpartition("/")[2]
            health.heard(resource)
            self.content = HeardStream(self.content, lambda: health.heard(resource))  # type: ignore[assignment]
            return answer

    return HeardResponse


def watching_session(credentials: Credentials, health: Health) -> aiohttp.ClientSession:
    """A session with the token of this moment; Kopf asks for a new one when the server answers 401."""
    token = credentials.read_token()
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ssl=credentials.ssl_context()),
        headers={"Authorization": f"Bearer {token}"} if token else {},
        response_class=heard_responses(health),
        read_bufsize=2**21,  # one watch event may be larger than aiohttp's default buffer
        trust_env=False,
    )
