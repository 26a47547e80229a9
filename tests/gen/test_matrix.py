"""The web app's copy of the permission matrix is the app's own."""

import re

import pytest

from freehold_app.auth.permissions import MATRIX, Action, Rule, permissions
from freehold_app.auth.principal import Role
from gen import matrix
from gen.__main__ import main

ROW = re.compile(r"^  '?([\w.]+)'?: \[(.*)\],$", re.MULTILINE)


def read() -> dict[str, set[str]]:
    [page] = matrix.outputs().values()
    return {action: set(re.findall(r"'(\w+)'", roles)) for action, roles in ROW.findall(page)}


def test_a_role_may_in_the_web_app_what_it_may_in_the_app() -> None:
    copied = read()
    for role in Role:
        assert [action for action, roles in copied.items() if role.value in roles] == permissions(role)


def test_a_change_of_the_matrix_makes_the_copy_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["--check", "matrix"]) == 0
    opened = {**MATRIX, Action.MODELS_WRITE: Rule(frozenset(Role), None, "everybody")}
    monkeypatch.setattr(matrix, "MATRIX", opened)
    assert read()["models.write"] == {role.value for role in Role}
    assert main(["--check", "matrix"]) == 1
