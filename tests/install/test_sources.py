"""An image is built again exactly when what it is made of changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from install.sources import Image, copied, digest, reference

IMAGE = Image("freehold/app", "app/Dockerfile")
DOCKERFILE = """\
ARG BASE=python:3.13-slim
FROM ${BASE} AS build
COPY VERSION app/pyproject.toml \\
     /src/
COPY --chown=1:1 app/src /src/app
# COPY never/this /x
FROM ${BASE}
COPY --from=build /venv /venv
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "app/src/freehold_app").mkdir(parents=True)
    (tmp_path / "VERSION").write_text("1")
    (tmp_path / "app/pyproject.toml").write_text("[project]")
    (tmp_path / "app/src/freehold_app/main.py").write_text("x = 1")
    (tmp_path / "app/Dockerfile").write_text(DOCKERFILE)
    return tmp_path


def test_what_a_dockerfile_copies_is_read_from_it_and_other_stages_are_left_out() -> None:
    assert copied(DOCKERFILE) == ["VERSION", "app/pyproject.toml", "app/src"]


def test_the_same_sources_have_the_same_tag(root: Path) -> None:
    assert reference(root, IMAGE) == reference(root, IMAGE)
    assert reference(root, IMAGE).startswith("freehold/app:dev-")


@pytest.mark.parametrize("path", ["VERSION", "app/pyproject.toml", "app/src/freehold_app/main.py", "app/Dockerfile"])
def test_a_change_of_any_input_changes_the_tag(root: Path, path: str) -> None:
    before = digest(root, IMAGE)
    with (root / path).open("a") as file:
        file.write("\n# changed")
    assert digest(root, IMAGE) != before


def test_a_new_file_or_an_executable_bit_changes_the_tag(root: Path) -> None:
    before = digest(root, IMAGE)
    (root / "app/src/freehold_app/new.py").touch()
    added = digest(root, IMAGE)
    (root / "app/src/freehold_app/new.py").chmod(0o755)
    assert len({before, added, digest(root, IMAGE)}) == 3


@pytest.mark.parametrize(
    "path", ["README.md", "app/src/freehold_app/__pycache__/main.cpython-313.pyc", "app/src/.cache/x"]
)
def test_what_the_image_does_not_hold_does_not_change_the_tag(root: Path, path: str) -> None:
    before = digest(root, IMAGE)
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text("new")
    assert digest(root, IMAGE) == before
