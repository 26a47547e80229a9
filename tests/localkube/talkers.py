"""Pods that listen on several ports and can be asked whom they reach: the means of the network tests."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from typing import Any

from tests.kube_fixtures import Kube

IMAGE = "python:3.13-slim"
TCP_PORTS = (8000, 8001, 8002, 9000)
UDP_PORT = 7000
PORT_NAMES = {8000: "http", 9000: "admin", UDP_PORT: "lookup"}

LISTEN = """
import socket, threading
def tcp(port):
    server = socket.create_server(("0.0.0.0", port))
    while True:
        connection, _ = server.accept()
        connection.sendall(b"yes")
        connection.close()
def udp(port):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("0.0.0.0", port))
    while True:
        server.sendto(b"yes", server.recvfrom(16)[1])
for port in TCP_PORTS:
    threading.Thread(target=tcp, args=(port,)).start()
udp(UDP_PORT)
""".replace("TCP_PORTS", repr(TCP_PORTS)).replace("UDP_PORT", str(UDP_PORT))

PROBE = """
import concurrent.futures, json, socket, sys
def reached(target):
    host, port, kind = target
    try:
        if kind == "tcp":
            with socket.create_connection((host, port), timeout=SECONDS) as connection:
                return connection.recv(3) == b"yes"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(SECONDS)
            client.sendto(b"?", (host, port))
            return client.recv(3) == b"yes"
    except OSError:
        return False
with concurrent.futures.ThreadPoolExecutor(16) as pool:
    for line in sys.stdin:
        print(json.dumps(list(pool.map(reached, json.loads(line)))), flush=True)
""".replace("SECONDS", "0.4")

RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "runAsUser": 65532,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def pod(name: str, labels: Mapping[str, str], command: list[str], restart: str = "Always") -> dict[str, Any]:
    """A restricted pod of one container."""
    ports = [{"name": PORT_NAMES[p], "containerPort": p} for p in TCP_PORTS if p in PORT_NAMES]
    ports.append({"name": PORT_NAMES[UDP_PORT], "containerPort": UDP_PORT, "protocol": "UDP"})
    container = {
        "name": "main",
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "command": command,
        "ports": ports,
        "securityContext": RESTRICTED,
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": dict(labels)},
        "spec": {
            "containers": [container],
            "restartPolicy": restart,
            "terminationGracePeriodSeconds": 0,
            "automountServiceAccountToken": False,
        },
    }


class Talker:
    """One pod: reaches others and can be reached. It is asked over one `kubectl exec` that stays open."""

    def __init__(self, kube: Kube, namespace: str, name: str) -> None:
        self.ip = ""
        self._kube, self._namespace, self._name = kube, namespace, name
        self._session: subprocess.Popen[str] | None = None

    def start(self, labels: Mapping[str, str]) -> None:
        """Make the pod."""
        self._kube.apply(pod(self._name, labels, ["python3", "-u", "-c", LISTEN]), self._namespace)

    def wait(self) -> None:
        """Wait until it runs, and learn its address."""
        self._kube.kubectl("wait", "pod", self._name, f"--namespace={self._namespace}", "--for=condition=Ready")
        self.ip = self._kube.get("pod", self._name, f"--namespace={self._namespace}")["status"]["podIP"]
        words = ("exec", "--stdin", f"--namespace={self._namespace}", self._name, "--", "python3", "-u", "-c", PROBE)
        self._session = self._kube.session(*words)

    def reaches(self, targets: Iterable[tuple[str, int, str]]) -> list[bool]:
        """For each (address, port, "tcp" or "udp"): whether an answer came."""
        assert self._session is not None, "the talker was not waited for"
        assert self._session.stdin is not None
        assert self._session.stdout is not None
        self._session.stdin.write(json.dumps(list(targets)) + "\n")
        self._session.stdin.flush()
        answers: list[bool] = json.loads(self._session.stdout.readline())
        return answers

    def stop(self) -> None:
        """End the session; the pod goes with its namespace."""
        if self._session is not None:
            self._session.kill()
            self._session.communicate()
