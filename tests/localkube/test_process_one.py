"""Process 1 and its clients: real UNIX sockets, a fake supervisor's host and clock."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from localkube.control import MAX_CONVERSATIONS, MAX_REQUEST_BYTES, REQUEST_SECONDS
from localkube.init import Init, listen
from localkube.supervision import Supervisor

pytestmark = pytest.mark.inproc


@dataclass
class Node:
    """Process 1 without its namespaces; its loop turns when a test says so."""

    path: Path
    init: Init
    supervisor: Supervisor
    time: list[float]

    def connect(self) -> socket.socket:
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(1)
        client.connect(str(self.path))
        return client

    def turn(self, times: int = 4) -> None:
        for _ in range(times):
            self.init.turn(0)

    def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        with self.connect() as client:
            client.sendall(json.dumps(message).encode() + b"\n")
            self.turn()
            answer: dict[str, Any] = json.loads(client.recv(65536))
            return answer


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    time = [0.0]
    supervisor = Supervisor(lambda _: 77, lambda *_: None, lambda: time[0])
    with listen(tmp_path / "init.sock") as listener:
        init = Init(listener, supervisor, None, list, lambda: time[0])
        yield Node(tmp_path / "init.sock", init, supervisor, time)
        init.close()


def start(tmp_path: Path) -> dict[str, Any]:
    return {"op": "start", "name": "etcd", "argv": ["/bin/etcd"], "env": {}, "log": str(tmp_path / "etcd.log")}


def test_a_component_is_started_listed_and_stopped_on_request(node: Node, tmp_path: Path) -> None:
    assert node.ask(start(tmp_path)) == {"started": True}
    assert node.ask({"op": "list"})["components"]["etcd"]["pid"] == 77
    assert node.ask({"op": "stop", "name": "etcd"}) == {"stopping": True}


def test_a_client_that_says_nothing_does_not_delay_others_and_is_dropped_at_its_deadline(
    node: Node, tmp_path: Path
) -> None:
    with node.connect() as stuck:
        stuck.sendall(b'{"op": "li')
        node.turn()
        assert node.ask(start(tmp_path)) == {"started": True}
        node.time[0] += REQUEST_SECONDS + 0.1
        node.turn()
        assert stuck.recv(10) == b"", "it was cut off"


def test_a_dead_component_is_restarted_while_a_client_is_stuck(node: Node, tmp_path: Path) -> None:
    node.ask(start(tmp_path))
    with node.connect() as stuck:
        stuck.sendall(b"{")
        node.turn()
        node.supervisor.ended(77, 0)
        assert node.ask({"op": "list"})["components"]["etcd"]["pid"] == 0
        node.time[0] += 1
        node.turn()
        assert node.ask({"op": "list"})["components"]["etcd"]["restarts"] == 1


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"not json\n", "Expecting value"),
        (b"[]\n", "a request is a JSON object"),
        (b'{"op": "dance"}\n', "unknown request 'dance'"),
        (b'{"op": "start"}\n', "start needs name"),
    ],
)
def test_a_bad_request_is_answered_with_its_reason(node: Node, sent: bytes, said: str) -> None:
    with node.connect() as client:
        client.sendall(sent)
        node.turn()
        assert said in json.loads(client.recv(65536))["error"]


def test_a_request_without_end_is_refused_at_the_size_bound(node: Node) -> None:
    with node.connect() as client:
        client.setblocking(False)
        rest = memoryview(b"x" * (MAX_REQUEST_BYTES + 20_000))
        while len(rest):
            try:
                rest = rest[client.send(rest) :]
            except BlockingIOError:
                pass
            except BrokenPipeError:
                break
            node.turn(1)
        node.turn(8)
        client.settimeout(1)
        assert "longer than" in json.loads(client.recv(65536))["error"]


def test_a_client_that_leaves_in_the_middle_costs_nothing(node: Node) -> None:
    with node.connect() as client:
        client.sendall(b'{"op":')
    node.turn()
    assert node.ask({"op": "list"})["faults"] == 0


def test_more_clients_than_the_table_holds_are_turned_away_until_the_others_time_out(node: Node) -> None:
    clients = []
    for _ in range(MAX_CONVERSATIONS + 1):
        clients.append(node.connect())
        node.turn(1)
    assert clients[-1].recv(10) == b"", "turned away"
    node.time[0] += REQUEST_SECONDS + 0.1
    node.turn()
    assert node.ask({"op": "list"})["components"] == {}
    for client in clients:
        client.close()


def test_only_root_may_connect(node: Node) -> None:
    assert node.path.stat().st_mode & 0o777 == 0o600


def test_once_it_is_told_to_end_it_stops_everything_and_starts_nothing(node: Node, tmp_path: Path) -> None:
    node.ask(start(tmp_path))
    node.init.end()
    node.turn()
    assert node.ask(start(tmp_path) | {"name": "late"}) == {"started": False}
    node.supervisor.ended(77, 0)
    assert node.supervisor.components == {}
