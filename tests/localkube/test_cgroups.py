"""Control groups of both versions, on trees of plain files: this machine has one version only."""

from __future__ import annotations

from pathlib import Path

import pytest

from localkube import cgroups
from localkube.cgroups import Hierarchy
from localkube.errors import LocalkubeError, NotInTimeError

V1 = "cgroup /cg/memory cgroup rw,memory 0 0\ncgroup2 /cg/unified cgroup2 rw 0 0\ntmpfs /cg tmpfs rw 0 0\n"
V2 = "cgroup2 /cg cgroup2 rw 0 0\n"


def test_the_empty_second_version_of_a_hybrid_machine_is_left_out() -> None:
    assert cgroups.hierarchies(V1) == [Hierarchy(Path("/cg/memory"), 1)]


def test_what_a_cluster_leaves_is_looked_for_in_every_tree() -> None:
    assert {tree.version for tree in cgroups.trees(V1)} == {1, 2}


def test_the_second_version_alone_is_used() -> None:
    assert cgroups.hierarchies(V2) == [Hierarchy(Path("/cg"), 2)]
    assert cgroups.version(cgroups.hierarchies(V2)) == 2


def test_a_machine_without_control_groups_is_seen() -> None:
    assert cgroups.version(cgroups.hierarchies("proc /proc proc rw 0 0\n")) == 0


def branch(root: Path, *files: str) -> Path:
    """A branch as the kernel would make it, with its files."""
    leaf = root / "lk" / cgroups.LEAF
    leaf.mkdir(parents=True)
    for group in (root, root / "lk", leaf):
        for file in files:
            (group / file).write_text("")
    return leaf


def test_in_version_1_process_1_moves_into_a_leaf_whose_cpuset_is_filled(tmp_path: Path) -> None:
    leaf = branch(tmp_path, "cpuset.cpus", "cpuset.mems", "cgroup.procs")
    (tmp_path / "cpuset.cpus").write_text("0-1\n")
    (tmp_path / "cpuset.mems").write_text("0\n")
    cgroups.create([Hierarchy(tmp_path, 1)], "lk", 42)
    assert (leaf / "cgroup.procs").read_text() == "42"
    assert (leaf / "cpuset.cpus").read_text() == "0-1\n"


def test_in_version_2_the_controllers_are_handed_down_to_the_pods_groups(tmp_path: Path) -> None:
    leaf = branch(tmp_path, "cgroup.procs", "cgroup.subtree_control")
    for group in (tmp_path, tmp_path / "lk"):
        (group / "cgroup.controllers").write_text("cpu memory pids rdma\n")
    cgroups.create([Hierarchy(tmp_path, 2)], "lk", 42)
    assert (tmp_path / "lk/cgroup.subtree_control").read_text() == "+cpu +memory +pids"
    assert (leaf / "cgroup.procs").read_text() == "42"


def test_in_version_2_a_group_with_processes_of_its_own_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    branch(tmp_path, "cgroup.procs")
    (tmp_path / "cgroup.controllers").write_text("cpu\n")
    (tmp_path / "cgroup.subtree_control").mkdir()  # writing fails, as it does in the kernel with EBUSY
    with pytest.raises(LocalkubeError, match="move them into a child group first"):
        cgroups.create([Hierarchy(tmp_path, 2)], "lk", 42)


def test_a_branch_is_removed_leaves_first(tmp_path: Path) -> None:
    (tmp_path / "lk/kubepods/pod1").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    cgroups.remove([Hierarchy(tmp_path, 1)], "lk")
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_a_branch_that_does_not_empty_is_reported(tmp_path: Path) -> None:
    (tmp_path / "lk/stays").mkdir(parents=True)
    (tmp_path / "lk/stays/file").touch()  # in a real tree: a process that cannot be killed
    with pytest.raises(NotInTimeError, match="control groups lk"):
        cgroups.remove([Hierarchy(tmp_path, 1)], "lk", seconds=0.05)
