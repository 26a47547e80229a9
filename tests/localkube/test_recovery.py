"""Servers of a running node are killed: they come back, and the pods do not notice."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
import yaml

from localkube import processes
from localkube.cluster import Place
from tests.kube_fixtures import Kube
from tests.localkube.talkers import IMAGE, TCP_PORTS, Talker

pytestmark = pytest.mark.node

KILLED = ("containerd", "kubelet", "kube-proxy", "kube-netpol", "kube-controller-manager")
BACK_SECONDS = 60.0


@pytest.fixture
def place(kube_node: Kube) -> Place:
    context = str(yaml.safe_load(kube_node.kubeconfig.read_text())["current-context"])
    if not context.startswith("localkube-"):
        pytest.skip(f"{context} is not one of localkube's")
    state = kube_node.kubeconfig.parent
    return Place(state.name, state.parent)


@pytest.fixture
def pair(kube_node: Kube) -> Iterator[tuple[str, Talker, Talker]]:
    """A namespace with two pods that talk."""
    kube_node.load(IMAGE)
    with kube_node.namespace("recovery") as space:
        talkers = (Talker(kube_node, space, "one"), Talker(kube_node, space, "two"))
        for talker in talkers:
            talker.start({"app": "talker"})
        for talker in talkers:
            talker.wait()
        yield space, *talkers
        for talker in talkers:
            talker.stop()


def kill(place: Place, name: str) -> None:
    pid = processes.find_init(place)
    assert pid is not None
    for outside, program in processes.node_processes(pid).items():
        if program == name:
            os.kill(outside, signal.SIGKILL)


def test_killed_servers_come_back_and_pods_go_on(
    kube_node: Kube, place: Place, pair: tuple[str, Talker, Talker]
) -> None:
    space, _, two = pair
    before = processes.components(place)
    for name in KILLED:
        kill(place, name)

    def back() -> bool:
        now = processes.components(place)
        return all(now[name]["pid"] and now[name]["restarts"] > before[name]["restarts"] for name in KILLED)

    kube_node.until(back, "all of them run again", BACK_SECONDS)
    late = Talker(kube_node, space, "late")  # a new pod needs every one of them
    late.start({"app": "talker"})
    late.wait()
    targets = [(two.ip, port, "tcp") for port in TCP_PORTS]
    kube_node.until(lambda: all(late.reaches(targets)), "the new pod reaches an old one", BACK_SECONDS)
    late.stop()
    again = Talker(kube_node, space, "one")  # its first session ended with containerd
    again.wait()
    assert all(again.reaches(targets))
    again.stop()
    for pod in kube_node.get("pods", f"--namespace={space}")["items"]:
        assert pod["status"]["containerStatuses"][0]["restartCount"] == 0, pod["metadata"]["name"]
