"""What an application developer sees: OpenAI's client, a base URL, a key."""

from __future__ import annotations

import time

import pytest

from tests.system.figures import Figures
from tests.system.platform import Installation

pytestmark = pytest.mark.node

FIRST_TOKEN_SECONDS = 3.0
# the official image's socket is elsewhere than the stand-in's
COUNT = """
for folder in /var/run/postgresql /tmp; do [ ! -S $folder/.s.PGSQL.5432 ] || break; done
exec psql -h $folder -U postgres -d freehold -Atc 'SELECT count(*) FROM usage_events'
"""


def test_the_official_client_streams_real_tokens(awake: Installation, figures: Figures) -> None:
    begun = time.monotonic()
    first = 0.0
    pieces: list[str] = []
    stream = awake.client().chat.completions.create(
        model="smollm2",
        messages=[{"role": "user", "content": "Name three fruits."}],
        stream=True,
        max_tokens=40,
        temperature=0,
        stream_options={"include_usage": True},
    )
    usage = None
    for chunk in stream:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            if choice.delta.content:
                first = first or time.monotonic() - begun
                pieces.append(choice.delta.content)
    assert usage is not None
    assert len(pieces) >= 5
    assert usage.completion_tokens >= len(pieces) // 2
    assert any(letter.isalpha() for letter in "".join(pieces))
    figures.measure("first token of a streaming chat", first, "s", limit=FIRST_TOKEN_SECONDS)


def test_an_answer_comes_whole_when_no_stream_is_asked(platform: Installation) -> None:
    answer = platform.client().chat.completions.create(
        model="smollm2", messages=[{"role": "user", "content": "Say hello."}], max_tokens=8
    )
    assert answer.model == "smollm2"
    assert answer.choices[0].message.content
    assert answer.usage is not None
    assert answer.usage.completion_tokens <= 8


def test_the_catalogue_lists_what_the_tenant_may_use_and_nothing_else(platform: Installation) -> None:
    assert "smollm2" in [model.id for model in platform.client().models.list().data]
    with platform.tenant() as other:
        client = platform.client(platform.create_key(other.name))
        assert client.models.list().data == []


def test_the_usage_of_a_call_reaches_the_database(platform: Installation) -> None:
    def rows() -> int:
        arguments = ["-n", "freehold-system", "exec", "statefulset/freehold-postgres", "--", "sh", "-c", COUNT]
        return int(platform.kube.kubectl(*arguments))

    before = rows()
    platform.client().chat.completions.create(
        model="smollm2", messages=[{"role": "user", "content": "Hi"}], max_tokens=2
    )
    platform.kube.until(lambda: rows() > before, "a usage row", 30)
