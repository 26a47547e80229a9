"""Rules for all tests: no network but loopback, and in the cluster tiers the test clusters' own addresses.

Real: whatever a tier's marker names (architecture of the tiers: docs/architecture.md). Faked: nothing here.
"""

from __future__ import annotations

import hypothesis
import pytest
from hypothesis import strategies
from pytest_socket import socket_allow_hosts

pytest_plugins = ["tests.kube_fixtures", "tests.store_fixtures", "tests.app.control_fixtures"]

LOOPBACK = ["127.0.0.1", "::1", "localhost"]
# The node of a local cluster lives in a network namespace of its own and answers on one of these addresses.
CLUSTER_NODES = [f"10.250.{number}.2" for number in range(256)]
CLUSTER_TIERS = ("api", "node", "kind")


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse connections to any other address; Unix sockets stay open."""
    in_cluster = any(item.get_closest_marker(tier) for tier in CLUSTER_TIERS)
    socket_allow_hosts(LOOPBACK + (CLUSTER_NODES if in_cluster else []), allow_unix_socket=True)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Have Hypothesis make its table of Unicode before a test needs a text.

    On a fresh clone that takes seconds, once; counted as a test's own drawing it fails the test's health check.
    """
    if any(hypothesis.is_hypothesis_test(item.obj) for item in session.items if isinstance(item, pytest.Function)):
        hypothesis.find(strategies.text(), lambda _: True)
