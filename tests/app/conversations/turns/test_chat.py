"""What the gateway is sent, and what its stream means."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freehold_app.conversations.turns.answer import Activation, Delta, Usage
from freehold_app.conversations.turns.chat import Finished, Heard, Reader, RefusedError, refused, request
from freehold_app.gateway.core import errors as gateway_errors
from freehold_app.gateway.core.answers import heartbeat
from tests.app.conversations.devices import said
from tests.app.gateway.running import model
from tests.app.gateway.scripted import DONE, delta, event, usage_chunk

STREAM = b": ping\n\n" + delta("Hel") + delta("lo") + usage_chunk(7, 2) + DONE
HEARD = [Delta("text", "Hel"), Delta("text", "lo"), Usage({"prompt_tokens": 7, "completion_tokens": 2}), Finished(None)]


def read(data: bytes) -> list[Heard]:
    return list(Reader().feed(data))


def test_a_question_is_sent_with_all_that_led_to_it() -> None:
    path = [("user", said("one")), ("assistant", [{"type": "reasoning", "text": "hm"}, *said("two")])]
    body = json.loads(request("m", [*path, ("user", said("three"))], {"system": "Be brief.", "temperature": 0.5}))
    assert body == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "one"},
            {"role": "assistant", "content": "two"},
            {"role": "user", "content": "three"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.5,
    }


def test_a_failed_answer_leaves_no_two_questions_in_a_row() -> None:
    path: list[tuple[str, list[dict[str, Any]]]] = [("user", said("one")), ("assistant", []), ("user", said("two"))]
    assert json.loads(request("m", path, {}))["messages"] == [{"role": "user", "content": "one\n\ntwo"}]


@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
def test_a_stream_means_the_same_however_it_is_cut(cuts: list[int]) -> None:
    reader, heard = Reader(), list[Heard]()
    places = [0, *sorted(cuts), len(STREAM)]
    for start, end in pairwise(places):
        heard += reader.feed(STREAM[start:end])
    assert heard == HEARD


@pytest.mark.parametrize(
    ("changes", "activation"),
    [
        ({"phase": "Loading", "progress": 0.43, "eta_seconds": 12.7}, Activation("Loading", 0.43, 12)),
        ({"phase": "Scheduling"}, Activation("Scheduling")),
    ],
)
def test_the_gateways_own_hold_comment_is_an_activation(changes: dict[str, Any], activation: Activation) -> None:
    assert read(heartbeat(model("smollm2-135m", **changes))) == [activation]


def test_reasoning_is_told_apart_and_an_unstorable_character_replaced() -> None:
    chunk = {"choices": [{"delta": {"reasoning_content": "hm", "content": "a\0b"}, "finish_reason": "stop"}]}
    assert read(event(chunk) + DONE) == [Delta("reasoning", "hm"), Delta("text", "a\ufffdb"), Finished("stop")]


def test_a_refusal_in_a_begun_stream_is_a_problem() -> None:
    why = gateway_errors.refusal("model_loading", m="m", phase="Loading")
    with pytest.raises(RefusedError) as caught:
        read(why.event())
    problem = caught.value.problem
    assert (problem["code"], problem["retry_after"], problem["blame"]) == ("model_loading", 15, "platform")
    assert "starting" in problem["detail"]
    assert problem["fix"]


def test_the_callers_fault_is_told_from_the_platforms() -> None:
    assert refused(404, {"code": "model_not_found"}, None).problem["blame"] == "you"
    assert refused(429, {"code": "provider_rate_limited"}, 3).problem["blame"] == "quota"
    assert dict(refused(503, {}, 7).problem) | {"detail": ""} == {
        "code": "upstream_failed",
        "status": 503,
        "title": "The Model did not answer.",
        "detail": "",
        "blame": "platform",
        "retry_after": 7,
        "fix": None,
    }


@pytest.mark.parametrize("data", [b"data: {\n\n", b"data: [1]\n\n", b'data: "x"\n\n', b"x" * 4_000_001])
def test_nonsense_is_a_broken_answer(data: bytes) -> None:
    with pytest.raises(RefusedError) as caught:
        read(data)
    assert caught.value.problem["code"] == "upstream_failed"
