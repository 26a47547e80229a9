"""What the gateway reads of a JSON body, and how it changes single values in place.

Only the fields that decide something are decoded; prompts stay raw bytes and are forwarded as they came. A value is
replaced by its offsets, so every byte outside an edit stays identical and unknown fields pass.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec
import orjson

from freehold_app.gateway.core.errors import RefusedError, refused
from freehold_app.gateway.core.head import Route

BOM = b"\xef\xbb\xbf"
PATH_IN_MESSAGE = re.compile(r"at `\$\.?([^`]*)`")
MISSING_IN_MESSAGE = re.compile(r"missing required field `([^`]+)`")
EXPECTED_IN_MESSAGE = re.compile(r"Expected `([^`]+)`")
TYPE_WORDS = {"str": "a string", "int": "an integer", "float": "a number", "bool": "a boolean", "object": "an object"}


Bounded = Annotated[int, msgspec.Meta(ge=-1, le=2**53)]  # past 2^53 two readers of JSON see two numbers


class StreamOptions(msgspec.Struct):
    """The part of `stream_options` that decides something."""

    include_usage: bool | None = None


class Fields(msgspec.Struct):
    """The decoded fields of any JSON route; absent and null are the same but for `stream_options`."""

    model: str
    stream: bool | None = None
    stream_options: StreamOptions | msgspec.UnsetType | None = msgspec.UNSET
    max_tokens: Bounded | None = None
    max_completion_tokens: Bounded | None = None
    n: Bounded | None = None
    best_of: Bounded | None = None
    user: str | None = None
    temperature: float | None = None
    messages: msgspec.Raw = msgspec.Raw()
    prompt: msgspec.Raw = msgspec.Raw()
    input: msgspec.Raw = msgspec.Raw()


DECODER = msgspec.json.Decoder(Fields)


def scan(data: bytes, route: Route) -> Fields:
    """Decode the deciding fields of `data` or raise the refusal that names what is wrong."""
    _check_encoding(data)
    fields = _decode(data)
    if not fields.model:
        raise refused("missing_parameter", param="model")
    for name in route.required:
        start = bytes(memoryview(getattr(fields, name))[:4])
        if start in {b"", b"null"}:
            raise refused("missing_parameter", param=name)
        if name == "messages" and start[:1] != b"[":
            raise refused("invalid_type", param=name, type="an array")
    return fields


def _check_encoding(data: bytes) -> None:
    """Msgspec does not look inside values it skips, so the whole text is checked here."""
    if data.startswith(BOM):
        raise refused("invalid_encoding", why="it starts with a byte order mark")
    if data.isascii():
        return
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise refused("invalid_encoding", why=f"byte {error.start} is wrong") from None


def _decode(data: bytes) -> Fields:
    try:
        return DECODER.decode(data)
    except msgspec.ValidationError as error:
        raise _validation_refusal(str(error)) from None
    except msgspec.DecodeError as error:
        raise refused("invalid_json", why=_plain(str(error))) from None
    except RecursionError:
        raise refused("body_too_deep") from None


def _plain(text: str) -> str:
    """The parser's sentence without its own prefix; it holds positions, never content."""
    return text.removeprefix("JSON is malformed: ").rstrip(".")


def _validation_refusal(text: str) -> RefusedError:
    """Turn msgspec's sentence into the parameter's name and its type."""
    missing = MISSING_IN_MESSAGE.search(text)
    if missing:
        return refused("missing_parameter", param=missing[1])
    path = PATH_IN_MESSAGE.search(text)
    expected = EXPECTED_IN_MESSAGE.search(text)
    wanted = expected[1].split(" | ")[0] if expected else "another type"
    if path is None or not path[1]:
        return refused("invalid_type", param="body", type="an object")
    return refused("invalid_type", param=path[1], type=TYPE_WORDS.get(wanted, wanted))


# A string with its escapes, or one structural character. Possessive, so that a long prompt cannot backtrack.
TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[{}\[\]:,]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets of one top-level value: `data[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `data[start:end]` by `content`."""

    start: int
    end: int
    content: bytes


def top_level(data: bytes) -> dict[str, Span]:
    """Where each top-level value of a valid JSON object stands; refuses a key that comes twice.

    An upstream may take the first of two equal keys where we read the last: a way around the list of allowed models.
    Escaped keys are compared by what they mean.
    """
    spans: dict[str, Span] = {}
    depth = 0
    key = ""
    key_pending = True
    start = 0
    for token in TOKEN.finditer(data):
        kind = data[token.start()]
        if kind == 0x22:  # "
            if depth == 1 and key_pending:
                key = orjson.loads(token[0])
                key_pending = False
        elif kind in b"{[":
            depth += 1
        elif depth == 1 and kind == 0x3A:  # :
            start = token.end()
        elif depth == 1 and kind in b",}":
            if not key_pending:
                _note(spans, key, _trimmed(data, start, token.start()))
            key_pending = True
            depth -= kind == 0x7D
        elif kind in b"}]":
            depth -= 1
    return spans


def _note(spans: dict[str, Span], key: str, span: Span) -> None:
    if key in spans:
        raise refused("duplicate_key", param=key[:64])
    spans[key] = span


def _trimmed(data: bytes, start: int, end: int) -> Span:
    while data[start] in b" \t\r\n":
        start += 1
    while data[end - 1] in b" \t\r\n":
        end -= 1
    return Span(start, end)


def splice(data: bytes, edits: Sequence[Edit]) -> list[bytes | memoryview]:
    """The pieces of `data` with `edits` applied; nothing outside an edit is copied or changed."""
    view = memoryview(data)
    pieces: list[bytes | memoryview] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        pieces.append(view[at : edit.start])
        pieces.append(edit.content)
        at = edit.end
    pieces.append(view[at:])
    return [piece for piece in pieces if len(piece)]


def ask_for_usage(data: bytes, fields: Fields, spans: dict[str, Span] | None) -> Edit | None:
    """The edit that makes a stream report its usage, or None when the caller asks for it already."""
    options = fields.stream_options
    if isinstance(options, StreamOptions) and options.include_usage:
        return None
    if options is msgspec.UNSET:
        at = data.index(b"{") + 1  # valid JSON: only white space before it; it has `model`, so a comma must follow
        return Edit(at, at, b'"stream_options":{"include_usage":true},')
    span = (spans if spans is not None else top_level(data))["stream_options"]
    if options is None:
        return Edit(span.start, span.end, b'{"include_usage":true}')
    return _inside_options(data, span)


def _inside_options(data: bytes, span: Span) -> Edit:
    """Keep the caller's other options: only `include_usage` changes."""
    options = orjson.loads(data[span.start : span.end])
    options["include_usage"] = True
    return Edit(span.start, span.end, orjson.dumps(options))


def rename_model(spans: dict[str, Span], name: str) -> Edit:
    """The edit that puts the upstream's own name for the model."""
    span = spans["model"]
    return Edit(span.start, span.end, orjson.dumps(name))
