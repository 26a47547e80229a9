"""What is asked of kind, Docker, kubectl and localkube, with programs that only write down how they were called."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from install.building import Built
from install.choice import Kind
from install.clusters import Build
from install.commands import Runner
from install.errors import HostError
from install.on_current import OnCurrent
from install.on_kind import OnKind
from install.on_localkube import OnLocalkube
from install.places import Places
from install.selection import cluster, select

PROGRAM = """#!/bin/sh
echo "$(basename "$0") $*" >>"{calls}"
case "$(basename "$0") $*" in
    "kind get clusters") echo "{clusters}" ;;
    "kubectl config current-context") echo "{context}" ;;
    "docker image inspect"*) exit {missing} ;;
esac
"""


class Host:
    """A folder of programs, and what they were asked."""

    def __init__(self, folder: Path, *, clusters: str = "", context: str = "kind-dev", missing: int = 1) -> None:
        self.calls = folder / "calls"
        self.places = Places.of(folder, {"HOME": str(folder)})
        self.places.local.mkdir()
        programs = folder / "bin"
        programs.mkdir()
        for name in ("kind", "docker", "kubectl"):
            text = PROGRAM.format(calls=self.calls, clusters=clusters, context=context, missing=missing)
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)
        self.path = f"{programs}:/usr/bin:/bin"
        self.runner = Runner(folder, self.places.log, {"PATH": self.path})

    def asked(self) -> list[str]:
        return self.calls.read_text().splitlines() if self.calls.exists() else []


def said(_: str) -> None:
    return None


def test_kind_makes_a_cluster_with_a_kubeconfig_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host = Host(tmp_path)
    monkeypatch.setenv("PATH", host.path)
    OnKind(host.runner, host.places, "fh", "kindest/node:v1.34.0").start(said)
    made = next(call for call in host.asked() if call.startswith("kind create"))
    assert "--name fh --config k8s/kind/cluster.yaml" in made
    assert "--image kindest/node:v1.34.0" in made
    assert made.endswith(f"--kubeconfig {host.places.kubeconfig}")


def test_a_kind_cluster_that_is_there_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host = Host(tmp_path, clusters="fh")
    monkeypatch.setenv("PATH", host.path)
    OnKind(host.runner, host.places, "fh").start(said)
    assert not any(call.startswith("kind create") for call in host.asked())
    assert host.places.kubeconfig.stat().st_mode & 0o777 == 0o600


def test_images_for_kind_are_built_by_docker_and_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host = Host(tmp_path)
    monkeypatch.setenv("PATH", host.path)
    kind = OnKind(host.runner, host.places, "fh")
    assert not kind.has_built("freehold/app:1")
    kind.build_image(Build("freehold/app:1", "app/Dockerfile"), said, threading.Event())
    kind.load(["freehold/app:1"], said)
    assert "docker build --tag freehold/app:1 --file app/Dockerfile ." in host.asked()
    assert "kind load docker-image --name fh freehold/app:1" in host.asked()


def test_the_current_context_of_an_unknown_cluster_needs_a_registry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host(tmp_path, context="prod")
    monkeypatch.setenv("PATH", host.path)
    choice, chosen = select(host.runner, host.places, {"CLUSTER": "current"})
    assert (choice.kind, chosen.describe()) == (Kind.CURRENT, "context prod")
    with pytest.raises(HostError, match="REGISTRY=host/path"):
        chosen.prepare(said, threading.Event())


def test_with_a_registry_images_are_pushed_there_and_the_charts_pull_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host(tmp_path, context="prod")
    monkeypatch.setenv("PATH", host.path)
    _, chosen = select(host.runner, host.places, {"CLUSTER": "current", "REGISTRY": "r.example/fh/"})
    chosen.prepare(said, threading.Event())
    chosen.build_image(Build("freehold/app:1", "app/Dockerfile"), said, threading.Event())
    chosen.load(["freehold/app:1"], said)
    assert "docker push r.example/fh/freehold/app:1" in host.asked()
    built = Built(Path("helm"), ("freehold/app:1",), 1)
    assert built.values(chosen) == ["--set", "global.images.app=r.example/fh/freehold/app:1"]


@pytest.mark.parametrize(("context", "expected"), [("kind-dev", OnKind), ("localkube-dev", OnLocalkube)])
def test_a_context_of_this_machines_own_clusters_is_recognised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, context: str, expected: type
) -> None:
    host = Host(tmp_path, context=context)
    monkeypatch.setenv("PATH", host.path)
    chosen = cluster(Kind.CURRENT, "", host.runner, host.places, {})
    assert isinstance(chosen, OnCurrent)
    assert isinstance(chosen.local, expected)


def test_localkube_is_called_by_name_and_takes_the_stand_ins(tmp_path: Path) -> None:
    local = OnLocalkube(Host(tmp_path).runner, "fh")
    assert local.forward_command(8081) == [
        sys.executable,
        "-m",
        "localkube",
        "forward",
        "--name",
        "fh",
        "8081",
        "30080",
    ]
    assert "global.images.postgres=postgres:17" in local.values()
