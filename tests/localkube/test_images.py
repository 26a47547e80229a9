"""Image names, Dockerfiles and archives, as far as they need neither buildah nor a registry."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from localkube import packages
from localkube.archives import LABELS, Runs, archive_name, image_config, write_docker_archive, write_pause_archive
from localkube.bases import BASES, Base
from localkube.cluster import Cluster
from localkube.errors import UsageError
from localkube.image_names import repository
from localkube.images import base_images, build_arguments, declared_environment, load


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("app", "library/app:latest"),
        ("app:1", "library/app:1"),
        ("localhost/app:1", "library/app:1"),
        ("docker.io/library/app:1", "library/app:1"),
        ("freehold/app:1", "freehold/app:1"),
        ("localhost/freehold/app:1", "freehold/app:1"),
        ("ghcr.io/freehold/app:1", "freehold/app:1"),
        ("10.250.0.2:5000/freehold/app:1", "freehold/app:1"),
        ("python:3.13-slim@sha256:abc", "library/python:3.13-slim"),
    ],
)
def test_an_ordinary_name_has_one_place_in_the_registry(image: str, name: str) -> None:
    assert repository(image) == name


def test_a_dockerfiles_bases_are_found_through_its_arguments() -> None:
    text = """
ARG PYTHON_IMAGE=python:3.13-slim@sha256:0123
ARG OTHER
# FROM commented:1
FROM --platform=linux/amd64 ${PYTHON_IMAGE} AS build
ARG PYTHON_IMAGE=late:1
FROM $PYTHON_IMAGE
from build
"""
    given = {"PYTHON_IMAGE": "python:3.13-slim"}
    assert base_images(text, given) == ["python:3.13-slim", "python:3.13-slim", "build"]
    assert base_images(text, {})[0] == "python:3.13-slim@sha256:0123"


def test_both_spellings_of_a_build_argument_are_understood() -> None:
    words = ["--build-arg", "A=1", "--build-arg=B=2=3", "--label", "C=4", "--build-arg", "FROM_ENVIRONMENT"]
    assert build_arguments(words) == {"A": "1", "B": "2=3"}


def test_of_the_hosts_settings_only_those_reach_a_build_that_its_dockerfile_asks_for() -> None:
    host = {"UV_INDEX_URL": "u", "PIP_INDEX_URL": "p", "PIP_CERT": "c", "SECRET": "s"}
    text = "FROM x\nARG UV_INDEX_URL\nARG PIP_INDEX_URL=default\nARG SECRET\nARG NPM_CONFIG_REGISTRY\n"
    assert declared_environment(text, host) == ["--build-arg=UV_INDEX_URL=u", "--build-arg=PIP_INDEX_URL=p"]


def test_an_archive_is_what_container_tools_expect(tmp_path: Path) -> None:
    layer = tmp_path / "layer"
    with tarfile.open(layer, "w") as tar:
        member = tarfile.TarInfo("hello")
        member.size = 2
        tar.addfile(member, io.BytesIO(b"hi"))
    write_docker_archive(tmp_path / "image.tar", "demo:1", layer, Runs(("/hello",), user="65532"))
    assert archive_name(tmp_path / "image.tar") == "demo:1"
    with tarfile.open(tmp_path / "image.tar") as archive:
        manifest = json.load(archive.extractfile("manifest.json") or io.BytesIO())[0]
        config = (archive.extractfile(manifest["Config"]) or io.BytesIO()).read()
    assert manifest["Config"] == hashlib.sha256(config).hexdigest() + ".json"
    diff_id = json.loads(config)["rootfs"]["diff_ids"][0]
    assert diff_id == "sha256:" + hashlib.sha256(layer.read_bytes()).hexdigest()


def test_a_tar_that_is_no_image_has_no_name(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "x.tar", "w"):
        pass
    with pytest.raises(KeyError):
        archive_name(tmp_path / "x.tar")


@pytest.mark.parametrize("content", [b"", b"root:x:0:0", b"\x1f\x8b"])
def test_a_file_that_is_no_archive_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setattr(packages, "_present", lambda mark: True)
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(UsageError, match="x is not a docker archive with a named image"):
        load(Cluster("demo", tmp_path, 0), str(tmp_path / "x"))


def test_the_sandbox_image_runs_as_nobody_in_particular(tmp_path: Path) -> None:
    (tmp_path / "pause").write_bytes(b"binary")
    write_pause_archive(tmp_path / "pause", tmp_path / "pause.tar")
    assert archive_name(tmp_path / "pause.tar") == "docker.io/localkube/pause:1"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pause", "pause.tar"]


def test_every_stand_in_says_that_it_is_one() -> None:
    config = image_config(Runs(), "sha256:0")["config"]
    assert isinstance(config, dict)
    assert "stand-in" in config["Labels"]["org.opencontainers.image.description"]
    assert config["Labels"] == LABELS


def test_our_dockerfiles_and_charts_find_their_bases() -> None:
    assert set(BASES) >= {"python:3.13-slim", "postgres:17", "valkey:8"}


def test_an_archive_is_made_anew_when_anything_that_goes_in_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCALKUBE_CACHE", str(tmp_path))
    base = Base("demo:1", ("python3",))
    assert base.archive() == Base("demo:1", ("python3",)).archive()
    others = [Base("demo:1", ("python3", "curl")), Base("demo:1", ("python3",), entrypoint="valkey-entrypoint.sh")]
    assert len({other.archive() for other in (base, *others)}) == 3


def test_entrypoints_of_the_stand_ins_are_executable_files() -> None:
    for base in BASES.values():
        if base.entrypoint:
            script = Path(__file__).parents[2] / "tools/localkube/bases" / base.entrypoint
            assert script.stat().st_mode & 0o111
            assert f'"{script}"' in " ".join(base.all_hooks())
