"""The generated pages leave no row without words."""

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from gen import errors, settings


class Group(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)

    token: SecretStr = SecretStr("hunter2")
    """A secret."""


class Example(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)

    names: frozenset[str] = frozenset({"b", "a"})
    """Names, with a | in them."""
    limit: int | None = Field(None)
    """A limit."""
    group: Group = Group()
    """A group."""


def test_a_setting_is_a_row_with_its_full_name_type_default_and_meaning() -> None:
    assert list(settings.rows(Example, "X_")) == [
        "| `X_NAMES` | list of text | `a,b` | Names, with a \\| in them. |",
        "| `X_LIMIT` | whole number |  | A limit. |",
        "| `X_GROUP_TOKEN` | text, *secret* |  | A secret. |",
    ]


@pytest.mark.parametrize("page", [*settings.outputs().values(), *errors.outputs().values()])
def test_no_row_ends_without_words(page: str) -> None:
    table = [line for line in page.splitlines() if line.startswith("| `FREEHOLD_") or line[2:5].isdigit()]
    assert len(table) > 20
    assert [line for line in table if line.rstrip(" |").endswith("|")] == []
