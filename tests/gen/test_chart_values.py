"""How comments in values.yaml become a closed schema and a table."""

import pytest

from gen.chart_values import UMBRELLA, read_values, schema, table, with_table

VALUES = """\
# Read by all.
global:
  # A name.
  host: ""

# What to run,
# in two lines.
mode: one  # the default

# Counted.
# @ {minimum: 1}
count: 2

# Free.
# @ {open: true, additionalProperties: {type: string}}
labels: {}

# Of another chart.
# @ {chart: other}
other:
  # Whether.
  enabled: true
"""
OTHER = "# Shared.\nglobal: {}\n\n# Whether.\nenabled: true\n\n# A list.\n# @ {items: {type: string}}\nnames: []\n"


def test_every_map_is_closed_but_those_that_a_comment_opens() -> None:
    made = schema(UMBRELLA, {UMBRELLA: read_values(VALUES), "other": read_values(OTHER)})
    assert made["additionalProperties"] is False
    assert made["properties"]["global"]["additionalProperties"] is False
    assert made["properties"]["labels"] == {
        "description": "Free.",
        "type": "object",
        "additionalProperties": {"type": "string"},
    }
    assert made["properties"]["count"] == {"description": "Counted.", "type": "integer", "minimum": 1}


def test_a_chart_below_takes_the_umbrellas_global() -> None:
    values = {UMBRELLA: read_values(VALUES), "other": read_values(OTHER)}
    shared = schema("other", values)["properties"]["global"]
    assert set(shared["properties"]) == {"host"}
    nested = schema(UMBRELLA, values)["properties"]["other"]["properties"]
    assert set(nested) == {"global", "enabled", "names"}
    assert nested["names"]["items"] == {"type": "string"}


def test_the_table_names_each_leaf_with_its_default_and_words() -> None:
    lines = table(read_values(VALUES)).splitlines()
    assert '| `mode` | `"one"` | What to run, in two lines. |' in lines
    assert "| `labels` | empty | Free. |" in lines
    assert not [line for line in lines if line.startswith("| `global` ")]


def test_a_key_without_a_comment_stops_the_generator_by_its_name() -> None:
    with pytest.raises(SystemExit, match=r"a\.b has no comment"):
        read_values("# Known.\na:\n  b: 1\n")


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    readme = "Before\n<!-- values: generated -->\nold\n<!-- /values -->\nAfter\n"
    assert with_table(readme, "new") == "Before\n<!-- values: generated -->\nnew\n<!-- /values -->\nAfter\n"
