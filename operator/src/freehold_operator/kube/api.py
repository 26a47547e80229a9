"""Calls to the API server: a protocol that tests replace, and the one implementation over `kubernetes.aio`.

Objects are raw dictionaries. The client's typed models are banned: they refuse newer fields, drop unknown ones
on reading and cost 145 MB.
"""

import json
from collections.abc import Mapping
from typing import Any, Protocol

import aiohttp
from kubernetes.aio.client.rest import RESTClientObject

from freehold_operator import errors
from freehold_operator.kube import labels
from freehold_operator.kube.kinds import Kind, Raw, kind_of, name_of
from freehold_operator.kube.limiter import WriteLimiter
from freehold_operator.kube.login import Credentials

APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
METHODS = {"LIST": "GET", "DRYRUN": "PATCH"}  # verbs that are counted as such and are no HTTP method
PAGE = 200  # objects per LIST page: 8,400 objects in one answer cost 143 MB more
METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"


class CallCounter(Protocol):
    """Where each answered call is counted."""

    def __call__(self, verb: str, resource: str, code: int) -> None:
        """Count one call; `code` is the HTTP status, 0 without an answer."""


class KubeApi(Protocol):
    """What the operator asks of an API server. Every method may raise `errors.ApiError`."""

    async def get(self, kind: Kind, name: str, namespace: str = "") -> Raw | None:
        """One object, or None when there is none of that name."""

    async def list(
        self, kind: Kind, namespace: str = "", selector: Mapping[str, str] | None = None, *, metadata_only: bool = False
    ) -> list[Raw]:
        """All objects of a kind that carry the selector's labels; apiVersion and kind are filled in."""

    async def apply(self, body: Raw) -> Raw:
        """Server-side apply as `freehold-operator`, by force; only the given fields become ours."""

    async def apply_status(self, body: Raw) -> Raw:
        """The same on the status subresource."""

    async def warnings_of(self, body: Raw) -> tuple[str, ...]:
        """What the server would warn of if this were applied; nothing is written."""

    async def create(self, body: Raw) -> Raw:
        """Plain create; `errors.ConflictError` when it exists."""

    async def merge_patch(self, kind: Kind, name: str, namespace: str, patch: Raw, subresource: str = "") -> Raw:
        """JSON merge patch; a `metadata.resourceVersion` inside makes it conditional."""

    async def patch_scale(
        self, kind: Kind, name: str, namespace: str, replicas: int, resource_version: str = ""
    ) -> None:
        """Write spec.replicas of the scale subresource, only if the object is still at `resource_version`."""

    async def delete(self, kind: Kind, name: str, namespace: str, uid: str) -> bool:
        """Delete exactly the object with this uid; False when it is gone or another one has its name."""

    async def close(self) -> None:
        """Close the connections."""


class AioKubeApi:
    """KubeApi over the transport of `kubernetes.aio`; belongs to the event loop that first uses it."""

    def __init__(
        self,
        credentials: Credentials,
        limiter: WriteLimiter | None = None,
        count: CallCounter | None = None,
        request_timeout_seconds: float = 30,
    ) -> None:
        self._credentials = credentials
        self._limiter = limiter
        self._count = count
        self._timeout = aiohttp.ClientTimeout(total=request_timeout_seconds, sock_connect=5)
        self._rest = RESTClientObject(credentials.configuration)
        self._token = credentials.read_token()

    async def get(self, kind: Kind, name: str, namespace: str = "") -> Raw | None:
        try:
            return await self._call("GET", kind, kind.path(namespace, name))
        except errors.NotFoundError:
            return None

    async def list(
        self, kind: Kind, namespace: str = "", selector: Mapping[str, str] | None = None, *, metadata_only: bool = False
    ) -> list[Raw]:
        query = {"limit": str(PAGE)} | ({"labelSelector": labels.query(selector)} if selector else {})
        accept = METADATA_ONLY if metadata_only else "application/json"
        found: list[Raw] = []
        while True:
            page = await self._call("LIST", kind, kind.path(namespace), query=query, accept=accept)
            found += (item | {"apiVersion": kind.api_version, "kind": kind.kind} for item in page.get("items") or [])
            following = page.get("metadata", {}).get("continue")
            if not following:
                return found
            query["continue"] = following

    async def apply(self, body: Raw) -> Raw:
        return await self._apply(body, "")

    async def apply_status(self, body: Raw) -> Raw:
        return await self._apply(body, "status")

    async def warnings_of(self, body: Raw) -> tuple[str, ...]:
        kind, (namespace, name) = kind_of(body), name_of(body)
        query = {"fieldManager": labels.MANAGER, "force": "true", "dryRun": "All"}
        _, headers = await self._ask("DRYRUN", kind, kind.path(namespace, name), query=query, body=body, content=APPLY)
        return tuple(_warning(text) for text in headers.getall("Warning", ()))

    async def _apply(self, body: Raw, subresource: str) -> Raw:
        kind, (namespace, name) = kind_of(body), name_of(body)
        query = {"fieldManager": labels.MANAGER, "force": "true"}
        path = kind.path(namespace, name, subresource)
        return await self._call("PATCH", kind, path, query=query, body=body, content=APPLY)

    async def create(self, body: Raw) -> Raw:
        kind, (namespace, _) = kind_of(body), name_of(body)
        return await self._call("POST", kind, kind.path(namespace), query={"fieldManager": labels.MANAGER}, body=body)

    async def merge_patch(self, kind: Kind, name: str, namespace: str, patch: Raw, subresource: str = "") -> Raw:
        path = kind.path(namespace, name, subresource)
        return await self._call("PATCH", kind, path, query={"fieldManager": labels.MANAGER}, body=patch, content=MERGE)

    async def patch_scale(
        self, kind: Kind, name: str, namespace: str, replicas: int, resource_version: str = ""
    ) -> None:
        patch: Raw = {"spec": {"replicas": replicas}}
        if resource_version:
            patch["metadata"] = {"resourceVersion": resource_version}
        await self.merge_patch(kind, name, namespace, patch, "scale")

    async def delete(self, kind: Kind, name: str, namespace: str, uid: str) -> bool:
        body = {"preconditions": {"uid": uid}, "propagationPolicy": "Background"}
        try:
            await self._call("DELETE", kind, kind.path(namespace, name), body=body)
        except (errors.NotFoundError, errors.ConflictError):
            return False
        return True

    async def close(self) -> None:
        await self._rest.close()

    async def _call(self, verb: str, kind: Kind, path: str, **call: Any) -> Raw:
        answer, _ = await self._ask(verb, kind, path, **call)
        return answer

    async def _ask(
        self,
        verb: str,
        kind: Kind,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Raw | None = None,
        content: str = "application/json",
        accept: str = "application/json",
    ) -> tuple[Raw, Any]:
        method = METHODS.get(verb, verb)
        writes = verb == method and verb != "GET"
        if writes and self._limiter:
            await self._limiter.acquire()
        url = self._credentials.url(path, query)
        headers = {"Accept": accept, "Content-Type": content}
        status, answer, received = await self._exchange(method, url, headers, body)
        if status == 401 and self._refresh_token():
            status, answer, received = await self._exchange(method, url, headers, body)
        if self._count:
            self._count(verb, kind.plural, status)
        if status < 400:
            if writes and self._limiter:
                self._limiter.succeeded()
            return answer, received
        error = errors.api_error(status, answer, received.get("Retry-After", ""))
        if self._limiter and (isinstance(error, errors.UnreachableError) or status >= 500 or status == 429):
            self._limiter.failed(error.retry_after_seconds)
        raise error

    async def _exchange(self, method: str, url: str, headers: dict[str, str], body: Raw | None) -> tuple[int, Raw, Any]:
        sent = headers | ({"Authorization": f"Bearer {self._token}"} if self._token else {})
        try:
            response = await self._rest.request(  # type: ignore[no-untyped-call]  # the client is typed in part
                method, url, headers=sent, body=body, _request_timeout=self._timeout
            )
            text = await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            if self._limiter:
                self._limiter.failed(0)
            place = url.partition("?")[0]
            raise errors.UnreachableError(f"{method} {place}: {type(error).__name__} {error}") from error
        return response.status, _parsed(text), response.getheaders()

    def _refresh_token(self) -> bool:
        """Re-read the mounted token, which kubelet rotates; False when it is the one that was refused."""
        fresh = self._credentials.read_token()
        changed = fresh != self._token
        self._token = fresh
        return changed


def _warning(header: str) -> str:
    """The sentence inside a Warning header (RFC 7234, section 5.5): `299 - "sentence"`."""
    return header.partition('"')[2].rstrip('"').replace('\\"', '"')


def _parsed(text: bytes) -> dict[str, Any]:
    """A JSON object, or the plain text of an answer that is none, as a Status would carry it."""
    try:
        parsed = json.loads(text)
    except ValueError:
        return {"message": text[:300].decode(errors="replace")}
    return parsed if isinstance(parsed, dict) else {"message": str(parsed)[:300]}
