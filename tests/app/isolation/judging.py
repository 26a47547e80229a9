"""What no answer may hold or be: another tenant's word or id, an undocumented refusal, a failure of our own."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import asyncpg

from tests.app.isolation.asking import Answer, Request
from tests.app.isolation.calls import Operation
from tests.app.isolation.world import CANARY, TENANTS, Side, World

ERRORS = Path(__file__).parents[3] / "docs" / "reference" / "errors.md"
IDENTIFIER = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|qz[ab]m-[0-9a-f]{6}|qz[ab]e-[a-z0-9]+@example\.org|fhk_[0-9A-Za-z]{10}|\b(?:alder|birch)\b"
)
_ROW = re.compile(r"^\| (\d{3}) \|(.*)\|$", re.MULTILINE)
_CODE = re.compile(r"`([a-z_]+)`")
SERVER_ERROR = 500

# Which parameter an id of which table is given as.
_IDS = {
    "conversation_id": "SELECT id FROM conversations WHERE tenant_id = $1 ORDER BY id",
    "message_id": "SELECT id FROM messages WHERE tenant_id = $1 ORDER BY id",
    "turn_id": "SELECT id FROM turns WHERE tenant_id = $1 ORDER BY id",
    "key_id": "SELECT id FROM api_keys WHERE tenant_id = $1 ORDER BY id",
    "session_id": "SELECT id FROM sessions WHERE tenant_id = $1 ORDER BY id",
    "user_id": "SELECT user_id FROM memberships WHERE tenant_id = $1 ORDER BY user_id",
    "invitation_id": "SELECT id FROM invitations WHERE tenant_id = $1 ORDER BY id",
    "answer_id": "SELECT answer_id FROM turns WHERE tenant_id = $1 ORDER BY answer_id",
    "tenant_id": "SELECT id FROM tenants WHERE id = $1",
    "email": "SELECT u.email FROM users u JOIN memberships m ON m.user_id = u.id WHERE m.tenant_id = $1 ORDER BY 1",
    "prefix": "SELECT prefix FROM api_keys WHERE tenant_id = $1 ORDER BY 1",
}
_SCOPED = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
"""
_PEOPLE = "SELECT user_id FROM memberships WHERE tenant_id = $1"


def documented() -> tuple[set[tuple[int, str, str]], set[tuple[int, str]]]:
    """Of the control plane (status, code, title), and of the gateway (status, code)."""
    gateway, _, control = ERRORS.read_text().partition("## Of the control plane")
    cells = [(int(status), rest.split(" | ")) for status, rest in _ROW.findall(control)]
    ours = {(status, parts[0].strip().strip("`"), parts[1].strip()) for status, parts in cells}
    theirs = {(int(status), _CODE.findall(rest)[1]) for status, rest in _ROW.findall(gateway)}
    return ours, theirs


class Judge:
    """Knows whose everything is. An id that a tenant's own callers have said may come back to them, a canary never."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._owners: dict[str, set[str]] = defaultdict(set)
        self._said: dict[str, set[str]] = defaultdict(set)
        self._control, self._gateway = documented()

    async def look(self) -> None:
        """Learn every id that there is now."""
        for side in self._world.sides.values():
            for kind, query in _IDS.items():
                rows = await self._world.superuser.fetch(query, side.tenant_id)
                side.ids[kind] = [str(row[0]) for row in rows]
            side.ids["name"] = [
                name for namespace, name in self._world.installation.api.objects if namespace == side.namespace
            ]
            for identifier in {side.name, *(one for ids in side.ids.values() for one in ids)}:
                self._owners[identifier].add(side.name)

    def leaks(self, side: Side, text: str) -> list[str]:
        """What of the other tenant stands there."""
        letter = TENANTS[side.name]
        words = [found[0] for found in CANARY.finditer(text) if found[1] != letter]
        said = self._said[side.name]
        return words + [
            found
            for found in IDENTIFIER.findall(text)
            if self._owners.get(found, {side.name}).isdisjoint({side.name}) and found not in said
        ]

    def note(self, side: Side, request: Request) -> None:
        self._said[side.name].update(IDENTIFIER.findall(request.text))

    def objections(self, operation: Operation, request: Request, answer: Answer) -> list[str]:
        """To the kind of answer, whatever it tells."""
        failed = [f"failed with {answer.status}"] if answer.status >= SERVER_ERROR else []
        return failed + self._undocumented(operation, request, answer)

    def _undocumented(self, operation: Operation, request: Request, answer: Answer) -> list[str]:
        responses = operation.detail["responses"]
        if str(answer.status) in responses and answer.status < 300:
            return []
        if answer.status == 304 and operation.method == "GET" and "if-none-match" in request.headers:
            return [] if not answer.body else ["304 with a body"]
        if answer.status < 400:
            return [f"answers {answer.status}, which its description does not name"]
        if operation.path.startswith("/v1"):
            return self._of_gateway(answer, set(responses))
        return self._of_control(request, answer)

    def _of_gateway(self, answer: Answer, statuses: set[str]) -> list[str]:
        code = json.loads(bytes(answer.body))["error"]["code"]
        found = [] if (answer.status, code) in self._gateway else [f"{answer.status} {code} is in no table"]
        return found + ([] if str(answer.status) in statuses else [f"its description does not name {answer.status}"])

    def _of_control(self, request: Request, answer: Answer) -> list[str]:
        if answer.media_type != "application/problem+json":
            return [f"{answer.status} as {answer.media_type}"]
        problem = json.loads(bytes(answer.body))
        row = answer.status, problem["code"], problem["title"]
        found = [] if row in self._control else [f"{row} is in no table"]
        if problem["status"] != answer.status or problem["instance"] != request.path:
            found.append("the problem speaks of another answer")
        return found

    async def digest(self, side: Side) -> dict[str, str]:
        """Everything that is the tenant's, table by table, and its Models."""
        superuser, found = self._world.superuser, {}
        for table in await _tables(superuser):
            found[table] = await _rows(superuser, table, "tenant_id = $1", side)
        found["tenants"] = await _rows(superuser, "tenants", "id = $1", side)
        found["users"] = await _rows(superuser, "users", f"id IN ({_PEOPLE})", side)
        found["user_credentials"] = await _rows(superuser, "user_credentials", f"user_id IN ({_PEOPLE})", side)
        objects = self._world.installation.api.objects
        models = {name: raw for (namespace, name), raw in objects.items() if namespace == side.namespace}
        return found | {"models": json.dumps(models, sort_keys=True)}


async def _tables(superuser: asyncpg.Connection) -> list[str]:
    return [str(row[0]) for row in await superuser.fetch(_SCOPED)]


async def _rows(superuser: asyncpg.Connection, table: str, condition: str, side: Side) -> Any:
    query = f"SELECT md5(coalesce(string_agg(x::text, chr(10) ORDER BY x::text), '')) FROM {table} x WHERE {condition}"
    return await superuser.fetchval(query, side.tenant_id)
