"""One installation for the whole folder, in the cluster that `kube_node` gives; its figures are printed at the end."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from install.forwarding import end_forwarder
from tests.kube_fixtures import Kube
from tests.system.figures import Figures
from tests.system.platform import Installation, Place, ask, install, installed

FIGURES = pytest.StashKey[Figures]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = Figures()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    lines = config.stash[FIGURES].lines()
    if lines:
        terminalreporter.section("figures")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def figures(request: pytest.FixtureRequest) -> Figures:
    return request.config.stash[FIGURES]


@pytest.fixture(scope="session")
def platform(kube_node: Kube, tmp_path_factory: pytest.TempPathFactory, figures: Figures) -> Iterator[Installation]:
    """Installed by the same program as `make up`, into the session's cluster.

    FREEHOLD_TEST_INSTALLED=.local takes the installation of a `make up` as it is, without looking for changes.
    """
    given = os.environ.get("FREEHOLD_TEST_INSTALLED")
    if given:
        with closing(installed(kube_node, Path(given))) as platform:
            yield platform
        return
    local: Path = tmp_path_factory.mktemp("install") / ".local"
    begun = time.monotonic()
    install(kube_node, local, "up")
    figures.measure("install into a running cluster", time.monotonic() - begun, "s")
    with closing(installed(kube_node, local)) as platform:
        yield platform
    if os.environ.get("FREEHOLD_TEST_KUBECONFIG"):
        end_forwarder(local)  # the installation is somebody else's
    else:
        install(kube_node, local, "down")


@pytest.fixture(scope="module")
def place(platform: Installation) -> Iterator[Place]:
    """A Tenant without stores, for the tests of one file."""
    with platform.tenant() as made:
        yield made


@pytest.fixture
def awake(platform: Installation) -> Installation:
    """With the sample Model running, as after `make up`: other tests, or five quiet minutes, put it to sleep."""
    assert ask(platform.client(), "smollm2")
    platform.wait("model", "smollm2", "tenant-acme")
    return platform
