"""Process 1 of a node: owns its namespaces and supervises its components.

``unshare --mount --pid --net`` starts it. Everything a node does - components, container shims, containers, mounts,
network rules - lives in those namespaces, so when this process ends, by whatever signal, the kernel ends every
process, drops every mount and removes the network with it.

It imports only the standard library and its neighbours, answers ``start``, ``stop`` and ``list``, never blocks on a
client or a component, and on SIGTERM stops the components before it ends.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from localkube.control import MAX_CONVERSATIONS, REQUEST_SECONDS, Conversation
from localkube.supervision import Spec, Supervisor
from localkube.volumes import VolumeDoor

TICK_SECONDS = 0.5
VOLUMES = Path("/tmp/hostpath_pv")  # fixed in the hostPath provisioner

# Paths that components have hard-coded and that get a place of their own.
EMPTY_MOUNTS = ("/run/netns", "/run/containerd")
BIND_MOUNTS = {
    "/var/lib/cni": "cni-cache",
    "/var/log/containers": "container-logs",
    str(VOLUMES): "volumes",
}
MOUNT_POINTS = (*EMPTY_MOUNTS, *BIND_MOUNTS)


def make_private_mounts(state: Path) -> None:
    """Detach this namespace's mounts from the host's and lay private ones over the hard-coded paths."""

    def mount(*arguments: str) -> None:
        subprocess.run(["mount", *arguments], check=True)

    mount("--make-rprivate", "/")
    mount("--make-rshared", "/")  # new peer groups: nothing leaves this namespace
    for path in EMPTY_MOUNTS:
        Path(path).mkdir(parents=True, exist_ok=True)
        mount("-t", "tmpfs", "tmpfs", path)
    for path, own in BIND_MOUNTS.items():
        (state / own).mkdir(exist_ok=True)
        Path(path).mkdir(parents=True, exist_ok=True)
        mount("--bind", str(state / own), path)


def prepare_network() -> None:
    """Forwarding is on in the node's own network namespace only; the host's is not touched."""
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def dead_children() -> Iterator[tuple[int, int]]:
    """Collect every dead child with its status: components, and orphans adopted from container shims."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        yield pid, status


class Init:
    """The main loop over clients, dead children and new volumes."""

    def __init__(
        self,
        listener: socket.socket,
        supervisor: Supervisor,
        door: VolumeDoor | None = None,
        reap: Callable[[], Iterable[tuple[int, int]]] = dead_children,  # none in tests
        clock: Callable[[], float] = time.monotonic,  # a fake in tests
    ) -> None:
        self._listener = listener
        self._supervisor = supervisor
        self._door = door
        self._reap = reap
        self._clock = clock
        self._selector = selectors.DefaultSelector()
        self._conversations: dict[int, Conversation] = {}
        self._faults = 0
        self._ending = False
        listener.setblocking(False)
        self._selector.register(listener, selectors.EVENT_READ)
        if door:
            self._selector.register(door.fileno(), selectors.EVENT_READ)
        self._wake, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._selector.register(self._wake, selectors.EVENT_READ)

    def serve(self) -> None:
        """Run until SIGTERM was received and every component is gone."""
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self.end)
        while not (self._ending and not self._supervisor.components):
            try:
                self.turn(TICK_SECONDS)
            except Exception:  # noqa: BLE001 - the top of a loop; logged and counted
                # Nothing may end process 1 but a signal: its end is the node's end.
                self._faults += 1
                print(f"fault {self._faults} in the main loop", file=sys.stderr)
                traceback.print_exc()
                time.sleep(0.1)

    def turn(self, timeout_seconds: float) -> None:
        """Wait once and do all that is due."""
        for key, _ in self._selector.select(timeout_seconds):
            if key.fd == self._wake:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._wake, 4096)
            elif key.fileobj is self._listener:
                self._accept()
            elif key.fd in self._conversations:
                self._continue(self._conversations[key.fd])
        if self._door:
            self._door.open_new()
        for pid, status in self._reap():
            self._supervisor.ended(pid, status)
        if self._ending:
            self._supervisor.stop_all()
        self._supervisor.tick()
        self._drop_late()

    def end(self, *_: object) -> None:
        """Stop the components, then return from serve()."""
        self._ending = True  # the loop does the rest: a handler may run in the middle of anything

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except BlockingIOError:
            return
        if len(self._conversations) >= MAX_CONVERSATIONS:
            connection.close()
            return
        conversation = Conversation(connection, self._clock() + REQUEST_SECONDS)
        self._conversations[connection.fileno()] = conversation
        self._selector.register(connection, selectors.EVENT_READ)

    def _continue(self, conversation: Conversation) -> None:
        try:
            if not conversation.answering:
                request = conversation.receive()
                if request is None:
                    return
                conversation.answer(self._perform(request))
                self._selector.modify(conversation.connection, selectors.EVENT_WRITE)
            if conversation.send():
                self._close(conversation)
        except ValueError as error:
            conversation.answer({"error": str(error)})
            self._selector.modify(conversation.connection, selectors.EVENT_WRITE)
        except OSError:
            self._close(conversation)

    def _perform(self, request: dict[str, Any]) -> dict[str, Any]:
        match request.get("op"):
            case "start":
                return {"started": not self._ending and self._supervisor.start(Spec.parse(request))}
            case "stop":
                return {"stopping": self._supervisor.stop(str(request.get("name")))}
            case "list":
                return {"components": self._supervisor.report(), "faults": self._faults}
            case other:
                raise ValueError(f"unknown request {other!r}")

    def _close(self, conversation: Conversation) -> None:
        self._conversations.pop(conversation.connection.fileno(), None)
        self._selector.unregister(conversation.connection)
        conversation.close()

    def _drop_late(self) -> None:
        now = self._clock()
        for conversation in [c for c in self._conversations.values() if now > c.deadline]:
            self._close(conversation)

    def close(self) -> None:
        """Let go of every descriptor."""
        for conversation in list(self._conversations.values()):
            self._close(conversation)
        self._selector.close()
        os.close(self._wake)
        os.close(self._wake_write)


def listen(path: Path) -> socket.socket:
    """The socket that only root can connect to."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    listener.bind(str(path))
    path.chmod(0o600)
    listener.listen(16)
    return listener


def main() -> None:
    """Set the namespaces up, then supervise."""
    state = Path(sys.argv[1])
    make_private_mounts(state)
    prepare_network()
    Init(listen(state / "init.sock"), Supervisor(), VolumeDoor(VOLUMES)).serve()


if __name__ == "__main__":
    main()
