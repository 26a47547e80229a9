"""Calls that wait for a Model which has no endpoint yet: bounded in number, bytes and time, fair between tenants."""

from __future__ import annotations

from collections import deque
from typing import Protocol

MAX_HELD_BYTES = 64_000_000


class Held(Protocol):
    """What the queue needs to know of a waiting call."""

    tenant: str
    held_since: float
    body_bytes: int


class HoldQueue[T: Held]:
    """One Model's waiting calls: tenants in turn, first come first served inside a tenant."""

    __slots__ = ("_lines", "_size", "_turn")

    def __init__(self) -> None:
        self._lines: dict[str, deque[T]] = {}
        self._turn: deque[str] = deque()
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def push(self, call: T, *, first: bool = False) -> None:
        """Queue a call; `first` for one that had been let go and lost its endpoint."""
        line = self._lines.get(call.tenant)
        if line is None:
            line = self._lines[call.tenant] = deque()
            self._turn.append(call.tenant)
        (line.appendleft if first else line.append)(call)
        self._size += 1

    def pop(self) -> T:
        """The next call of the tenant whose turn it is."""
        tenant = self._turn.popleft()
        line = self._lines[tenant]
        call = line.popleft()
        self._size -= 1
        if line:
            self._turn.append(tenant)
        else:
            del self._lines[tenant]
        return call

    def remove(self, call: T) -> bool:
        """Take out a call that gave up; false if it is not queued."""
        line = self._lines.get(call.tenant)
        if line is None or call not in line:
            return False
        line.remove(call)
        self._size -= 1
        if not line:
            del self._lines[call.tenant]
            self._turn.remove(call.tenant)
        return True

    def oldest(self) -> float | None:
        """When the longest waiting call came, on the clock that stamped it."""
        return min((line[0].held_since for line in self._lines.values()), default=None)

    def calls(self) -> list[T]:
        """All waiting calls, for a change that concerns each."""
        return [call for line in self._lines.values() for call in line]
