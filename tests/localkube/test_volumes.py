"""The door to new volumes, on a real directory with the kernel's own notifications."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from pathlib import Path

import pytest

from localkube.volumes import OPEN_MODE, PROVISIONED_MODE, VolumeDoor

pytestmark = pytest.mark.inproc


def provision(directory: Path, name: str = "pvc-1", mode: int = PROVISIONED_MODE) -> Path:
    volume = directory / name
    volume.mkdir()
    volume.chmod(mode)
    return volume


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture
def door(tmp_path: Path) -> Iterator[VolumeDoor]:
    door = VolumeDoor(tmp_path)
    yield door
    door.close()


def test_a_new_volume_is_announced_at_once_and_opened(tmp_path: Path, door: VolumeDoor) -> None:
    assert select.select([door], [], [], 0)[0] == []
    volume = provision(tmp_path)
    assert select.select([door], [], [], 1)[0] == [door]
    door.open_new()
    assert mode_of(volume) == OPEN_MODE
    assert select.select([door], [], [], 0)[0] == [], "the notice is taken"


def test_volumes_from_before_a_restart_are_opened_too(tmp_path: Path) -> None:
    volume = provision(tmp_path)
    VolumeDoor(tmp_path).close()
    assert mode_of(volume) == OPEN_MODE


def test_what_a_workload_made_of_its_volume_is_left_alone(tmp_path: Path, door: VolumeDoor) -> None:
    private = provision(tmp_path, mode=0o700)
    door.open_new()
    assert mode_of(private) == 0o700


def test_a_volume_that_is_somebody_elses_is_left_alone(tmp_path: Path, door: VolumeDoor) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a directory away")
    volume = provision(tmp_path)
    os.chown(volume, 65532, 65532)
    door.open_new()
    assert mode_of(volume) == PROVISIONED_MODE


def test_a_link_is_not_followed_out_of_the_directory(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    inside.mkdir()
    target = provision(tmp_path, outside.name)
    (inside / "pvc").symlink_to(target)
    VolumeDoor(inside).close()
    assert mode_of(target) == PROVISIONED_MODE
