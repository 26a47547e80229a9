"""Text that PostgreSQL can keep: JSON may hold the character U+0000, a `text` column may not."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator


def _storable(value: str) -> str:
    if "\0" in value:
        raise ValueError("must not hold the character U+0000")
    return value


STORABLE = AfterValidator(_storable)
"""Behind a field's other rules: `Annotated[str, StringConstraints(strip_whitespace=True), STORABLE]`."""
Text = Annotated[str, STORABLE]
"""For fields without such rules; lengths go around it: `Annotated[Text, Field(max_length=200)]`."""
