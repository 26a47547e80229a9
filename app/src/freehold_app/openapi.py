"""The HTTP interface in OpenAPI's words: FastAPI's own routes, and the data path, which FastAPI never sees.

Bodies of `/v1` are OpenAI's. They are named and not repeated here: unknown fields pass through to the engine, so a full
schema would promise less than what works.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from freehold_app import __version__
from freehold_app.control import API, rest_app

type Json = dict[str, Any]

_ERROR: Json = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string", "description": "A sentence for people."},
                "type": {"type": "string", "examples": ["invalid_request_error"]},
                "param": {"type": ["string", "null"], "description": "The field at fault."},
                "code": {"type": "string", "examples": ["model_not_found"]},
            },
        }
    },
}
_MODEL: Json = {
    "type": "object",
    "required": ["id", "object", "created", "owned_by"],
    "properties": {
        "id": {"type": "string", "description": "What to send as `model`."},
        "object": {"const": "model"},
        "created": {"type": "integer", "description": "Seconds since 1970."},
        "owned_by": {"type": "string"},
        "freehold": {
            "type": "object",
            "properties": {
                "phase": {"type": "string"},
                "features": {"type": "array", "items": {"type": "string"}},
                "contextLength": {"type": ["integer", "null"]},
            },
        },
    },
}
_MODELS: Json = {
    "type": "object",
    "required": ["object", "data"],
    "properties": {
        "object": {"const": "list"},
        "data": {"type": "array", "items": {"$ref": "#/components/schemas/ServedModel"}},
    },
}
_FIELD_ERROR: Json = {
    "type": "object",
    "required": ["pointer", "code", "message"],
    "properties": {
        "pointer": {"type": "string", "description": "JSON pointer into the body, or `/query/<name>`, `/path/<name>`."},
        "code": {"type": "string"},
        "message": {"type": "string", "description": "A sentence for people."},
    },
}
_PROBLEM: Json = {
    "type": "object",
    "required": ["type", "title", "status", "code", "blame", "request_id"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:freehold:problem:not_found"]},
        "title": {"type": "string", "description": "A sentence for people, the same for each `code`."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What exactly, this time."},
        "instance": {"type": "string", "description": "The path that was asked."},
        "code": {"type": "string", "description": "For programs.", "examples": ["not_found"]},
        "request_id": {"type": "string", "description": "To quote to whoever runs Freehold."},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}},
        "retry_after": {"type": "integer", "description": "Seconds until another try may help."},
        "blame": {"type": "string", "enum": ["you", "quota", "platform"], "description": "Who can mend it."},
        "fix": {"type": "string", "description": "What to do about it."},
    },
    "additionalProperties": True,
}
_PROBLEM_TEXT = "It was not done; `code` says why and `fix` what helps (RFC 9457)."
_PROBLEM_CONTENT: Json = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_FAULTS = {
    "400": "The body is not valid for this route; `param` names the field.",
    "401": "No key, or one that is not valid or has expired.",
    "403": "The key may not do this, or its tenant or the Model is suspended.",
    "404": "No such Model for this key.",
    "408": "The body did not arrive in time.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "429": "Too many unknown keys from this address, or the Model's provider limits its rate.",
    "500": "The gateway failed; quote `x-request-id`.",
    "502": "The Model broke off, or its provider refused the platform.",
    "503": "The Model is starting, unavailable or overloaded; `retry-after` says when to come again.",
    "504": "The Model was silent for too long.",
}
_READ_FAULTS = ("401", "403", "404", "429", "500", "503")


def document() -> Json:
    """The whole description, ready for JSON."""
    description = rest_app().openapi()
    description["info"] |= {
        "version": __version__,
        "description": "`/v1` calls Models as with OpenAI: only the base URL differs. `/api/v1` is everything else.",
    }
    for path, operations in description["paths"].items():
        for operation in operations.values():
            _with_problems(path, operation)
    description["paths"] |= _paths()
    components = description.setdefault("components", {})
    components.setdefault("schemas", {}).update({"OpenAIError": _ERROR, "ServedModel": _MODEL, "ModelList": _MODELS})
    components["schemas"] |= {"Problem": _PROBLEM, "FieldError": _FIELD_ERROR}
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)
    components["responses"] = {"Problem": {"description": _PROBLEM_TEXT, "content": _PROBLEM_CONTENT}, **_refused()}
    components["securitySchemes"] = components.get("securitySchemes", {}) | {
        "key": {"type": "http", "scheme": "bearer", "bearerFormat": "fhk_..."}
    }
    description["security"] = [{"key": []}]
    return description


def _with_problems(path: str, operation: Json) -> None:
    """Every failure has one shape; what is open to everybody says so."""
    operation["responses"].pop("422", None)
    operation["responses"]["default"] = {"$ref": "#/components/responses/Problem"}
    if not path.startswith(API):
        operation["security"] = []


def _paths() -> Json:
    name = {"name": "model", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "/v1/models": {"get": _operation("listModelsForPrograms", "The Models that this key may call", "ModelList")},
        "/v1/models/{model}": {
            "get": {**_operation("retrieveModel", "One Model", "ServedModel"), "parameters": [name]}
        },
        "/v1/chat/completions": {
            "post": _call("createChatCompletion", "A chat's next message", ["messages"], stream=True)
        },
        "/v1/embeddings": {"post": _call("createEmbedding", "Texts as vectors", ["input"], stream=False)},
    }


def _operation(identifier: str, summary: str, schema: str) -> Json:
    answer = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {
        "operationId": identifier,
        "summary": summary,
        "tags": ["v1"],
        "responses": {"200": {"description": "Found.", "content": answer}, **_refusals(_READ_FAULTS)},
    }


def _call(identifier: str, summary: str, required: list[str], *, stream: bool) -> Json:
    properties: Json = {"model": {"type": "string"}} | ({"stream": {"type": "boolean"}} if stream else {})
    schema = {
        "type": "object",
        "required": ["model", *required],
        "properties": properties | {field: {} for field in required},
        "additionalProperties": True,
    }
    content: Json = {"application/json": {"schema": {"type": "object"}}}
    if stream:
        content["text/event-stream"] = {"schema": {"type": "string"}}
    return {
        "operationId": identifier,
        "summary": summary,
        "tags": ["v1"],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {"200": {"description": "The engine's answer.", "content": content}, **_refusals(_FAULTS)},
    }


def _refusals(statuses: Iterable[str]) -> Json:
    return {status: {"$ref": f"#/components/responses/Refused{status}"} for status in statuses}


def _refused() -> Json:
    """The data path's refusals, described once for all its routes."""
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/OpenAIError"}}}
    return {f"Refused{status}": {"description": text, "content": error} for status, text in _FAULTS.items()}
