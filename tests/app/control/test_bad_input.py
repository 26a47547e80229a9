"""Whatever is wrong with a body, the refusal names the field by its place and says what helps: on every route."""

from __future__ import annotations

from collections import Counter

import pytest

from freehold_app.openapi import document
from tests.app.control.bodies import Bodies, Wrong
from tests.app.control.routes import NOBODY
from tests.app.people import Control, Person

FAULTS = ("unknown", "wrong type", "missing", "too long", "U+0000")
STORED_NOWHERE = {"unauthenticated", "kubernetes_unavailable"}  # a password, a Model's text: not PostgreSQL's to keep
SECONDS_PER_CALL = 0.11  # of the tests' clock, so that no limit is reached


async def refusal(control: Control, ada: Person, wrong: Wrong) -> str:
    """What is not right about the refusal; empty: nothing."""
    control.clock.advance(SECONDS_PER_CALL)
    path = wrong.path.replace("{name}", "some")
    for parameter in ("conversation_id", "message_id", "key_id", "user_id"):
        path = path.replace("{" + parameter + "}", NOBODY)
    answer = await ada.send(wrong.method, path, json=wrong.body, headers={"if-match": "*"})
    problem = answer.json()
    if wrong.fault == "U+0000" and (answer.is_success or problem["code"] in STORED_NOWHERE):
        return ""
    if answer.status_code != 422 or problem["code"] != "invalid_request":
        return f"{answer.status_code} {problem.get('code')}"
    pointers = {error["pointer"] for error in problem["errors"]}
    if pointers != {wrong.pointer}:
        return f"names {pointers}"
    return "" if problem["fix"] and all(error["message"] for error in problem["errors"]) else "says no remedy"


@pytest.mark.stores
@pytest.mark.timeout(180)
async def test_every_fault_of_every_body_is_named_by_its_place(control: Control) -> None:
    ada = await control.person("ada@example.org")
    seen: Counter[str] = Counter()
    found = []
    for number, wrong in enumerate(Bodies(document()).wrong()):
        if number % 2000 == 1999:
            ada = await control.person("ada@example.org")
        seen[wrong.fault] += 1
        said = await refusal(control, ada, wrong)
        if said:
            found.append(f"{wrong.method} {wrong.path} {wrong.fault} at {wrong.pointer}: {said}")
    assert found == [], "\n".join(found)
    assert all(seen[fault] > 20 for fault in FAULTS), seen
