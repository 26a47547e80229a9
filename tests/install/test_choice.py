"""Which cluster `make up` takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from install.choice import Host, Kind, choose
from install.errors import HostError

BARE = Host(docker_answers=False, kind_installed=False, linux=True, root=True)
DOCKER = replace(BARE, docker_answers=True, kind_installed=True)


def test_a_bare_linux_machine_gets_localkube() -> None:
    choice = choose("", BARE)
    assert (choice.kind, choice.because) == (Kind.LOCALKUBE, "no Docker found")


def test_where_docker_answers_kind_is_taken() -> None:
    assert choose("", DOCKER).kind is Kind.KIND


def test_docker_without_kind_falls_back_to_localkube_and_says_so() -> None:
    choice = choose("", replace(DOCKER, kind_installed=False))
    assert choice.kind is Kind.LOCALKUBE
    assert "kind is not installed" in choice.because


@pytest.mark.parametrize("kind", list(Kind))
def test_what_the_user_asks_for_wins_over_everything(kind: Kind) -> None:
    assert choose(kind.value, DOCKER, earlier="localkube").kind is kind


def test_a_second_run_stays_with_the_first_runs_cluster() -> None:
    assert choose("", DOCKER, earlier="localkube").kind is Kind.LOCALKUBE


def test_an_unknown_cluster_is_refused_with_the_names_that_are_known() -> None:
    with pytest.raises(HostError, match="CLUSTER=minikube is not known; use one of: current, kind, localkube"):
        choose("minikube", BARE)


@pytest.mark.parametrize("host", [replace(BARE, root=False), replace(BARE, linux=False)])
def test_a_machine_that_can_run_nothing_is_told_what_would_help(host: Host) -> None:
    with pytest.raises(HostError, match="start Docker and install kind, or run as root on Linux"):
        choose("", host)
