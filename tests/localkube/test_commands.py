"""The command line, the kind look-alike, doctor and status: grammar and sentences, nothing started."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from localkube import cli, doctor, kindshim, packages, report
from localkube.cgroups import Hierarchy
from localkube.doctor import Finding, possible_tiers
from localkube.errors import MissingError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _nothing_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALKUBE_STATE", str(tmp_path))
    monkeypatch.setenv("PATH", "/nowhere")


@pytest.mark.parametrize("command", [["kubeconfig"], ["logs"], ["load", "x:1"], ["forward", "0", "80"], ["kubectl"]])
def test_a_command_on_an_absent_cluster_says_how_to_make_one(
    command: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "_present", lambda mark: True)
    assert cli.main([*command[:1], "--name=absent", *command[1:]]) == 1
    assert "no cluster called absent; make it: python -m localkube up --name absent" in capsys.readouterr().err


def test_a_bad_name_is_one_sentence_and_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["down", "--name", "../etc"]) == 1
    assert capsys.readouterr().err.startswith("localkube: not a usable cluster name: '../etc'")


def test_what_the_system_refuses_is_one_sentence_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOCALKUBE_STATE", str(tmp_path / "file"))
    (tmp_path / "file").touch()
    assert cli.main(["kubeconfig", "--name", "x"]) == 1
    assert "Not a directory" in capsys.readouterr().err


def test_status_of_an_absent_cluster_is_told_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["status", "--name", "absent"]) == 1
    assert capsys.readouterr().out == "absent: no such cluster\n"


def test_an_unknown_optional_tool_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["build", "docker"]) == 1
    assert "no tool called docker" in capsys.readouterr().err


@pytest.mark.parametrize(
    "call",
    [
        ["get", "clusters"],
        ["create", "cluster", "--name=x", "--kubeconfig=/tmp/k", "--image=kindest/node:v1", "--config", "c"],
        ["load", "docker-image", "--name", "x", "app:1"],
        ["delete", "cluster", "--name=x", "--kubeconfig=/tmp/k"],
    ],
)
def test_the_calls_that_pytest_kind_makes_are_understood(call: list[str]) -> None:
    arguments = kindshim.parser().parse_intermixed_args(call)
    assert (arguments.verb, arguments.noun) == (call[0], call[1])
    if "docker-image" in call:
        assert arguments.images == ["app:1"]


def test_kind_lists_no_cluster_where_there_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert kindshim.main(["get", "clusters"]) == 0
    assert capsys.readouterr().out == ""


def test_kind_refuses_what_it_cannot_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert kindshim.main(["get", "nodes"]) == 1
    assert "this kind cannot get nodes" in capsys.readouterr().err


def test_the_kind_script_is_executable_and_names_the_module() -> None:
    script = ROOT / "tools/localkube/kind"
    assert script.stat().st_mode & 0o111
    assert "-m localkube.kindshim" in script.read_text()


def test_what_a_finding_forbids_decides_the_tiers() -> None:
    assert possible_tiers([]) == ["api", "sched", "node"]
    assert possible_tiers([Finding("a", "x", "node"), Finding("b", "fine")]) == ["api", "sched"]
    assert possible_tiers([Finding("a", "x", "node"), Finding("b", "x", "api")]) == []


def test_control_groups_of_either_version_are_judged_by_their_controllers(tmp_path: Path) -> None:
    controllers = tmp_path / "cgroup.controllers"
    controllers.write_text("cpuset cpu io memory pids\n")
    assert doctor.control_groups([Hierarchy(tmp_path, 2)]).forbids is None
    controllers.write_text("cpu io pids\n")
    assert doctor.control_groups([Hierarchy(tmp_path, 2)]).seen == "version 2 without cpuset, memory"
    first = [Hierarchy(Path("/cg") / name, 1) for name in ("cpu,cpuacct", "memory", "pids", "cpuset", "devices")]
    assert doctor.control_groups(first).forbids is None
    assert doctor.control_groups(first[:-1]).seen == "version 1 without devices"
    assert doctor.control_groups([]).seen == "none mounted"


def test_the_verdict_names_the_remedy() -> None:
    shown = doctor.lines([Finding("Debian packages", "missing: runc", "node", "python -m localkube prepare")])
    assert shown == [
        "FAIL Debian packages    missing: runc -> python -m localkube prepare",
        "possible tiers: api, sched",
    ]


def test_packages_are_missed_by_their_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "_present", lambda mark: mark not in {"nft", "/usr/lib/cni/ptp"})
    assert packages.missing_packages() == ["containernetworking-plugins", "nftables"]
    with pytest.raises(MissingError, match="the node tier needs containernetworking-plugins, nftables; install with"):
        packages.require(tuple(packages.PACKAGES), "the node tier")


def test_an_ordinary_user_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "_present", lambda mark: mark != "runc")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(MissingError, match="install these Debian packages as root: runc"):
        packages.install_missing()


def test_a_component_that_is_down_is_not_hidden() -> None:
    components: dict[str, Any] = {
        "etcd": {"pid": 5, "restarts": 0, "mib": 50},
        "kube-apiserver": {"pid": 0, "restarts": 3, "mib": 0},
    }
    found = {"name": "x", "exists": True, "components": components, "memory_mib": 50, "tier": "api"}
    shown = report.lines(found | {"kubernetes": "v1.36.4", "api": "https://10.250.0.2:6443"})
    assert shown[1].split()[:3] == ["kube-apiserver", "DOWN", "3"]


@pytest.mark.parametrize(
    ("components", "tier"),
    [
        ({"kubelet", "kube-apiserver"}, "node"),
        ({"kube-scheduler"}, "sched"),
        ({"kube-apiserver"}, "api"),
        (set(), None),
    ],
)
def test_the_tier_follows_from_what_runs(components: set[str], tier: str | None) -> None:
    assert report.tier_of(components) == tier
