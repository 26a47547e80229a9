"""Ids tell what was said first, whoever's clock is wrong."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from freehold_app.conversations.turns.opening import after

IDS = st.builds(
    lambda time, rest: UUID(int=time << 80 | 7 << 76 | 2 << 62 | rest), st.integers(0, 1 << 47), st.integers(0, 999)
)


@given(IDS, IDS)
def test_an_answer_comes_after_its_question(question: UUID, fresh: UUID) -> None:
    answer = after(question, fresh)
    assert answer > question
    assert (answer.version, answer.int & 0xFFFF) == (7, fresh.int & 0xFFFF)
    assert answer == fresh or fresh.int >> 80 <= question.int >> 80
