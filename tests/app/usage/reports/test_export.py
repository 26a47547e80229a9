"""Cells of the CSV: what a spreadsheet would run, and what would break a line."""

from __future__ import annotations

import csv
import io

import pytest

from freehold_app.usage.reports.export import guarded, text_of


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"])
def test_a_cell_that_begins_like_a_formula_gets_a_quote(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "smollm2", "a=b", "a-b", 5, -5, 0])
def test_other_cells_stay(cell: object) -> None:
    assert guarded(cell) == cell


def test_any_text_comes_back_as_one_cell() -> None:
    cells = ['a "quoted" name', "two\nlines", "comma, semicolon; end", "Grüße …"]
    assert next(csv.reader(io.StringIO(text_of([cells]).decode(), newline=""))) == cells
