"""An API server for Models over HTTP, with the manners that control relies on and nothing else.

Real: HTTP, uid and resourceVersion as preconditions, server-side apply with owners per field of the spec, conflicts and
refusals in the server's own shape, dry run, watch, a log that goes on. Faked: schemas (one rule is kept), defaults,
admission, rights. The real server's part is checked in tier `api`.
"""

from __future__ import annotations

import asyncio
import copy
import itertools
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

type Raw = dict[str, Any]
MODELS = "/apis/freehold.dev/v1alpha1/models"
ONE = "/apis/freehold.dev/v1alpha1/namespaces/{namespace}/models/{name}"


def status(code: int, message: str, *causes: tuple[str, str, str]) -> web.Response:
    listed = [{"field": where, "reason": reason, "message": text} for where, reason, text in causes]
    body = {"kind": "Status", "code": code, "message": message, "details": {"causes": listed}}
    return web.json_response(body, status=code)


@dataclass
class FakeApi:
    """`put` plays the other clients, `refuse` the server's mood, `calls` what was asked."""

    objects: dict[tuple[str, str], Raw] = field(default_factory=dict)
    pods: list[Raw] = field(default_factory=list)
    events: list[Raw] = field(default_factory=list)
    log: list[bytes] = field(default_factory=list)
    logs: dict[str, list[bytes]] = field(default_factory=dict)
    """By namespace, where not all have the same."""
    log_goes_on: bool = False
    refuse: web.Response | None = None
    calls: list[str] = field(default_factory=list)
    watched: asyncio.Event = field(default_factory=asyncio.Event)
    _owners: dict[tuple[str, str], dict[str, set[str]]] = field(default_factory=dict)
    _watchers: list[asyncio.Queue[Raw]] = field(default_factory=list)
    _versions: Any = field(default_factory=lambda: itertools.count(100))

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_get(MODELS, self._list)
        application.router.add_get(ONE, self._get)
        application.router.add_patch(ONE, self._apply)
        application.router.add_patch(ONE + "/scale", self._scale)
        application.router.add_delete(ONE, self._delete)
        application.router.add_get("/api/v1/namespaces/{namespace}/pods", self._pods)
        application.router.add_get("/api/v1/namespaces/{namespace}/events", self._events)
        application.router.add_get("/api/v1/namespaces/{namespace}/pods/{pod}/log", self._log)
        return application

    def put(self, namespace: str, name: str, spec: Raw, *, manager: str = "kubectl", **model_status: Any) -> Raw:
        """Somebody else makes or changes a Model."""
        key = namespace, name
        owners = self._owners.setdefault(key, {})
        owners.setdefault(manager, set()).update(spec)
        return self._stored(key, spec, model_status)

    def tell(self, kind: str, item: Raw) -> None:
        for queue in self._watchers:
            queue.put_nowait({"type": kind, "object": copy.deepcopy(item)})

    def drop(self, namespace: str, name: str) -> None:
        self.tell("DELETED", self.objects.pop((namespace, name)))

    def _stored(self, key: tuple[str, str], spec: Raw, model_status: Raw | None = None) -> Raw:
        known = self.objects.get(key)
        version = str(next(self._versions))
        metadata = {
            "namespace": key[0],
            "name": key[1],
            "uid": known["metadata"]["uid"] if known else f"uid-{key[1]}-{version}",
            "resourceVersion": version,
            "generation": 1,
            "creationTimestamp": "2026-11-24T09:00:00Z",
            "managedFields": [
                {
                    "manager": manager,
                    "operation": "Apply",
                    "fieldsV1": {"f:spec": {f"f:{name}": {} for name in sorted(fields)}},
                }
                for manager, fields in self._owners.get(key, {}).items()
                if fields
            ],
        }
        made: Raw = {"apiVersion": "freehold.dev/v1alpha1", "kind": "Model", "metadata": metadata, "spec": dict(spec)}
        made["status"] = model_status if model_status is not None else (known or {}).get("status", {})
        self.objects[key] = made
        self.tell("MODIFIED" if known else "ADDED", made)
        return made

    async def _list(self, request: web.Request) -> web.StreamResponse:
        if "watch" not in request.query:
            return web.json_response({"items": list(self.objects.values()), "metadata": {"resourceVersion": "100"}})
        queue: asyncio.Queue[Raw] = asyncio.Queue()
        self._watchers.append(queue)
        response = web.StreamResponse()
        await response.prepare(request)
        self.watched.set()
        while True:
            await response.write(orjson.dumps(await queue.get()) + b"\n")

    async def _get(self, request: web.Request) -> web.Response:
        found = self.objects.get(_key(request))
        return web.json_response(found) if found else status(404, "not found")

    async def _apply(self, request: web.Request) -> web.Response:
        self.calls.append(f"{request.method} {request.path_qs}")
        if self.refuse is not None:
            return self.refuse
        body, key = orjson.loads(await request.read()), _key(request)
        wrong = self._objection(body, key, request.query.get("fieldManager", ""), "force" in request.query)
        if wrong is not None:
            return wrong
        before, watchers = copy.deepcopy((self.objects, self._owners)), self._watchers
        dry_run = request.query.get("dryRun") == "All"
        self._watchers = [] if dry_run else watchers
        made = self._merged(key, body["spec"], request.query["fieldManager"])
        if dry_run:
            self.objects, self._owners = before
        self._watchers = watchers
        return web.json_response(made)

    def _objection(self, body: Raw, key: tuple[str, str], manager: str, force: bool) -> web.Response | None:
        metadata, known = body["metadata"], self.objects.get(key)
        for part in ("uid", "resourceVersion"):
            if part in metadata and (known is None or known["metadata"][part] != metadata[part]):
                return status(409, "the object has been modified")
        merged = (known["spec"] if known else {}) | body["spec"]
        if merged.get("engine") == "LlamaCpp" and "url" not in merged:
            words = "Invalid value: engine LlamaCpp needs url"
            return status(422, f'Model "{key[1]}" is invalid: spec: {words}', ("spec", "FieldValueInvalid", words))
        causes = [
            (f".spec.{name}", "FieldManagerConflict", f'conflict with "{other}" using freehold.dev/v1alpha1')
            for other, fields in self._owners.get(key, {}).items()
            if other != manager
            for name in sorted(fields & set(body["spec"]))
            if known and known["spec"].get(name) != body["spec"][name]
        ]
        return status(409, "Apply failed", *causes) if causes and not force else None

    def _merged(self, key: tuple[str, str], given: Raw, manager: str) -> Raw:
        owners = self._owners.setdefault(key, {})
        known = self.objects.get(key, {"spec": {}})
        others = set().union(*(fields for name, fields in owners.items() if name != manager))
        gone = owners.get(manager, set()) - set(given) - others
        for name, fields in owners.items():
            if name != manager:
                fields -= {part for part in fields & set(given) if known["spec"].get(part) != given[part]}
        owners[manager] = set(given)
        kept = {name: value for name, value in known["spec"].items() if name not in gone}
        return self._stored(key, kept | given)

    async def _scale(self, request: web.Request) -> web.Response:
        self.calls.append(f"{request.method} {request.path_qs}")
        key = _key(request)
        replicas = orjson.loads(await request.read())["spec"]["replicas"]
        self._stored(key, self.objects[key]["spec"] | {"replicas": replicas})
        return web.json_response({"kind": "Scale", "spec": {"replicas": replicas}})

    async def _delete(self, request: web.Request) -> web.Response:
        wanted, found = orjson.loads(await request.read())["preconditions"], self.objects.get(_key(request))
        if found is None:
            return status(404, "not found")
        if any(found["metadata"][part] != value for part, value in wanted.items()):
            return status(409, "precondition failed")
        self.drop(*_key(request))
        return web.json_response({"kind": "Status", "status": "Success"})

    async def _pods(self, request: web.Request) -> web.Response:
        wanted = request.query["labelSelector"].partition("=")[2]
        found = [pod for pod in self.pods if pod["metadata"]["labels"]["freehold.dev/model"] == wanted]
        return web.json_response({"items": _within(request, found)})

    async def _events(self, request: web.Request) -> web.Response:
        wanted = dict(part.split("=") for part in request.query["fieldSelector"].split(","))
        found = [event for event in self.events if event["involvedObject"]["name"] == wanted["involvedObject.name"]]
        return web.json_response({"items": _within(request, found)})

    async def _log(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(f"{request.method} {request.path_qs}")
        if self.refuse is not None:
            return self.refuse
        response = web.StreamResponse()
        await response.prepare(request)
        for piece in self.logs.get(request.match_info["namespace"], self.log):
            await response.write(piece)
        if self.log_goes_on:
            await asyncio.Event().wait()
        return response


def _within(request: web.Request, found: list[Raw]) -> list[Raw]:
    """Those of the namespace that is asked; what names none is in all."""
    namespace = request.match_info["namespace"]
    return [item for item in found if item["metadata"].get("namespace", namespace) == namespace]


def _key(request: web.Request) -> tuple[str, str]:
    return request.match_info["namespace"], request.match_info["name"]
