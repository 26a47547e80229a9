"""The three kinds of upstream answers on their way through: an event stream, a JSON body, an error to translate."""

from __future__ import annotations

from collections.abc import Mapping

from freehold_app.gateway.core.answers import MAX_ERROR_BYTES
from freehold_app.gateway.core.stream import Aligner, JsonMeter, StreamFormatError, StreamMeter, Usage
from freehold_app.gateway.core.usage import BYTES_PER_TOKEN

MAX_BUFFERED_BYTES = 1_000_000
DEFAULT_TYPE = b"application/json"

__all__ = ["ErrorRelay", "EventRelay", "JsonRelay", "Relay", "StreamFormatError", "choose"]


class EventRelay:
    """Server-sent events, cut at event ends."""

    __slots__ = ("_aligner", "_meter")
    events = True
    content_type = (b"content-type", b"text/event-stream; charset=utf-8")

    def __init__(self, *, injected: bool) -> None:
        self._aligner = Aligner()
        self._meter = StreamMeter(drops_usage=injected)

    def feed(self, data: bytes) -> bytes:
        """The bytes that may go to the client now."""
        block = self._aligner.feed(data)
        return self._meter.pass_on(block) if block else b""

    def rest(self) -> bytes:
        """What is left when the upstream ends."""
        rest = self._aligner.rest()
        return self._meter.pass_on(rest) if rest else b""

    def usage(self) -> Usage | None:
        """The reported usage."""
        return self._meter.usage

    def completion(self) -> int:
        """Tokens seen, where none are reported."""
        return self._meter.deltas


class JsonRelay:
    """A JSON body: whole up to 1 MB, streamed beyond."""

    __slots__ = ("_meter", "_parts", "content_type")
    events = False

    def __init__(self, content_type: bytes) -> None:
        self.content_type = (b"content-type", content_type)
        self._meter = JsonMeter()
        self._parts: list[bytes] | None = []

    def feed(self, data: bytes) -> bytes:
        """Nothing until 1 MB is reached, then everything."""
        self._meter.feed(data)
        if self._parts is None:
            return data
        self._parts.append(data)
        return self.rest() if self._meter.size > MAX_BUFFERED_BYTES else b""

    def rest(self) -> bytes:
        """What was kept back."""
        parts, self._parts = self._parts or [], None
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def usage(self) -> Usage | None:
        """The reported usage."""
        return self._meter.usage()

    def completion(self) -> int:
        """Tokens seen, by size."""
        return self._meter.size // BYTES_PER_TOKEN


class ErrorRelay:
    """An error's body, kept up to 64 KB to be translated; nothing passes."""

    __slots__ = ("_parts", "_size", "headers", "status")
    events = True
    content_type = (b"content-type", DEFAULT_TYPE)

    def __init__(self, status: int, headers: Mapping[bytes, bytes]) -> None:
        self.status = status
        self.headers = headers
        self._parts: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> bytes:
        """Keep a bounded part."""
        if self._size <= MAX_ERROR_BYTES:
            self._parts.append(data)
            self._size += len(data)
        return b""

    def rest(self) -> bytes:
        """Nothing of it passes as it is."""
        return b""

    def content(self) -> bytes:
        """The kept body."""
        return b"".join(self._parts)

    def usage(self) -> Usage | None:
        """Errors report none."""
        return None

    def completion(self) -> int:
        """Errors cost nothing."""
        return 0


type Relay = EventRelay | JsonRelay | ErrorRelay


def choose(status: int, headers: Mapping[bytes, bytes], *, injected: bool) -> Relay:
    """The kind that fits an upstream's head."""
    if not 200 <= status < 300:
        return ErrorRelay(status, headers)
    content_type = headers.get(b"content-type", DEFAULT_TYPE)
    if content_type.lower().startswith(b"text/event-stream"):
        return EventRelay(injected=injected)
    return JsonRelay(content_type)
