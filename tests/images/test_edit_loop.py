"""skaffold.yaml says where saved files go; the images' stages for it run from exactly there."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from images.reload import EDITED
from tests.kube_fixtures import ROOT

SKAFFOLD = yaml.safe_load((ROOT / "skaffold.yaml").read_text())
CLOSED = next(profile for profile in SKAFFOLD["profiles"] if profile["name"] == "closed")
ARTIFACTS = SKAFFOLD["build"]["artifacts"]
OF_CLOSED = {each["image"]: each for each in CLOSED["build"]["artifacts"]}
SYNCED = [each for each in ARTIFACTS if "sync" in each]
RULES = [rule for each in SYNCED for rule in each["sync"]["manual"]]
WEB = re.search(r"^web=(\S+)$", (ROOT / "tools/images/next-dev.sh").read_text(), re.MULTILINE)


def test_app_operator_and_web_app_are_synced_and_the_engine_is_built_anew() -> None:
    assert [each["image"] for each in SYNCED] == ["freehold/app", "freehold/operator", "freehold/frontend"]


@pytest.mark.parametrize("artifact", SYNCED, ids=lambda each: each["image"])
def test_both_ways_to_build_make_the_stage_that_can_be_written_to(artifact: dict[str, Any]) -> None:
    docker, closed = artifact["docker"], OF_CLOSED[artifact["image"]]
    assert f" AS {docker['target']}\n" in (ROOT / docker["dockerfile"]).read_text()
    assert closed["custom"]["buildCommand"].split()[1:] == [docker["dockerfile"], docker["target"]]
    assert closed["sync"] == artifact["sync"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["src"])
def test_a_saved_file_lands_where_the_program_runs_from(rule: dict[str, str]) -> None:
    folder = rule["src"].partition("**")[0]
    assert (ROOT / folder).is_dir()
    assert folder.startswith(rule["strip"])
    assert WEB is not None
    assert rule["dest"] == (WEB[1] if rule["strip"] == "frontend/" else str(EDITED))


@pytest.mark.parametrize("artifact", SYNCED, ids=lambda each: each["image"])
def test_the_published_image_is_another_stage(artifact: dict[str, Any]) -> None:
    last = (ROOT / artifact["docker"]["dockerfile"]).read_text().rpartition("\nFROM ")[2]
    assert " AS " not in last.splitlines()[0]
    assert "reload.py" not in last
    assert "next-dev" not in last
