"""The Kubernetes API as raw objects: get, patch, apply, delete, a log's lines, and a watch that never falls silent.

Raw dictionaries and one aiohttp session instead of a generated client: the gateway reads three kinds, writes one
subresource, and must see a new endpoint within milliseconds; control writes Models and reads their pods.

    async with KubeClient(in_cluster()) as kube:
        await kube.get("/api/v1/namespaces/default/secrets/engine")
        await kube.apply("/apis/.../models/chat", model, fieldManager="freehold-app")      # server-side
        await kube.follow("/apis/freehold.dev/v1alpha1/models", sink)      # never returns

    KubernetesError
    ├── KubernetesUnavailableError   not reachable, 429 or 5xx; retryable
    ├── ForbiddenError               401 or 403
    ├── NotFoundError                404
    ├── ConflictError                409
    ├── ExpiredError                 410: the resource version is too old, list again
    └── RejectedError                any other 4xx: the API server's words
"""

from __future__ import annotations

import asyncio
import base64
import os
import random
import ssl
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, NoReturn, Protocol, Self
from urllib.parse import urlencode

import aiohttp
import orjson
import structlog
import yaml

from freehold_app.platform.errors import PlatformError

type Raw = dict[str, Any]

ACCOUNT_DIR = Path("/var/run/secrets/kubernetes.io/serviceaccount")
WATCH_SECONDS = 300
SILENCE_SECONDS = 75.0  # bookmarks come every 60 s; a connection that is silent longer is dead
CALL_SECONDS = 10.0
PAGE_OBJECTS = 500
BACKOFF_FIRST_SECONDS = 0.25
BACKOFF_LAST_SECONDS = 10.0
TLS_CLOSE_SECONDS = 0.25  # aiohttp does not wait for TLS to close (its documentation, "Graceful shutdown")
MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"  # JSON is YAML
OPEN_LOGS = 64
MAX_MESSAGE = 2000
MAX_LINE_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class Cause:
    """One field that the API server objects to, in its own notation, such as `spec.env[0].name`."""

    field: str
    reason: str
    message: str


class KubernetesError(PlatformError):
    """The Kubernetes API did not do what was asked. `causes`: what the API server says about single fields."""

    code = "kubernetes_unavailable"
    title = "The Kubernetes API did not answer as it should."
    causes: tuple[Cause, ...] = ()


class KubernetesUnavailableError(KubernetesError):
    """Not reachable or overloaded; retryable."""


class ForbiddenError(KubernetesError):
    """The credentials do not allow it."""


class NotFoundError(KubernetesError):
    """There is no such object."""


class ConflictError(KubernetesError):
    """The object has changed meanwhile."""


class ExpiredError(KubernetesError):
    """The resource version is too old."""


class RejectedError(KubernetesError):
    """The API server refuses the request."""


ERRORS: dict[int, type[KubernetesError]] = {
    401: ForbiddenError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    410: ExpiredError,
    429: KubernetesUnavailableError,
}


def error_of(status: int, message: str) -> KubernetesError:
    """The error that a status of the API server stands for."""
    kind = KubernetesUnavailableError if status >= 500 else ERRORS.get(status, RejectedError)
    return kind(message)


def _causes(answer: Raw) -> tuple[Cause, ...]:
    found = (answer.get("details") or {}).get("causes") or ()
    return tuple(Cause(*(str(cause.get(part, "")) for part in ("field", "reason", "message"))) for cause in found)


@dataclass(frozen=True, slots=True)
class Access:
    """Where the API server is and what to show there."""

    server: str
    token: Callable[[], str | None]
    """Read at start and again after a 401: projected tokens change every hour."""
    tls: ssl.SSLContext | None


def in_cluster(directory: Path = ACCOUNT_DIR, environ: Mapping[str, str] = os.environ) -> Access:
    """The pod's own service account; KubernetesUnavailableError outside of a pod."""
    host, port = environ.get("KUBERNETES_SERVICE_HOST"), environ.get("KUBERNETES_SERVICE_PORT", "443")
    if not host or not (directory / "token").exists():
        raise KubernetesUnavailableError("no service account: this process does not run in a pod")
    tls = ssl.create_default_context(cafile=str(directory / "ca.crt"))
    wrapped = f"[{host}]" if ":" in host else host
    return Access(f"https://{wrapped}:{port}", lambda: (directory / "token").read_text().strip(), tls)


def from_kubeconfig(path: Path) -> Access:
    """The current context of a kubeconfig file, for development and tests."""
    config = yaml.safe_load(path.read_text())
    context = _named(config, "contexts", config["current-context"])["context"]
    cluster = _named(config, "clusters", context["cluster"])["cluster"]
    user = _named(config, "users", context["user"])["user"]
    token = user.get("token")
    return Access(cluster["server"].rstrip("/"), lambda: token, _tls_of(cluster, user))


def found_access(environ: Mapping[str, str] = os.environ) -> Access:
    """In a pod its account, elsewhere the file that KUBECONFIG names; KubernetesUnavailableError for neither."""
    kubeconfig = environ.get("KUBECONFIG")
    return from_kubeconfig(Path(kubeconfig)) if kubeconfig else in_cluster(environ=environ)


def _named(config: Raw, kind: str, name: str) -> Raw:
    return next(item for item in config[kind] if item["name"] == name)


def _tls_of(cluster: Raw, user: Raw) -> ssl.SSLContext | None:
    if not cluster["server"].startswith("https"):
        return None
    ca = _material(cluster, "certificate-authority")
    tls = ssl.create_default_context(cadata=ca.decode() if ca else None)
    certificate, key = _material(user, "client-certificate"), _material(user, "client-key")
    if certificate and key:
        with tempfile.NamedTemporaryFile() as file:  # the ssl module reads client keys from files only
            file.write(certificate + b"\n" + key)
            file.flush()
            tls.load_cert_chain(file.name)
    return tls


def _material(holder: Raw, name: str) -> bytes | None:
    data, path = holder.get(f"{name}-data"), holder.get(name)
    if data:
        return base64.b64decode(data)
    return Path(path).read_bytes() if path else None


class WatchSink(Protocol):
    """Takes what a watch sees. All calls come from one task, in order."""

    def replace(self, objects: list[Raw]) -> None:
        """The whole truth: everything not in it is gone."""

    def change(self, kind: str, item: Raw) -> None:
        """`ADDED`, `MODIFIED` or `DELETED`."""

    def heard(self) -> None:
        """The watch is alive: something came, if only a bookmark."""

    def lost(self, error: Exception) -> None:
        """The watch broke and is tried again; what was seen still stands."""


class KubeClient:
    """One session to one API server."""

    USER_AGENT: ClassVar[str] = "freehold-app"

    def __init__(self, access: Access) -> None:
        self._access = access
        self._token = access.token()
        self._session: aiohttp.ClientSession | None = None
        self._logs: aiohttp.ClientSession | None = None
        self._log = structlog.get_logger(__name__)

    async def __aenter__(self) -> Self:
        self._open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        opened = [session for session in (self._session, self._logs) if session is not None]
        self._session = self._logs = None
        for session in opened:
            await session.close()
        if opened and self._access.tls is not None:
            await asyncio.sleep(TLS_CLOSE_SECONDS)

    async def get(self, path: str) -> Raw:
        """One object, or one page of a list."""
        return await self._call("GET", path)

    async def merge_patch(self, path: str, body: Raw, **query: str) -> Raw:
        """Merge `body` into an object or subresource."""
        return await self._call("PATCH", with_query(path, **query), body, MERGE_PATCH)

    async def apply(self, path: str, body: Raw, **query: str) -> Raw:
        """Server-side apply; `query` names a `fieldManager`. ConflictError with causes: others own the fields."""
        return await self._call("PATCH", with_query(path, **query), body, APPLY_PATCH)

    async def delete(self, path: str, body: Raw) -> Raw:
        """Delete an object; `body` is DeleteOptions."""
        return await self._call("DELETE", path, body, "application/json")

    async def lines(self, path: str) -> AsyncGenerator[list[bytes]]:
        """The lines of a log as they come, in batches, each cut at MAX_LINE_BYTES. On connections of their own: who
        reads logs for hours must not keep anybody else from the API server.
        """
        timeout = aiohttp.ClientTimeout(total=None, connect=CALL_SECONDS)
        try:
            async with self._open_logs().get(
                self._access.server + path, headers=self._headers(), timeout=timeout
            ) as answer:
                if answer.status != 200:
                    raise self._failed(answer.status, await answer.read())
                rest = b""
                async for data in answer.content.iter_any():
                    *found, rest = (rest + data).split(b"\n")
                    rest = rest[:MAX_LINE_BYTES]
                    yield [line[:MAX_LINE_BYTES] for line in found]
                yield [rest] if rest else []
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise KubernetesUnavailableError(type(error).__name__) from error

    async def follow(self, path: str, sink: WatchSink, *, selector: str = "") -> NoReturn:
        """List and watch for ever. Every break is reported, logged and tried again after a growing pause."""
        pause = BACKOFF_FIRST_SECONDS
        while True:
            try:
                async for _ in self._follow_once(path, sink, selector):
                    pause = BACKOFF_FIRST_SECONDS
            except ExpiredError:
                continue
            except (KubernetesError, aiohttp.ClientError, TimeoutError, OSError, orjson.JSONDecodeError) as error:
                sink.lost(error)
                self._log.warning("watch_broken", endpoint=path, error=type(error).__name__, delay_seconds=pause)
                await asyncio.sleep(pause * (0.5 + random.random()))  # noqa: S311  spreads replicas, hides nothing
                pause = min(BACKOFF_LAST_SECONDS, pause * 2)

    async def _follow_once(self, path: str, sink: WatchSink, selector: str) -> AsyncIterator[None]:
        """One list, then watches that continue each other until the resource version expires."""
        objects, version = await self._list(path, selector)
        sink.replace(objects)
        sink.heard()
        yield None
        while True:
            heard = False
            async for event in self._events(path, selector, version):
                heard = True
                kind, item = event["type"], event["object"]
                if kind == "ERROR":
                    raise error_of(int(item.get("code", 500)), "watch error")
                version = item["metadata"]["resourceVersion"]
                sink.heard()
                if kind != "BOOKMARK":
                    sink.change(kind, item)
                yield None
            if not heard:  # a server or a middle box that closes at once must not be asked without a pause
                await asyncio.sleep(BACKOFF_FIRST_SECONDS)

    async def _list(self, path: str, selector: str) -> tuple[list[Raw], str]:
        objects: list[Raw] = []
        follow = ""
        while True:
            page = await self.get(
                with_query(path, limit=str(PAGE_OBJECTS), labelSelector=selector, **{"continue": follow})
            )
            objects += page["items"]
            follow = page["metadata"].get("continue") or ""
            if not follow:
                return objects, page["metadata"]["resourceVersion"]

    async def _events(self, path: str, selector: str, version: str) -> AsyncIterator[Raw]:
        """The events of one watch connection. It ends when the server closes it, and breaks when it is silent."""
        url = with_query(
            path,
            watch="1",
            allowWatchBookmarks="true",
            timeoutSeconds=str(WATCH_SECONDS),
            labelSelector=selector,
            resourceVersion=version,
        )
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CALL_SECONDS, sock_read=SILENCE_SECONDS)
        async with self._open().get(self._access.server + url, headers=self._headers(), timeout=timeout) as answer:
            if answer.status != 200:
                raise self._failed(answer.status, await answer.read())
            rest = b""
            async for data in answer.content.iter_any():
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    if line:
                        yield orjson.loads(line)

    async def _call(self, method: str, path: str, body: Raw | None = None, content_type: str = "") -> Raw:
        """One call; after a 401 once more with a token read anew."""
        data = orjson.dumps(body) if body is not None else None
        for is_last in (False, True):
            headers = self._headers() | ({"content-type": content_type} if data is not None else {})
            status, content = await self._send(method, path, headers, data)
            if status < 300:
                return dict(orjson.loads(content))
            error = self._failed(status, content)
            if status != 401 or is_last:
                raise error
        raise AssertionError

    async def _send(self, method: str, path: str, headers: dict[str, str], data: bytes | None) -> tuple[int, bytes]:
        timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)
        try:
            async with self._open().request(
                method, self._access.server + path, headers=headers, data=data, timeout=timeout
            ) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise KubernetesUnavailableError(type(error).__name__) from error

    def _failed(self, status: int, content: bytes) -> KubernetesError:
        if status == 401:
            self._token = self._access.token()
        try:
            answer = dict(orjson.loads(content))
        except (orjson.JSONDecodeError, TypeError, ValueError):
            answer = {}
        error = error_of(status, str(answer.get("message") or f"status {status}")[:MAX_MESSAGE])
        error.causes = _causes(answer)
        return error

    def _headers(self) -> dict[str, str]:
        headers = {"user-agent": self.USER_AGENT, "accept": "application/json"}
        return headers | {"authorization": f"Bearer {self._token}"} if self._token else headers

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = self._new_session(20)
        return self._session

    def _open_logs(self) -> aiohttp.ClientSession:
        if self._logs is None:
            self._logs = self._new_session(OPEN_LOGS)
        return self._logs

    def _new_session(self, limit: int) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(ssl=self._access.tls if self._access.tls is not None else True, limit=limit)
        return aiohttp.ClientSession(connector=connector, auto_decompress=True)


def with_query(path: str, **query: str) -> str:
    """`path` with those parameters that are not empty. Values are our own words or the server's own token."""
    given = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(given)}" if given else path
