"""Every NetworkPolicy feature that Freehold uses, allowed and refused, pod to pod.

Real: the node, its pods, its enforcer; on a stock cluster (--kind-bin, FREEHOLD_TEST_KUBECONFIG) the plug-in there.
Each case states the whole truth of who reaches whom: what is allowed is the control of what is refused.
Left open: traffic of the node itself, which no policy covers.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.kube_fixtures import Kube, KubectlError
from tests.localkube.talkers import IMAGE, TCP_PORTS, UDP_PORT, Talker, pod

pytestmark = pytest.mark.node

GATEWAY = {"role": "gateway"}
ALL_PORTS = frozenset({*TCP_PORTS, UDP_PORT})
NONE: frozenset[int] = frozenset()
SEEN_SECONDS = 20.0


@dataclass(frozen=True)
class Town:
    """Two namespaces: `home` with server, friend (a gateway) and stranger; `away` with a gateway and a lodger."""

    kube: Kube
    home: str
    away: str
    talkers: dict[str, Talker]

    def ports(self, client: str, server: str = "server", address: str = "") -> frozenset[int]:
        """The server's ports that the client reaches."""
        ip = address or self.talkers[server].ip
        targets = [(ip, port, "tcp") for port in TCP_PORTS] + [(ip, UDP_PORT, "udp")]
        answers = self.talkers[client].reaches(targets)
        return frozenset(port for (_, port, _), yes in zip(targets, answers, strict=True) if yes)

    def expect(self, expected: dict[str, frozenset[int]], server: str = "server") -> None:
        """Wait until each client reaches exactly these ports."""

        def mismatch() -> dict[str, frozenset[int]]:
            with ThreadPoolExecutor(len(expected)) as pool:
                seen = dict(zip(expected, pool.map(lambda client: self.ports(client, server), expected), strict=True))
            return {client: ports for client, ports in seen.items() if ports != expected[client]}

        self.kube.until(lambda: not (wrong := mismatch()) or _raise(wrong), f"{expected}", SEEN_SECONDS)

    @contextmanager
    def policy(self, *specs: dict[str, Any], namespace: str = "") -> Iterator[None]:
        """NetworkPolicies with these specs, for the length of the block."""
        where = namespace or self.home
        for number, spec in enumerate(specs):
            metadata = {"name": f"p{number}"}
            self.kube.apply(
                {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec},
                where,
            )
        try:
            yield
        finally:
            self.kube.kubectl("delete", "networkpolicies", "--all", f"--namespace={where}")


def _raise(wrong: object) -> bool:
    raise KubectlError(f"reached: {wrong}")


@pytest.fixture(scope="module")
def town(kube_node: Kube) -> Iterator[Town]:
    kube_node.load(IMAGE)
    with kube_node.namespace("home", {"side": "home"}) as home, kube_node.namespace("away", {"side": "away"}) as away:
        residents = {
            "server": (home, {"app": "server"}),
            "friend": (home, GATEWAY),
            "stranger": (home, {"role": "none"}),
            "foreigner": (away, GATEWAY),
            "lodger": (away, {"role": "none"}),
        }
        talkers = {name: Talker(kube_node, where, name) for name, (where, _) in residents.items()}
        for name, talker in talkers.items():
            talker.start(residents[name][1])
        for talker in talkers.values():
            talker.wait()
        yield Town(kube_node, home, away, talkers)
        for talker in talkers.values():
            talker.stop()


def to_server(**rule: Any) -> dict[str, Any]:
    """Ingress to the server by one rule."""
    return {"podSelector": {"matchLabels": {"app": "server"}}, "policyTypes": ["Ingress"], "ingress": [rule]}


def from_friend(**rule: Any) -> dict[str, Any]:
    """Egress of home's gateway by one rule."""
    return {"podSelector": {"matchLabels": GATEWAY}, "policyTypes": ["Egress"], "egress": [rule]}


def pods(**labels: str) -> dict[str, Any]:
    return {"podSelector": {"matchLabels": labels}}


def side(name: str) -> dict[str, Any]:
    return {"namespaceSelector": {"matchLabels": {"side": name}}}


def test_without_policies_everybody_reaches_everything(town: Town) -> None:
    town.expect({"friend": ALL_PORTS, "stranger": ALL_PORTS, "foreigner": ALL_PORTS, "lodger": ALL_PORTS})


def test_deny_all_ingress_closes_the_namespace_and_leaves_the_way_out_open(town: Town) -> None:
    with town.policy({"podSelector": {}, "policyTypes": ["Ingress"]}):
        town.expect({"friend": NONE, "stranger": NONE, "foreigner": NONE})
        town.expect({"server": ALL_PORTS}, server="lodger")


def test_a_deleted_policy_opens_again(town: Town) -> None:
    with town.policy({"podSelector": {}, "policyTypes": ["Ingress"]}):
        town.expect({"friend": NONE})
    town.expect({"friend": ALL_PORTS})


def test_a_pod_selector_means_the_policys_own_namespace(town: Town) -> None:
    with town.policy(to_server(**{"from": [pods(role="gateway")]})):
        town.expect({"friend": ALL_PORTS, "stranger": NONE, "foreigner": NONE, "lodger": NONE})


def test_a_namespace_selector_means_all_pods_there(town: Town) -> None:
    with town.policy(to_server(**{"from": [side("away")]})):
        town.expect({"friend": NONE, "foreigner": ALL_PORTS, "lodger": ALL_PORTS})


def test_namespace_and_pod_selector_in_one_peer_must_both_match(town: Town) -> None:
    with town.policy(to_server(**{"from": [side("away") | pods(role="gateway")]})):
        town.expect({"friend": NONE, "foreigner": ALL_PORTS, "lodger": NONE})


def test_two_peers_are_alternatives(town: Town) -> None:
    with town.policy(to_server(**{"from": [side("away"), pods(role="gateway")]})):
        town.expect({"friend": ALL_PORTS, "stranger": NONE, "lodger": ALL_PORTS})


def test_set_based_selectors_work(town: Town) -> None:
    either = {"podSelector": {"matchExpressions": [{"key": "role", "operator": "In", "values": ["gateway", "x"]}]}}
    with town.policy(to_server(**{"from": [either]})):
        town.expect({"friend": ALL_PORTS, "stranger": NONE})


def test_a_numeric_port_opens_that_port_only(town: Town) -> None:
    with town.policy(to_server(ports=[{"port": 8000}])):
        town.expect({"friend": frozenset({8000}), "foreigner": frozenset({8000})})


def test_a_named_port_is_looked_up_on_the_pod(town: Town) -> None:
    with town.policy(to_server(ports=[{"port": "admin"}], **{"from": [pods(role="gateway")]})):
        town.expect({"friend": frozenset({9000}), "stranger": NONE})


def test_a_port_range_ends_where_it_says(town: Town) -> None:
    with town.policy(to_server(ports=[{"port": 8000, "endPort": 8001}])):
        town.expect({"friend": frozenset({8000, 8001})})


def test_udp_and_tcp_are_told_apart(town: Town) -> None:
    with town.policy(to_server(ports=[{"port": UDP_PORT, "protocol": "UDP"}])):
        town.expect({"friend": frozenset({UDP_PORT})})
    with town.policy(to_server(ports=[{"protocol": "TCP"}])):
        town.expect({"friend": frozenset(TCP_PORTS)})


def test_an_address_block_excludes_its_exceptions(town: Town) -> None:
    block = {"cidr": "0.0.0.0/0", "except": [f"{town.talkers['friend'].ip}/32", "192.0.2.0/24"]}
    with town.policy(to_server(**{"from": [{"ipBlock": block}]})):
        town.expect({"friend": NONE, "stranger": ALL_PORTS, "foreigner": ALL_PORTS})


def test_policies_add_up(town: Town) -> None:
    gateways = to_server(**{"from": [pods(role="gateway")]}, ports=[{"port": 8000}])
    neighbours = to_server(**{"from": [side("away")]}, ports=[{"port": 9000}])
    with town.policy(gateways, neighbours):
        town.expect({"friend": frozenset({8000}), "foreigner": frozenset({9000}), "stranger": NONE})


def test_a_policy_holds_on_the_way_through_a_service(town: Town) -> None:
    spec = {"selector": {"app": "server"}, "ports": [{"port": 8000}]}
    town.kube.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": spec}, town.home)
    address = str(town.kube.get("service", "s", f"--namespace={town.home}")["spec"]["clusterIP"])
    with town.policy(to_server(**{"from": [pods(role="gateway")]})):
        town.expect({"friend": ALL_PORTS, "stranger": NONE})
        town.kube.until(lambda: 8000 in town.ports("friend", address=address), "the Service answers", SEEN_SECONDS)
        assert town.ports("stranger", address=address) == NONE


def test_deny_all_egress_leaves_the_way_in_open(town: Town) -> None:
    with town.policy({"podSelector": {"matchLabels": GATEWAY}, "policyTypes": ["Egress"]}):
        town.expect({"friend": NONE, "stranger": ALL_PORTS})
        town.expect({"stranger": ALL_PORTS}, server="friend")


def test_both_policy_types_without_egress_rules_close_the_way_out(town: Town) -> None:
    both = {"podSelector": {"matchLabels": GATEWAY}, "policyTypes": ["Ingress", "Egress"], "ingress": [{}]}
    with town.policy(both):
        town.expect({"friend": NONE})
        town.expect({"stranger": ALL_PORTS}, server="friend")


def test_egress_by_namespace_pod_and_port(town: Town) -> None:
    rule = {"to": [side("away") | pods(role="gateway")], "ports": [{"port": 9000}]}
    with town.policy(from_friend(**rule)):
        town.expect({"friend": frozenset({9000})}, server="foreigner")
        town.expect({"friend": NONE}, server="lodger")
        town.expect({"friend": NONE}, server="server")


def test_egress_to_a_named_port(town: Town) -> None:
    with town.policy(from_friend(to=[pods(app="server")], ports=[{"port": "lookup", "protocol": "UDP"}])):
        town.expect({"friend": frozenset({UDP_PORT})})
    with town.policy(from_friend(ports=[{"port": "admin"}])):
        town.expect({"friend": frozenset({9000})})


def test_egress_to_an_address_block_excludes_its_exceptions(town: Town) -> None:
    block = {"cidr": "0.0.0.0/0", "except": [f"{town.talkers['server'].ip}/32"]}
    with town.policy(from_friend(to=[{"ipBlock": block}])):
        town.expect({"friend": NONE}, server="server")
        town.expect({"friend": ALL_PORTS}, server="stranger")


def test_egress_and_ingress_must_both_allow(town: Town) -> None:
    with town.policy(from_friend(to=[pods(app="server")]), to_server(**{"from": [pods(role="none")]})):
        town.expect({"friend": NONE, "stranger": ALL_PORTS})


def test_a_changed_label_changes_who_may_enter(town: Town) -> None:
    with town.policy(to_server(**{"from": [pods(role="gateway")]})):
        town.expect({"stranger": NONE})
        relabel = ("label", "pod", "stranger", f"--namespace={town.home}", "--overwrite")
        town.kube.kubectl(*relabel, "role=gateway")
        town.expect({"stranger": ALL_PORTS})
        town.kube.kubectl(*relabel, "role=none")
        town.expect({"stranger": NONE, "friend": ALL_PORTS})


TRY_FOR_A_WHILE = """
import socket, sys, time
end = time.monotonic() + 2.5
while time.monotonic() < end:
    try:
        socket.create_connection((sys.argv[1], 8000), timeout=0.3).close()
        sys.exit("connected")
    except OSError:
        time.sleep(0.01)
"""


@pytest.mark.parametrize(("label", "connects"), [("locked", False), ("free", True)])
def test_a_pod_has_its_rules_from_its_first_moment(town: Town, label: str, connects: bool) -> None:
    denied = {"podSelector": {"matchLabels": {"early": "locked"}}, "policyTypes": ["Egress"]}
    command = ["python3", "-c", TRY_FOR_A_WHILE, town.talkers["server"].ip]
    with town.policy(denied):
        name = f"early-{label}"
        town.kube.apply(pod(name, {"early": label}, command, restart="Never"), town.home)

        def phase() -> str:
            seen = str(town.kube.get("pod", name, f"--namespace={town.home}")["status"].get("phase"))
            return seen if seen in {"Succeeded", "Failed"} else ""

        assert town.kube.until(phase, "the pod has tried") == ("Failed" if connects else "Succeeded")
        assert ("connected" in town.kube.kubectl("logs", name, f"--namespace={town.home}")) is connects
