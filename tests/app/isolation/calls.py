"""Random calls over every route that the OpenAPI document names: valid and broken, with ids of both tenants.

What a caller says of the other tenant are ids and names, never its canaries: those only the other tenant can have said.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from freehold_app.auth.principal import Role
from tests.app.conversations.devices import fresh
from tests.app.isolation.asking import Request
from tests.app.isolation.world import CANARY, SCOPES, SHARED, TENANTS, Side, World, canary, password
from tests.app.people import BOOTSTRAP_TOKEN

type Json = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
NOBODYS = "019ab49c-0000-7000-8000-0000000000ff"
COOKIE = "__Host-fh_refresh"
MEDIA = ("text/plain", "application/x-www-form-urlencoded", "")
BROKEN = (b"", b"{", b"[]", b"null", b'{"a": NaN}', b"\xff\xfe", b"[" * 70 + b"]" * 70)
WRONG: Sequence[Any] = (None, True, -1, 10**30, 1.5, "", "x" * 300, "\0", [], {}, [[]], {"a": 1}, NOBODYS)
KINDS = ("rename", "pin", "archive", "folder", "params", "change", "create", "delete", "message", "rate", "paint")


@dataclass(frozen=True, slots=True)
class Operation:
    """One route and method, as documented."""

    method: str
    path: str
    detail: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def operations(document: Json) -> list[Operation]:
    return [
        Operation(method.upper(), path, item[method])
        for path, item in sorted(document["paths"].items())
        for method in METHODS
        if method in item
    ]


class Caller:
    """Makes calls in the name of one tenant's people and keys."""

    def __init__(self, world: World, side: Side, document: Json) -> None:
        self._side = side
        self._other = world.other(side)
        self._chance = world.chance
        self._schemas = document["components"]["schemas"]
        self._texts = [canary(side.name) for _ in range(20)]

    def call(self, operation: Operation) -> Request:
        query = tuple(pair for each in operation.detail.get("parameters", ()) for pair in self._parameter(each))
        headers = self._credential(operation) | self._conditions(operation)
        body = b""
        if "requestBody" in operation.detail:
            content, media_type = self._content(operation)
            body, headers = content, headers | ({"content-type": media_type} if media_type else {})
        return Request(operation.method, self._path(operation), query, headers, body)

    # who asks

    def _credential(self, operation: Operation) -> dict[str, str]:
        if operation.path.startswith("/auth"):
            cookie = self._pick(self._side.cookies, "fhr_none", "")
            return {"cookie": f"{COOKIE}={cookie}"} if cookie else {}
        kind = self._chance.random()
        if kind < 0.05:
            return self._chance.choice([{}, {"authorization": "Bearer nobody"}, {"x-forwarded-user": "root"}])
        programs = operation.path.startswith("/v1")
        if kind < (0.7 if programs else 0.3):
            return {"authorization": f"Bearer {self._chance.choice(list(self._side.keys.values()))}"}
        role = self._chance.choice([*Role, Role.OWNER, Role.ADMIN])
        return {"authorization": f"Bearer {self._side.people[role].access}"}

    def _conditions(self, operation: Operation) -> dict[str, str]:
        found: dict[str, str] = {}
        if self._chance.random() < 0.3:
            tags = list(self._side.etags.values()) + list(self._other.etags.values())
            name = "if-none-match" if operation.method == "GET" else "if-match"
            found[name] = self._pick(tags, '"nobody-1"', "*")
        elif operation.method in {"PUT", "DELETE"}:
            found["if-match"] = "*"
        if operation.method == "POST" and self._chance.random() < 0.2:
            found["idempotency-key"] = self._chance.choice(["one", "two", "three", "with space"])
        return found

    # what is asked

    def _path(self, operation: Operation) -> str:
        path = operation.path
        for parameter in operation.detail.get("parameters", ()):
            if parameter["in"] == "path":
                path = path.replace("{" + parameter["name"] + "}", self._identifier(parameter["name"]))
        return path

    def _identifier(self, kind: str) -> str:
        kind = "name" if kind == "model" else kind
        fate = self._chance.random()
        if fate < 0.45 and self._side.ids[kind]:
            return self._chance.choice(self._side.ids[kind])
        if fate < 0.85 and self._other.ids[kind]:
            return self._chance.choice(self._offered(kind))
        return self._chance.choice([NOBODYS, fresh(), "x", "0", SHARED])

    def _offered(self, kind: str) -> list[str]:
        """Every second thing of the other tenant stays unsaid: whoever hears of it was told."""
        known = self._other.ids[kind]
        return known[::2] or known

    def _parameter(self, parameter: Json) -> list[tuple[str, str]]:
        if parameter["in"] != "query" or self._chance.random() > 0.35:
            return []
        name = parameter["name"]
        if name == "cursor":
            return [
                (name, self._pick([*self._side.cursors[-20:], *self._other.cursors[-20:]], "0", "x", "5-1764000000"))
            ]
        if self._chance.random() < 0.1:
            return [(name, self._chance.choice(["", "x", "-1", "99999999", "2026-13-45"]))]
        value = self._value(name, parameter["schema"])
        values = value if isinstance(value, list) else [value]
        return [(name, str(one).lower() if isinstance(one, bool) else str(one)) for one in values if one is not None]

    def _content(self, operation: Operation) -> tuple[bytes, str]:
        fate = self._chance.random()
        if fate < 0.05:
            return self._chance.choice(BROKEN), "application/json"
        schema = operation.detail["requestBody"]["content"]["application/json"]["schema"]
        body = self._value("", schema)
        self._amend(operation, body)
        if fate < 0.3:
            self._spoil(body)
        media_type = "application/json" if fate < 0.95 else self._chance.choice(MEDIA)
        return json.dumps(body).encode(), media_type

    def _spoil(self, body: Json) -> None:
        """One field too few, too many or wrong, at any depth."""
        places = [body, *(value for value in body.values() if isinstance(value, dict))]
        place = self._chance.choice(places)
        fate = self._chance.random()
        if fate < 0.3 or not place:
            place[self._chance.choice(["surplus", "tenant_id", "owner_id", "role"])] = self._identifier("tenant_id")
        elif fate < 0.5:
            place.pop(self._chance.choice(list(place)))
        else:
            place[self._chance.choice(list(place))] = self._chance.choice(WRONG)

    def _amend(self, operation: Operation, body: Json) -> None:
        """Where a random value would never get past the first check."""
        if operation.path == "/api/v1/sync/push":
            body["mutations"] = [self._mutation() for _ in range(self._chance.randint(1, 5))]
        elif operation.path == "/v1/chat/completions":
            body["messages"] = [{"role": "user", "content": self._text()}]
        elif operation.path == "/v1/embeddings":
            body["input"] = self._text()
        elif operation.path == "/api/v1/conversations/{conversation_id}/turns" and self._chance.random() < 0.8:
            body["parent_id"] = None
            body["message"] = {"id": fresh(), "parts": [{"type": "text", "text": self._text()}]}

    def _mutation(self) -> Json:
        kind = self._chance.choice(KINDS)
        subject = "message_id" if kind in {"message", "rate"} else "conversation_id"
        new = kind in {"create", "message"}
        identifier = fresh() if new and self._chance.random() < 0.7 else self._identifier(subject)
        by_kind: dict[str, Json] = {
            "rename": {"title": self._text()},
            "pin": {"pinned": True},
            "archive": {"archived": True},
            "folder": {"folder": self._text()},
            "params": {"params": {"system": self._text()}},
            "change": {"title": self._text(), "folder": None},
            "create": {"title": self._text()},
            "message": {"conversation_id": self._identifier("conversation_id"), "parts": [{"text": self._text()}]},
            "rate": {"rating": 1},
        }
        base = self._chance.choice([None, 0, 1, 50])
        return {"op_id": fresh(), "kind": kind, "id": identifier, "base_rev": base, "fields": by_kind.get(kind, {})}

    # values by their schema

    def _value(self, name: str, schema: Json) -> Any:
        named = self._named(name)
        if named is not None:
            return named()
        if "$ref" in schema:
            return self._value(name, self._schemas[schema["$ref"].rpartition("/")[2]])
        choices = schema.get("anyOf") or schema.get("oneOf")
        if choices:
            return self._value(name, self._chance.choice(choices))
        if "enum" in schema or "const" in schema:
            return self._chance.choice(schema.get("enum", [schema.get("const")]))
        return self._plain(name, schema)

    def _plain(self, name: str, schema: Json) -> Any:
        kind = schema.get("type")
        if kind == "object":
            return self._object(schema)
        if kind == "array":
            low = schema.get("minItems", 0)
            return [self._value(name, schema.get("items", {})) for _ in range(self._chance.randint(low, low + 1))]
        if kind in {"integer", "number"}:
            low = int(schema.get("minimum") or schema.get("exclusiveMinimum") or 0)
            return self._chance.randint(low, min(low + 5, int(schema.get("maximum") or low + 5)))
        return {"boolean": self._chance.random() < 0.5, "null": None}.get(str(kind), self._formatted(name, schema))

    def _object(self, schema: Json) -> Json:
        required = schema.get("required", ())
        return {
            field: self._value(field, each)
            for field, each in schema.get("properties", {}).items()
            if field in required or self._chance.random() < 0.3
        }

    def _formatted(self, name: str, schema: Json) -> Any:
        by_format: dict[str, Callable[[], str]] = {
            "uuid": lambda: self._identifier(self._chance.choice(["conversation_id", "message_id"])),
            "date": lambda: self._chance.choice(["2026-11-01", "2026-11-24", "2026-12-01"]),
            "date-time": lambda: "2027-01-01T00:00:00Z",
        }
        return by_format.get(schema.get("format", ""), self._text)()

    def _named(self, name: str) -> Callable[[], Any] | None:
        """What a field's name says more of than its schema."""
        letter = TENANTS[self._side.name]
        special: dict[str, Callable[[], Any]] = {
            "id": lambda: self._pick(
                [fresh(), fresh()], self._identifier("conversation_id"), self._identifier("turn_id")
            ),
            "answer_id": fresh,
            "tenant_id": lambda: self._identifier("tenant_id"),
            "model": lambda: self._identifier("name"),
            "default_model": lambda: self._chance.choice(self._side.ids["name"] or [SHARED]),
            "email": lambda: self._pick(self._side.ids["email"], *self._other.ids["email"][::2]),
            "password": lambda: self._pick([password(self._side.name)], "wrong horse battery"),
            "token": lambda: self._pick(self._side.invitations[-3:], BOOTSTRAP_TOKEN, "fhi_nobody"),
            "tenant": lambda: "cedar",
            "scopes": lambda: self._chance.sample(SCOPES, self._chance.randint(1, 4)),
            "models": lambda: None,
            "routes": lambda: None,
            "tz": lambda: "Europe/Berlin",
            "pod": lambda: f"model-{self._identifier('name')}-{self._chance.choice('ab')}",
            "after": lambda: self._pick(["", "0-0-0"], "x"),
            "container": lambda: "engine",
            "follow": lambda: False,
            "topics": lambda: self._chance.choice(["", "model", "turn,sync", "nothing"]),
            "spec": lambda: self._chance.choice(self._specs()),
            "name": lambda: self._chance.choice([f"qz{letter}m-{self._chance.randrange(16**6):06x}", SHARED, "m"]),
        }
        return special.get(name)

    def _specs(self) -> list[Json]:
        return [
            {"engine": "Echo", "displayName": self._text()},
            {"engine": "Echo", "description": self._text(), "autoscaling": {"mode": "Fixed"}, "replicas": 2},
            {"engine": "LlamaCpp"},
            {"engine": "Echo", "replicas": 3},
        ]

    def _text(self) -> str:
        found = self._chance.choice(self._texts)
        assert CANARY.fullmatch(found)
        return found

    def _pick(self, usual: Sequence[str], *others: str) -> str:
        """Mostly one of the usual."""
        if usual and self._chance.random() < 0.7:
            return self._chance.choice(usual)
        return self._chance.choice(others or ("x",))
