"""After `down` nothing is left, from whatever moment: whole, half made, or killed.

Real: everything, in state directories of the tests' own. The moments of `up` are named by the file that has just
appeared, so a kill happens at the same place on a fast and on a slow machine.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from localkube import processes
from localkube.api import Api
from localkube.cluster import Place, read_cluster
from localkube.init import MOUNT_POINTS
from localkube.links import host_end
from localkube.processes import any_node, find_init
from tests.kube_fixtures import ROOT, Kube
from tests.localkube.footprint import Seen, footprint, link_names, machine, members, namespaces, nothing
from tests.localkube.talkers import pod

pytestmark = pytest.mark.node

DOWN_SECONDS = 10.0
MOMENT_SECONDS = 60.0
MOMENTS = (
    "logs/init.log",
    "init.sock",
    "cluster.json",
    "pki/stamp",
    "logs/etcd.log",
    "logs/kube-apiserver.log",
    "containerd.sock",
    "logs/kubelet.log",
)


@dataclass(frozen=True)
class Site:
    """A state directory of a test's own and the command line on it."""

    place: Place

    def command(self, *words: str) -> subprocess.Popen[str]:
        environment = os.environ | {"PYTHONPATH": str(ROOT / "tools"), "LOCALKUBE_STATE": str(self.place.root)}
        return subprocess.Popen(
            [sys.executable, "-m", "localkube", *words, f"--name={self.place.name}"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str) -> str:
        process = self.command(*words)
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0, said
        return said

    def kube(self) -> Kube:
        return Kube(self.place.kubeconfig, str(self.place.kubectl))

    def up_until(self, moment: str) -> None:
        """Start `up` and kill it, by surprise, as soon as a file is there."""
        process = self.command("up", "--tier=node")
        deadline = time.monotonic() + MOMENT_SECONDS
        while not (self.place.state / moment).exists():
            assert process.poll() is None, f"up ended before {moment}: {process.communicate()[0]}"
            assert time.monotonic() < deadline, f"no {moment} in {MOMENT_SECONDS} s"
            time.sleep(0.002)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@contextmanager
def new_site(name: str = "fh-down") -> Iterator[Site]:
    root = Path(tempfile.mkdtemp(prefix="lk-", dir="/tmp"))  # a short path: sockets live in it
    site = Site(Place(name, root))
    try:
        yield site
    finally:
        site.run("down")
        shutil.rmtree(root, ignore_errors=True)  # usually gone with its last cluster


@pytest.fixture
def site() -> Iterator[Site]:
    with new_site() as site:
        yield site


def node_pid(site: Site) -> int:
    pid = find_init(site.place)
    assert pid is not None
    return pid


def with_a_pod(site: Site) -> Seen:
    """Bring a node up with a pod whose sandbox runs; what it has then."""
    site.run("up", "--tier=node")
    site.kube().apply(pod("sleeper", {}, ["sleep", "600"]))
    site.kube().until(lambda: "pause" in members(site.place).values(), "the pod's sandbox runs")
    pid = node_pid(site)
    link = host_end(pid)
    assert link in link_names()
    return Seen(frozenset({str(link)}), namespaces(pid), frozenset(members(site.place).items()))


def test_down_leaves_nothing_and_is_content_to_be_repeated(site: Site) -> None:
    alone = not any_node()
    before = machine(MOUNT_POINTS)
    seen = with_a_pod(site)
    assert footprint(site.place, seen) != nothing(), "the comparison would see it"
    started = time.monotonic()
    site.run("down")
    assert time.monotonic() - started < DOWN_SECONDS
    assert footprint(site.place, seen) == nothing()
    if alone and not any_node():  # else other clusters' traces are on the machine as well
        assert machine(MOUNT_POINTS) == before
    assert not site.place.root.exists(), "the directory of states goes with the last of them"
    assert "no cluster called" in site.run("down")


@pytest.mark.parametrize("moment", MOMENTS)
def test_down_after_a_kill_at_any_moment_of_up_leaves_nothing(site: Site, moment: str) -> None:
    site.up_until(moment)
    site.run("down")
    assert footprint(site.place) == nothing()


@pytest.mark.parametrize("moment", ["init.sock", "logs/kube-apiserver.log"])
def test_up_goes_on_where_a_killed_one_stopped(site: Site, moment: str) -> None:
    site.up_until(moment)
    site.run("up", "--tier=api")
    assert site.kube().get("namespace", "default")["status"]["phase"] == "Active"


def test_when_process_1_is_killed_the_kernel_ends_every_pod_and_down_the_rest(site: Site) -> None:
    seen = with_a_pod(site)
    os.kill(node_pid(site), signal.SIGKILL)
    site.run("down")
    assert footprint(site.place, seen) == nothing()


def test_down_without_process_1_and_with_a_torn_state_directory_works(site: Site) -> None:
    site.up_until("cluster.json")
    for pid in processes.init_and_parents(site.place):
        os.kill(pid, signal.SIGKILL)
    (site.place.state / "cluster.json").write_text("{")
    site.run("down")
    assert footprint(site.place) == nothing()


def test_after_a_stop_by_sigterm_process_1_has_ended_its_components_first(site: Site) -> None:
    site.run("up", "--tier=api")
    pid = node_pid(site)
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + MOMENT_SECONDS
    while find_init(site.place) is not None:
        assert time.monotonic() < deadline, "process 1 goes on after SIGTERM"
        time.sleep(0.02)
    log = (site.place.logs / "kube-apiserver.log").read_text()
    assert "--- localkube: kube-apiserver ended with 0" in log


def test_killed_servers_come_back_and_the_cluster_answers(site: Site) -> None:
    site.run("up", "--tier=api")
    for name in ("etcd", "kube-apiserver"):
        pids = [pid for pid, program in processes.node_processes(node_pid(site)).items() if program == name]
        assert len(pids) == 1
        os.kill(pids[0], signal.SIGKILL)
    site.kube().until(lambda: site.kube().get("namespace", "default"), "the API server answers again")
    restarts = {name: entry["restarts"] for name, entry in processes.components(site.place).items()}
    assert min(restarts.values()) >= 1


def test_two_who_start_the_same_cluster_at_once_both_get_it(site: Site) -> None:
    starting = [site.command("up", "--tier=api") for _ in range(2)]
    said = [process.communicate(timeout=120)[0] for process in starting]
    assert [process.returncode for process in starting] == [0, 0], said
    assert site.kube().get("namespace", "default")["status"]["phase"] == "Active"


def test_two_state_directories_never_share_a_number_and_end_one_by_one(site: Site) -> None:
    site.run("up", "--tier=api")
    with new_site() as other:
        other.run("up", "--tier=api")
        first, second = read_cluster(site.place), read_cluster(other.place)
        assert first is not None
        assert second is not None
        assert first.index != second.index
        assert first.cgroup != second.cgroup
        other.run("down")
        assert footprint(other.place, Seen(frozenset({second.host_interface}))) == nothing()
        assert Api(first).ready(), "the first goes on"
