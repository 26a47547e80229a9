"""How process 1 is spoken to: one JSON line each way over a UNIX socket, bounded in size and time.

The server's half reads without blocking, so that a client which connects and stalls costs process 1 nothing but an
entry in a short table; the bounds below end it.
"""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

from localkube.errors import CommandError

MAX_REQUEST_BYTES = 64 * 1024
REQUEST_SECONDS = 5.0
MAX_CONVERSATIONS = 32


class Conversation:
    """One connection as process 1 sees it: bytes in, at most one request out, one answer back."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        connection.setblocking(False)
        self.connection = connection
        self.deadline = deadline
        self._received = b""
        self._to_send = b""

    def receive(self) -> dict[str, Any] | None:
        """The request once it is whole. ValueError: too long, cut off or not a JSON object."""
        try:
            data = self.connection.recv(16 * 1024)
        except BlockingIOError:
            return None
        self._received += data
        line, newline, _ = self._received.partition(b"\n")
        if len(line) > MAX_REQUEST_BYTES:
            raise ValueError(f"request longer than {MAX_REQUEST_BYTES} bytes")
        if not newline:
            if not data:
                raise ValueError("connection closed before the request was whole")
            return None
        request = json.loads(line)
        if not isinstance(request, dict):
            raise ValueError("a request is a JSON object")
        return request

    def answer(self, message: dict[str, Any]) -> None:
        self._to_send = json.dumps(message).encode() + b"\n"

    @property
    def answering(self) -> bool:
        return bool(self._to_send)

    def send(self) -> bool:
        """Send what the socket takes; True when all is sent."""
        try:
            sent = self.connection.send(self._to_send)
        except BlockingIOError:
            return False
        self._to_send = self._to_send[sent:]
        return not self._to_send

    def close(self) -> None:
        self.connection.close()


def request(path: Path, message: dict[str, Any], timeout_seconds: float = 10.0) -> dict[str, Any]:
    """Ask process 1 that listens at ``path``; OSError if nobody answers, CommandError if it refuses."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(timeout_seconds)
        connection.connect(str(path))
        with connection.makefile("rwb") as stream:
            stream.write(json.dumps(message).encode() + b"\n")
            stream.flush()
            line = stream.readline()
    if not line:
        raise ConnectionError("process 1 closed the connection without an answer")
    answer: dict[str, Any] = json.loads(line)
    if "error" in answer:
        raise CommandError(f"process 1 refused: {answer['error']}")
    return answer
