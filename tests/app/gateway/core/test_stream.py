"""Streams on their way through: any split of the bytes gives the same events, and the usage stays whole."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from freehold_app.gateway.core.stream import (
    Aligner,
    JsonMeter,
    StreamFormatError,
    StreamMeter,
    count_deltas,
    find_usage,
)
from tests.app.gateway.scripted import DONE, delta, event, usage_chunk

texts = st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=6)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


@given(words=texts, cuts=st.lists(st.integers(min_value=0), max_size=30), wide=st.booleans())
@example(words=["a"], cuts=list(range(400)), wide=True)
def test_any_split_gives_the_same_bytes_usage_and_count(words: list[str], cuts: list[int], wide: bool) -> None:
    data = b"".join([delta(word) for word in words]) + usage_chunk(5, len(words)) + DONE
    without = data.replace(usage_chunk(5, len(words)), b"")
    if wide:
        data, without = data.replace(b"\n\n", b"\r\n\r\n"), without.replace(b"\n\n", b"\r\n\r\n")
    aligner, meter, out = Aligner(), StreamMeter(drops_usage=True), []
    for piece in pieces(data, cuts):
        block = aligner.feed(piece)
        assert not block or block.endswith((b"\n\n", b"\r\n\r\n"))
        out.append(meter.pass_on(block) if block else b"")
    assert aligner.rest() == b""
    assert b"".join(out) == without
    assert meter.usage is not None
    assert (meter.usage.prompt_tokens, meter.usage.completion_tokens) == (5, len(words))
    assert meter.deltas == len(words)
    assert meter.ended


@given(data=st.binary(max_size=300), cuts=st.lists(st.integers(min_value=0), max_size=10))
def test_garbage_passes_unchanged(data: bytes, cuts: list[int]) -> None:
    aligner, meter = Aligner(), StreamMeter(drops_usage=False)
    out = b"".join([meter.pass_on(aligner.feed(piece)) for piece in pieces(data, cuts)])
    assert out + aligner.rest() == data


def test_a_usage_chunk_that_the_caller_asked_for_passes() -> None:
    meter = StreamMeter(drops_usage=False)
    assert meter.pass_on(usage_chunk(1, 2)) == usage_chunk(1, 2)
    assert meter.usage is not None


def test_usage_null_on_each_chunk_is_no_usage() -> None:
    block = event({"choices": [{"delta": {"content": "a"}}], "usage": None})
    meter = StreamMeter(drops_usage=True)
    assert meter.pass_on(block) == block
    assert meter.usage is None
    assert meter.deltas == 1


def test_quoted_json_inside_a_text_counts_once() -> None:
    assert count_deltas(delta('say "content":"x" and "content":""')) == 1
    assert count_deltas(event({"choices": [{"delta": {"role": "assistant", "content": ""}}]})) == 0


def test_an_event_without_an_end_is_an_error_not_a_hang() -> None:
    aligner = Aligner()
    for _ in range(10):
        assert aligner.feed(b"x" * 100_000) == b""
    with pytest.raises(StreamFormatError):
        aligner.feed(b"x")


@given(size=st.integers(min_value=0, max_value=5_000), cuts=st.lists(st.integers(min_value=0), max_size=10))
def test_json_usage_is_found_at_the_end_and_at_the_start(size: int, cuts: list[int]) -> None:
    usage = b'"usage":{"prompt_tokens":3,"total_tokens":3,"prompt_tokens_details":{"cached_tokens":1}}'
    for data in (b'{"pad":"' + b"x" * size + b'",' + usage + b"}", b"{" + usage + b',"pad":"' + b"x" * size + b'"}'):
        meter = JsonMeter()
        for piece in pieces(data, cuts):
            meter.feed(piece)
        found = meter.usage()
        assert found is not None
        assert found.prompt_tokens == 3
        assert found.prompt_tokens_details is not None
        assert meter.size == len(data)


def test_half_a_usage_object_is_none() -> None:
    assert find_usage(b'"usage":{"prompt_tokens":3') is None
    assert find_usage(b'"usage":null') is None
    assert find_usage(b'"usage":{"prompt_tokens":"x"}') is None
