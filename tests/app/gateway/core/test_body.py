"""Reading and splicing JSON bodies: what is decoded, what is refused, and that nothing else ever changes."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freehold_app.gateway.core.body import (
    Edit,
    ask_for_usage,
    rename_model,
    scan,
    splice,
    top_level,
)
from freehold_app.gateway.core.errors import RefusedError
from freehold_app.gateway.core.head import ROUTES

CHAT = ROUTES["/v1/chat/completions"]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
extras = st.dictionaries(
    st.text(max_size=8).filter(lambda key: key not in {"model", "stream_options", "stream", "messages", "n", "user",
                                                       "prompt", "input", "temperature", "best_of", "max_tokens",
                                                       "max_completion_tokens"}),
    json_values,
    max_size=5,
)  # fmt: skip
layouts = st.sampled_from([{}, {"indent": 2}, {"separators": (",", ":")}, {"ensure_ascii": False}])


def written(body: dict[str, Any], layout: dict[str, Any]) -> bytes:
    return json.dumps(body, **layout).encode("utf-8", "surrogatepass")


def joined(pieces: list[bytes | memoryview]) -> bytes:
    return b"".join(pieces)


@given(extra=extras, name=st.text(min_size=1, max_size=20), layout=layouts)
def test_renaming_changes_the_model_and_nothing_else(extra: dict[str, Any], name: str, layout: dict[str, Any]) -> None:
    body = {**extra, "model": "before", "messages": [{"model": "inner"}]}
    data = written(body, layout)
    spans = top_level(data)
    changed = joined(splice(data, [rename_model(spans, "after")]))
    assert json.loads(changed) == {**body, "model": "after"}
    at = spans["model"]
    assert changed[: at.start] == data[: at.start]
    assert changed.endswith(data[at.end :])


@given(extra=extras, layout=layouts)
def test_every_top_level_value_is_where_it_is_said_to_be(extra: dict[str, Any], layout: dict[str, Any]) -> None:
    data = written(extra, layout)
    spans = top_level(data)
    assert {key: json.loads(data[span.start : span.end]) for key, span in spans.items()} == extra


@given(
    extra=extras,
    options=st.sampled_from([..., None, {}, {"include_usage": False}, {"include_obfuscation": True}]),
    layout=layouts,
)
def test_asking_for_usage_keeps_the_callers_other_options(
    extra: dict[str, Any], options: Any, layout: dict[str, Any]
) -> None:
    body = {**extra, "model": "m", "messages": [], "stream": True}
    if options is not ...:
        body["stream_options"] = options
    data = written(body, layout)
    edit = ask_for_usage(data, scan(data, CHAT), None)
    assert edit is not None
    changed = json.loads(joined(splice(data, [edit])))
    kept = options if isinstance(options, dict) else {}
    assert changed == {**body, "stream_options": {**kept, "include_usage": True}}


def test_a_caller_who_asks_is_left_alone() -> None:
    data = b'{"model":"m","messages":[],"stream_options":{"include_usage":true}}'
    assert ask_for_usage(data, scan(data, CHAT), None) is None


def test_splicing_in_any_order_gives_the_same_bytes() -> None:
    edits = [Edit(6, 7, b"X"), Edit(0, 1, b"Y"), Edit(3, 3, b"Z")]
    assert joined(splice(b"abcdefgh", edits)) == joined(splice(b"abcdefgh", edits[::-1])) == b"YbcZdefXh"


@pytest.mark.parametrize(
    "data",
    [
        b'{"model": "allowed", "model": "other"}',
        b'{"model": "allowed", "\\u006dodel": "other"}',
        b'{"messages": [{"model": 1}], "x": "\\"model\\"", "model": "a", "m\\u006fdel" : "b"}',
    ],
)
def test_a_second_model_key_is_refused_however_it_is_written(data: bytes) -> None:
    with pytest.raises(RefusedError) as caught:
        top_level(data)
    assert caught.value.refusal.code == "duplicate_key"


def test_equal_keys_at_another_depth_are_not_duplicates() -> None:
    data = b'{"model": "a", "x": {"model": "b", "y": [{"model": "c"}]}, "text": "\\"model\\": \\"d\\""}'
    assert data[slice(*vars_of(top_level(data)["model"]))] == b'"a"'


def vars_of(span: Any) -> tuple[int, int]:
    return span.start, span.end


@given(data=st.binary(max_size=200))
def test_garbage_is_refused_and_never_raises_anything_else(data: bytes) -> None:
    with contextlib.suppress(RefusedError):
        scan(data, CHAT)


@pytest.mark.parametrize("value", ["1e400", "-Infinity", "0123", "1.", '"\\ud800"'])
def test_numbers_and_text_that_are_none_are_refused(value: str) -> None:
    with pytest.raises(RefusedError) as caught:
        scan(b'{"model":"m","messages":[],"temperature":' + value.encode() + b"}", CHAT)
    assert caught.value.refusal.code in {"invalid_json", "invalid_type"}


def test_numbers_past_what_all_readers_agree_on_are_refused() -> None:
    with pytest.raises(RefusedError) as caught:
        scan(b'{"model":"m","messages":[],"max_tokens":9007199254740993}', CHAT)
    assert (caught.value.refusal.code, caught.value.refusal.param) == ("invalid_type", "max_tokens")
