"""Two tenants with everything that a tenant can have, each text of it a canary of its own.

A canary is a word that only one tenant's people, Models and rows hold: `qzat-...` is alder's, `qzbt-...` is birch's.
"""

from __future__ import annotations

import itertools
import json
import random
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from freehold_app.auth.passwords import Passwords
from freehold_app.auth.principal import Role
from freehold_app.catalog.service import Catalog
from tests.app.conversations.devices import fresh, said
from tests.app.isolation.asking import Answer, Request, ask
from tests.app.isolation.installation import Installation
from tests.app.people import PASSWORD, Person

TENANTS = {"alder": "a", "birch": "b"}
SHARED = "shared"
SCOPES = ("read", "inference", "models:write", "usage:read")
CANARY = re.compile(r"qz([ab])t-[0-9a-f]{8}")
CONVERSATIONS = 3
MESSAGES = 2
_numbers = itertools.count()


def canary(tenant: str) -> str:
    """A word that nobody else has."""
    return f"qz{TENANTS[tenant]}t-{next(_numbers):08x}"


def password(tenant: str) -> str:
    """Of all of a tenant's people."""
    return f"{PASSWORD} {tenant}"


def model_names(tenant: str) -> list[str]:
    return [f"qz{TENANTS[tenant]}m-{number:06x}" for number in range(3)]


@dataclass(slots=True)
class Side:
    """One tenant, and what its callers hold in their hands."""

    name: str
    tenant_id: UUID
    people: dict[Role, Person] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    cookies: list[str] = field(default_factory=list)
    cursors: list[str] = field(default_factory=list)
    etags: dict[str, str] = field(default_factory=dict)
    invitations: list[str] = field(default_factory=list)
    ids: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Kind of thing -> ids of it, as the database and the cluster hold them."""

    @property
    def namespace(self) -> str:
        return f"tenant-{self.name}"


class World:
    def __init__(self, installation: Installation, superuser: asyncpg.Connection, chance: random.Random) -> None:
        self.installation = installation
        self.superuser = superuser
        self.chance = chance
        self.sides: dict[str, Side] = {}
        self._digests: dict[str, str] = {}

    def other(self, side: Side) -> Side:
        return next(one for one in self.sides.values() if one is not side)

    async def restore(self) -> None:
        """Everything that calls have removed since is there again, and everybody is signed in."""
        control = self.installation.control
        for name in TENANTS:
            side = self.sides.setdefault(name, Side(name, await control.tenant(name)))
            await self._people(side)
            await self._keys(side)
            self._models(side)
            await self._history(side)
            await self._talk(side)
            control.deps.directory.forget(side.tenant_id)
        for name in TENANTS:
            for model in self.sides[name].ids["name"]:
                await self._seen(self.sides[name], model)

    async def say(self, person: Person, method: str, path: str, body: Any = None) -> Answer:
        """A call that must succeed."""
        headers = {"authorization": f"Bearer {person.access}", "content-type": "application/json"}
        content = b"" if body is None else json.dumps(body).encode()
        answer = await ask(self.installation.app, Request(method, path, headers=headers, body=content))
        assert answer.status < 300, f"{method} {path}: {answer.text}"
        return answer

    async def _people(self, side: Side) -> None:
        control = self.installation.control
        for role in Role:
            email = f"qz{TENANTS[side.name]}e-{role}@example.org"
            side.people[role] = await control.person(email, tenant=side.name, role=role)
            await self.superuser.execute(
                "UPDATE users SET name = $1 WHERE id = $2", canary(side.name), side.people[role].user_id
            )
            await self.superuser.execute(
                "UPDATE user_credentials SET secret_hash = $1 WHERE user_id = $2",
                await self._digest(side),
                side.people[role].user_id,
            )
        side.cookies[:] = [person.cookie for person in side.people.values()]
        await self.superuser.execute(
            "UPDATE tenants SET display = $1, settings = $2 WHERE id = $3",
            canary(side.name),
            json.dumps({"default_model": model_names(side.name)[0]}),
            side.tenant_id,
        )

    async def _digest(self, side: Side) -> str:
        """Made once: it costs 25 ms."""
        if side.name not in self._digests:
            passwords = Passwords()
            self._digests[side.name] = await passwords.digest(password(side.name))
            passwords.close()
        return self._digests[side.name]

    async def _keys(self, side: Side) -> None:
        """One for each scope of a person, and one of the tenant with all."""
        control, engineer = self.installation.control, side.people[Role.ENGINEER].user_id
        live = "SELECT count(*) FROM api_keys WHERE public_id = $1 AND revoked_at IS NULL"
        for scope in (*SCOPES, "service"):
            text = side.keys.get(scope)
            if text is not None and await self.superuser.fetchval(live, text[4:14]):
                continue
            scopes, creator = (SCOPES, None) if scope == "service" else ((scope,), engineer)
            side.keys[scope] = text = await control.key(side.tenant_id, *scopes, creator=creator)
            await self.superuser.execute(
                "UPDATE api_keys SET name = $1 WHERE public_id = $2", canary(side.name), text[4:14]
            )

    def _models(self, side: Side) -> None:
        api = self.installation.api
        for name in (*model_names(side.name), SHARED):
            if (side.namespace, name) in api.objects:
                continue
            mode = "Fixed" if name == model_names(side.name)[1] else "Requests"
            spec = {"engine": "Echo", "displayName": canary(side.name), "autoscaling": {"mode": mode}}
            ready = {"type": "Ready", "status": "True", "reason": "Serving", "message": canary(side.name)}
            status: dict[str, Any] = {
                "phase": "Ready",
                "tenant": side.name,
                "conditions": [ready],
                "url": canary(side.name),
            }
            api.put(side.namespace, name, spec | {"description": canary(side.name)}, **status)
        api.pods[:] = [pod for pod in api.pods if pod["metadata"]["namespace"] != side.namespace]
        api.pods += [_pod(side, name) for name in (*model_names(side.name), SHARED)]
        api.events[:] = [event for event in api.events if event["metadata"]["namespace"] != side.namespace]
        api.events += [_event(side, name) for name in (*model_names(side.name), SHARED)]
        api.logs[side.namespace] = [f"2026-11-24T09:00:00Z {canary(side.name)}\n".encode()]

    async def _seen(self, side: Side, model: str) -> None:
        """Every process's own watch brings what the cluster has."""
        given = (thing for part in self.installation.role._slices for thing in part.gives)
        informer = next(thing for thing in given if isinstance(thing, Catalog)).informer
        listener = informer.subscribe()
        while informer.find((side.namespace, model)) != self.installation.api.objects.get((side.namespace, model)):
            await listener.news.wait()
            listener.take()
        informer.unsubscribe(listener)

    async def _history(self, side: Side) -> None:
        """What the worker and the recorder would have written."""
        if await self.superuser.fetchval("SELECT count(*) FROM usage_daily WHERE tenant_id = $1", side.tenant_id):
            return
        for name in (*model_names(side.name), SHARED):
            for role in (Role.MEMBER, Role.ENGINEER):
                await self.superuser.execute(_USAGE, side.tenant_id, name, side.people[role].user_id)
            await self.superuser.execute(_TRANSITION, side.tenant_id, UUID(fresh()), name, canary(side.name))
        await self.superuser.execute(_USAGE, side.tenant_id, canary(side.name), side.people[Role.MEMBER].user_id)

    async def _talk(self, side: Side) -> None:
        for role in (Role.MEMBER, Role.ENGINEER, Role.OWNER):
            person = side.people[role]
            kept = await self.superuser.fetchval(_LIVE, side.tenant_id, person.user_id)
            for _ in range(CONVERSATIONS - kept):
                await self._converse(side, person)
        owner = side.people[Role.OWNER]
        email = f"qz{TENANTS[side.name]}e-{next(_numbers):06x}@example.org"
        made = await self.say(owner, "POST", "/api/v1/tenant/invitations", {"email": email})
        side.invitations.append(json.loads(bytes(made.body))["token"])

    async def _converse(self, side: Side, person: Person) -> None:
        conversation, model = fresh(), model_names(side.name)[0]
        words = {"title": canary(side.name), "folder": canary(side.name), "params": {"system": canary(side.name)}}
        await self.say(person, "POST", "/api/v1/conversations", {"id": conversation, "model": model, **words})
        path = f"/api/v1/conversations/{conversation}"
        for _ in range(MESSAGES):
            await self.say(person, "POST", f"{path}/messages", {"id": fresh(), "parts": said(canary(side.name))})
        question = {"id": fresh(), "parts": said(canary(side.name))}
        await self.say(person, "POST", f"{path}/turns", {"id": fresh(), "model": model, "message": question})


_LIVE = "SELECT count(*) FROM conversations WHERE tenant_id = $1 AND owner_id = $2 AND deleted_at IS NULL"
_USAGE = f"""
INSERT INTO usage_daily VALUES ($1, '2026-11-24', $2, '{UUID(int=0)}', $3, 2, 7, 0, 11, 0, 13, 0, 0, 100, 0, 24)
"""
_TRANSITION = """
INSERT INTO model_transitions (tenant_id, id, model, at, type, status, reason, message, ready, desired)
VALUES ($1, $2, $3, '2026-11-24T09:00:00Z', 'Phase', 'Ready', 'Serving', $4, 1, 1)
"""


def _pod(side: Side, model: str) -> dict[str, Any]:
    metadata = {
        "name": f"model-{model}-{TENANTS[side.name]}",
        "namespace": side.namespace,
        "labels": {"freehold.dev/model": model},
        "creationTimestamp": "2026-11-24T09:00:00Z",
    }
    engine = {"name": "engine", "ready": True, "restartCount": 1, "state": {"running": {}}}
    spec = {"nodeName": canary(side.name), "containers": [{"name": "engine"}]}
    return {"metadata": metadata, "spec": spec, "status": {"phase": "Running", "containerStatuses": [engine]}}


def _event(side: Side, model: str) -> dict[str, Any]:
    return {
        "metadata": {"namespace": side.namespace, "name": canary(side.name)},
        "involvedObject": {"kind": "Model", "name": model},
        "type": "Normal",
        "reason": "Told",
        "message": canary(side.name),
        "lastTimestamp": "2026-11-24T09:00:00Z",
    }
