"""The gateway's language: what is sent to `/v1/chat/completions`, and what its stream says. Pure.

body = request(model, path, params)
for heard in Reader().feed(chunk): ...        # Delta, Activation, Usage, Finished; RefusedError where it refuses
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from freehold_app.conversations.content import text_of
from freehold_app.conversations.turns.answer import Activation, Delta, Usage

MAX_LINE_BYTES = 4_000_000
_HOLD = re.compile(r": freehold model=\S+ phase=(\w+)(?: progress=(\d+(?:\.\d+)?))?(?: eta=(\d+)s)?")
_USAGE = ("prompt_tokens", "completion_tokens")
_RETRY_SECONDS = {"model_loading": 15, "shutting_down": 1, "overloaded": 5}
_FIXES = {
    "model_loading": "It is starting. Send the question again in a moment.",
    "model_unavailable": "Look at the Model's state, or ask another Model.",
    "activation_failed": "Look at the Model's state, or ask another Model.",
    "model_not_found": "Choose another Model.",
    "model_suspended": "Choose another Model, or have this one resumed.",
    "permission_denied": "Choose a Model that you may call.",
    "input_too_large": "Begin a new conversation, or go on from an earlier message.",
    "shutting_down": "Send the question again.",
    "upstream_error": "Ask again; if it goes on, look at the Model's events.",
    "upstream_timeout": "Ask again; if it goes on, look at the Model's events.",
}
YOURS = range(400, 429)


@dataclass(frozen=True, slots=True)
class Finished:
    """The stream is whole. `reason` is the Model's: `stop`, `length` or the like."""

    reason: str | None


type Heard = Delta | Activation | Usage | Finished


class RefusedError(Exception):
    """The gateway refuses, or what it says is no answer; `problem` are the members of the `error` event."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(problem["code"])
        self.problem = problem


def request(model: str, path: Sequence[tuple[str, Sequence[Mapping[str, Any]]]], params: Mapping[str, Any]) -> bytes:
    """The body, for the messages from the first to the question, each its role and parts."""
    settings = {name: value for name, value in params.items() if name != "system"}
    told = params.get("system")
    opening = [{"role": "system", "content": told}] if told else []
    said = [*opening, *({"role": role, "content": text_of(parts)} for role, parts in path)]
    whole = {"stream": True, "stream_options": {"include_usage": True}} | settings
    return orjson.dumps({"model": model, "messages": _in_turns(said)} | whole)


def _in_turns(said: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Without empty messages, and those of one speaker joined: templates of many Models refuse two in a row."""
    joined: list[dict[str, str]] = []
    for message in said:
        if not message["content"]:
            continue
        if joined and joined[-1]["role"] == message["role"]:
            joined[-1] = joined[-1] | {"content": f"{joined[-1]['content']}\n\n{message['content']}"}
        else:
            joined.append(message)
    return joined


class Reader:
    """Lines out of bytes, meaning out of lines."""

    def __init__(self) -> None:
        self._rest = b""
        self._reason: str | None = None

    def feed(self, data: bytes) -> Iterator[Heard]:
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > MAX_LINE_BYTES:
            raise broken("a line of its answer has no end")
        for line in lines:
            yield from self._line(line.rstrip(b"\r"))

    def _line(self, line: bytes) -> Iterator[Heard]:
        if line.startswith(b": freehold "):
            yield from _held(line)
        elif line == b"data: [DONE]":
            yield Finished(self._reason)
        elif line.startswith(b"data:"):
            yield from self._chunk(_object(line.removeprefix(b"data:")))

    def _chunk(self, chunk: Mapping[str, Any]) -> Iterator[Heard]:
        if isinstance(chunk.get("error"), dict):
            raise refused(502, chunk["error"], None)
        for choice in chunk.get("choices") or []:
            delta = choice.get("delta") or {}
            reasoning = delta.get("reasoning_content") or delta.get("reasoning")
            for kind, text in (("reasoning", reasoning), ("text", delta.get("content"))):
                if isinstance(text, str) and text:
                    yield Delta("text" if kind == "text" else "reasoning", _storable(text))
            self._reason = choice.get("finish_reason") or self._reason
        usage = chunk.get("usage")
        if isinstance(usage, dict):
            yield Usage({name: usage[name] for name in _USAGE if isinstance(usage.get(name), int)})


def refused(status: int, error: Mapping[str, Any], retry_after: int | None) -> RefusedError:
    """The gateway's `error` object as the members of a problem."""
    code = str(error.get("code") or "upstream_failed")
    blame = "quota" if status == 429 else "you" if status in YOURS else "platform"
    return RefusedError(
        {
            "code": code,
            "status": status,
            "title": "The Model did not answer.",
            "detail": str(error.get("message") or f"The gateway answered with status {status}."),
            "blame": blame,
            "retry_after": retry_after if retry_after is not None else _RETRY_SECONDS.get(code),
            "fix": _FIXES.get(code),
        }
    )


def broken(why: str) -> RefusedError:
    """An answer that cannot be read, or an end too soon."""
    return refused(502, {"code": "upstream_failed", "message": f"The answer broke off: {why}."}, None)


def _held(line: bytes) -> Iterator[Activation]:
    found = _HOLD.match(line.decode("utf-8", "replace"))
    if found is not None:
        phase, progress, eta = found.groups()
        yield Activation(phase, None if progress is None else float(progress), None if eta is None else int(eta))


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise broken("it is not valid JSON") from error
    if not isinstance(found, dict):
        raise broken("it is no object")
    return found


def _storable(text: str) -> str:
    """PostgreSQL's jsonb keeps every character but this one."""
    return text.replace("\0", "\ufffd")
