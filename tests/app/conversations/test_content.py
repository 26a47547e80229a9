"""Titles out of first questions."""

from __future__ import annotations

import pytest

from freehold_app.conversations.content import TITLE_CHARACTERS, text_of, title_of
from tests.app.conversations.devices import said


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Hello", "Hello"),
        ("\n\n  What is a pod?  \nTell me.", "What is a pod?"),
        ("word " * 40, ("word " * 16).strip() + "…"),
        ("a" * 100, "a" * TITLE_CHARACTERS + "…"),
        ("   \n ", ""),
    ],
)
def test_a_title_is_the_first_line_cut_at_a_word(text: str, title: str) -> None:
    assert title_of(said(text)) == title


def test_reasoning_is_not_part_of_what_was_said() -> None:
    assert text_of([{"type": "reasoning", "text": "hm"}, *said("a"), *said("b")]) == "a\n\nb"
