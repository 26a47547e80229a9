"""The page of the HTTP interface says what the description says."""

import pytest

from freehold_app.openapi import document
from gen import api

DOCUMENT = {
    "paths": {
        "/api/v1/notes/{id}": {
            "patch": {
                "tags": ["notes"],
                "description": "Change\na note.",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/NoteIn"}}}},
                "responses": {"204": {}, "default": {"$ref": "#/components/responses/Problem"}},
            }
        }
    },
    "components": {
        "schemas": {
            "NoteIn": {
                "required": ["text"],
                "properties": {"text": {"type": "string", "description": "What it says, a | b."}},
            }
        }
    },
}


def test_an_operation_shows_its_parameters_body_and_answers() -> None:
    page = api.page(DOCUMENT)
    assert "## Notes\n\n### `PATCH /api/v1/notes/{id}`\n\nChange a note.\n" in page
    assert "| `id` (path, required) | text |  |" in page
    assert "Body: [NoteIn](#notein)\n" in page
    assert "Answers: 204, otherwise a problem.\n" in page


def test_a_body_shows_its_fields_and_keeps_the_table_whole() -> None:
    page = api.page(DOCUMENT)
    assert "### NoteIn\n\n| field | type | meaning |\n| --- | --- | --- |\n" in page
    assert "| `text`, required | text | What it says, a \\| b. |\n" in page


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}, "time or null"),
        ({"type": "array", "items": {"enum": ["a", "b"]}}, "list of `a`, `b`"),
        ({"type": ["integer", "null"]}, "whole number or null"),
        ({"const": "model"}, "`model`"),
        ({}, "anything"),
    ],
)
def test_a_type_is_told_in_words(schema: dict[str, object], words: str) -> None:
    assert api.kind_of(schema) == words


def test_every_operation_of_the_app_is_on_the_page() -> None:
    described = document()
    page = api.page(described)
    assert all(f"{method.upper()} {path}`" in page for path, item in described["paths"].items() for method in item)
