"""The record of what a node changes on the machine: settings and mount points in a directory of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from localkube.machine import ENOUGH_INSTANCES, INOTIFY_INSTANCES, KUBELET_SYSCTLS, Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    for key in (*KUBELET_SYSCTLS, "kernel/random/boot_id"):
        (tmp_path / "sys" / key).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "sys" / key).write_text("first\n")
    (tmp_path / "sys" / INOTIFY_INSTANCES).parent.mkdir(parents=True)
    (tmp_path / "sys" / INOTIFY_INSTANCES).write_text("128\n")
    (tmp_path / "run").mkdir()
    (tmp_path / "there").mkdir()
    return Machine(tmp_path / "run", tmp_path / "sys", (tmp_path / "there", tmp_path / "made"))


def settings(machine: Machine) -> set[str]:
    return {(machine.sysctls / key).read_text().strip() for key in KUBELET_SYSCTLS}


def change(machine: Machine) -> None:
    for key in KUBELET_SYSCTLS:
        (machine.sysctls / key).write_text("changed\n")
    for path in machine.mount_points:
        path.mkdir(exist_ok=True)


def test_the_last_node_puts_everything_back(machine: Machine) -> None:
    machine.remember()
    change(machine)
    machine.restore(node_runs=lambda: False)
    assert settings(machine) == {"first"}
    assert [path.exists() for path in machine.mount_points] == [True, False], "only what was made is removed"
    assert list(machine.run.iterdir()) == []


def test_while_another_node_runs_nothing_is_put_back(machine: Machine) -> None:
    machine.remember()
    change(machine)
    machine.restore(node_runs=lambda: True)
    assert settings(machine) == {"changed"}
    machine.restore(node_runs=lambda: False)
    assert settings(machine) == {"first"}


def test_a_second_node_does_not_record_the_first_ones_changes(machine: Machine) -> None:
    machine.remember()
    change(machine)
    machine.remember()
    machine.restore(node_runs=lambda: False)
    assert settings(machine) == {"first"}


def test_a_record_from_before_a_reboot_is_not_believed(machine: Machine) -> None:
    machine.remember()
    (machine.sysctls / "kernel/random/boot_id").write_text("second\n")
    change(machine)
    machine.restore(node_runs=lambda: False)
    assert settings(machine) == {"changed"}
    machine.remember()
    assert machine.record.read_text().count("changed") == len(KUBELET_SYSCTLS)


def test_a_mount_point_that_is_in_use_by_now_stays(machine: Machine) -> None:
    machine.remember()
    change(machine)
    (machine.mount_points[1] / "file").touch()
    machine.restore(node_runs=lambda: False)
    assert machine.mount_points[1].exists()


def test_without_a_record_there_is_nothing_to_put_back(machine: Machine) -> None:
    change(machine)
    machine.restore(node_runs=lambda: False)
    assert settings(machine) == {"changed"}


@pytest.mark.parametrize(("before", "during"), [(128, ENOUGH_INSTANCES), (8192, 8192)])
def test_the_limit_of_watches_is_raised_if_need_be_and_put_back(machine: Machine, before: int, during: int) -> None:
    limit = machine.sysctls / INOTIFY_INSTANCES
    limit.write_text(f"{before}\n")
    machine.remember()
    machine.raise_limits()
    assert int(limit.read_text()) == during
    machine.restore(node_runs=lambda: False)
    assert int(limit.read_text()) == before
