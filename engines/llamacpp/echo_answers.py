"""What the Echo engine answers: OpenAI's shapes, computed from the request alone."""

import base64
import hashlib
import json
import struct
from dataclasses import dataclass
from typing import Any

WORDS_LIMIT = 65_536
INPUTS_LIMIT = 2048
DIMENSIONS = 8
DIMENSIONS_LIMIT = 3072


class CallError(Exception):
    """A request that gets an error answer in OpenAI's shape."""

    def __init__(self, status: int, message: str, kind: str = "invalid_request_error") -> None:
        super().__init__(message)
        self.status, self.message, self.kind = status, message, kind

    def body(self) -> dict[str, Any]:
        return {"error": {"message": self.message, "type": self.kind, "param": None, "code": self.status}}


@dataclass(frozen=True)
class Reply:
    """The shapes of one chat answer."""

    model: str
    id: str
    created: int

    def _frame(self, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model, "choices": choices}

    def chunk(self, delta: dict[str, str], finish: str | None = None) -> dict[str, Any]:
        return self._frame("chat.completion.chunk", [{"index": 0, "delta": delta, "finish_reason": finish}])

    def usage_chunk(self, usage: dict[str, int]) -> dict[str, Any]:
        return {**self._frame("chat.completion.chunk", []), "usage": usage}

    def whole(self, content: str, finish: str, usage: dict[str, int]) -> dict[str, Any]:
        message = {"role": "assistant", "content": content}
        choices = [{"index": 0, "message": message, "finish_reason": finish}]
        return {**self._frame("chat.completion", choices), "usage": usage}


def models(alias: str) -> dict[str, Any]:
    return {"object": "list", "data": [{"id": alias, "object": "model", "created": 0, "owned_by": "freehold"}]}


def decoded(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError as error:
        raise CallError(400, f"the body is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise CallError(400, "the body is not a JSON object")
    return value


def completion(body: dict[str, Any]) -> tuple[int, list[str], str]:
    """Prompt tokens, the answer's words with their spaces, and why it ends: `stop` or `length`."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages or not all(isinstance(each, dict) for each in messages):
        raise CallError(400, "messages: a list of at least one message is needed")
    texts = [text_of(message.get("content")) for message in messages]
    users = [text for text, message in zip(texts, messages, strict=True) if message.get("role") == "user"]
    words = (users or texts)[-1].split()
    limit = body.get("max_completion_tokens", body.get("max_tokens")) or WORDS_LIMIT
    if not isinstance(limit, int) or limit < 0:
        raise CallError(400, "max_tokens: a positive whole number is needed")
    kept = words[: min(limit, WORDS_LIMIT)]
    spaced = [word if index == 0 else f" {word}" for index, word in enumerate(kept)]
    return sum(len(text.split()) for text in texts), spaced, "stop" if len(kept) == len(words) else "length"


def text_of(content: Any) -> str:
    """The text of a message, which is a string or a list of parts."""
    if isinstance(content, list):
        return " ".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def embedding_inputs(body: dict[str, Any]) -> tuple[list[str], int]:
    given = body.get("input")
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not 0 < len(texts) <= INPUTS_LIMIT or not all(isinstance(t, str) for t in texts):
        raise CallError(400, f"input: a text or a list of 1 to {INPUTS_LIMIT} texts is needed")
    dimensions = body.get("dimensions") or DIMENSIONS
    if not isinstance(dimensions, int) or not 0 < dimensions <= DIMENSIONS_LIMIT:
        raise CallError(400, f"dimensions: 1 to {DIMENSIONS_LIMIT}")
    return texts, dimensions


def vector(text: str, dimensions: int) -> list[float]:
    """`(dimensions,)` floats of length 1; equal texts give equal vectors."""
    digest = hashlib.shake_256(text.encode()).digest(dimensions)
    raw = [byte / 127.5 - 1.0 for byte in digest]
    length = sum(value * value for value in raw) ** 0.5 or 1.0
    return [value / length for value in raw]


def as_base64(values: list[float]) -> str:
    """Little-endian float32, which OpenAI's own clients ask for."""
    return base64.b64encode(struct.pack(f"<{len(values)}f", *values)).decode()
