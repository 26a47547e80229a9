"""What follows from a message's text alone. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

TITLE_CHARACTERS = 80


def text_of(parts: Sequence[Mapping[str, Any]]) -> str:
    """What was said, without the reasoning before it."""
    return "\n\n".join(str(part["text"]) for part in parts if part["type"] == "text")


def title_of(parts: Sequence[Mapping[str, Any]]) -> str:
    """A conversation's title out of its first question: the first line, cut at a word."""
    line = next((line.strip() for line in text_of(parts).splitlines() if line.strip()), "")
    if len(line) <= TITLE_CHARACTERS:
        return line
    cut = line[:TITLE_CHARACTERS].rsplit(" ", 1)[0]
    return f"{cut}…"
