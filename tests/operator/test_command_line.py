"""Starting the operator wrongly says what to mend."""

import argparse

import pytest

from freehold_operator import __main__ as command
from freehold_operator.main import CONTROLLERS
from freehold_operator.model.handlers import RIGHTS as MODEL_RIGHTS
from freehold_operator.rights import Right
from freehold_operator.settings import Settings
from freehold_operator.tenant.handlers import RIGHTS as TENANT_RIGHTS


def test_controllers_are_named_once_each() -> None:
    assert command.controllers("model,tenant,model") == ["model", "tenant"]


@pytest.mark.parametrize("text", ["", ",", "pods", "tenant,pods"])
def test_other_controllers_are_refused_with_the_choice(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="tenant, model"):
        command.controllers(text)


def test_a_bad_setting_is_named_and_its_value_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FREEHOLD_OPERATOR_WORKERS", "s3cret")
    assert command.main([]) == 2
    said = capsys.readouterr().err
    assert "FREEHOLD_OPERATOR_WORKERS" in said
    assert "s3cret" not in said


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FREEHOLD_OPERATOR_ENGINE_IMAGES", '{"Echo": "e:1"}')
    monkeypatch.setenv("FREEHOLD_OPERATOR_PROFILES_FILE", "/etc/freehold/profiles.yaml")
    settings = Settings()
    assert settings.engine_images == {"Echo": "e:1"}
    assert str(settings.profiles_file) == "/etc/freehold/profiles.yaml"


def test_every_setting_explains_itself() -> None:
    silent = [name for name, field in Settings.model_fields.items() if not field.description]
    assert silent == []


def test_both_controllers_can_be_wired() -> None:
    assert set(CONTROLLERS) == {"tenant", "model"}


NEVER = {"*", "escalate", "impersonate"}
FORBIDDEN = {"serviceaccounts/token", "pods/exec", "nodes/proxy", "*"}


def breaches(rights: tuple[Right, ...]) -> list[Right]:
    """Rights that no controller may have, and cluster-wide ones on Secrets."""
    return [
        right
        for right in rights
        if NEVER & set(right.verbs)
        or FORBIDDEN & set(right.resources)
        or (right.role.endswith("-controller") and "secrets" in right.resources)
    ]


def test_no_table_asks_for_what_nobody_may_have() -> None:
    assert breaches((*MODEL_RIGHTS, *TENANT_RIGHTS)) == []
    planted = Right("model-controller", ("",), ("secrets",), ("get",))
    assert breaches((planted, Right("x-ns", ("",), ("pods/exec",), ("create",)))) != []
    assert (
        len(breaches((planted, Right("x-ns", ("",), ("pods/exec",), ("create",)), Right("x", ("",), ("y",), ("*",)))))
        == 3
    )
