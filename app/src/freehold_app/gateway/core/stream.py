"""A server-sent event stream on its way through: aligned to whole events, counted, its usage kept.

Bytes pass as they come. Only an unfinished event at the end of a read waits for its rest, so that whatever we must add
(an error, a comment) stands between two events and never inside one.
"""

from __future__ import annotations

import msgspec

MAX_EVENT_BYTES = 1_000_000
TAIL_BYTES = 1_536
DONE = b"data: [DONE]"


class StreamFormatError(ValueError):
    """The upstream's stream cannot be cut into events."""


class Details(msgspec.Struct):
    """The parts of the two `*_tokens_details` objects that are billed."""

    cached_tokens: int | None = None
    reasoning_tokens: int | None = None


class Usage(msgspec.Struct):
    """The `usage` object that an upstream reports."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: Details | None = None
    completion_tokens_details: Details | None = None


class Chunk(msgspec.Struct):
    """What is read of a stream's event or of a JSON answer."""

    usage: Usage | None = None
    choices: list[msgspec.Raw] | None = None


CHUNK = msgspec.json.Decoder(Chunk)
USAGE = msgspec.json.Decoder(Usage)


class Aligner:
    """Holds back the unfinished event at the end of what was fed."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> bytes:
        """The whole events now known; StreamFormatError past 1 MB without an end."""
        if self._rest:
            data = self._rest + data
            self._rest = b""
        if data.endswith((b"\n\n", b"\r\n\r\n")):
            return data
        end = _last_end(data)
        self._rest = data[end:]
        if len(self._rest) > MAX_EVENT_BYTES:
            raise StreamFormatError("an event without an end")
        return data[:end]

    def rest(self) -> bytes:
        """What stands after the last whole event when the stream ends."""
        rest, self._rest = self._rest, b""
        return rest


def _last_end(data: bytes) -> int:
    """Offset behind the last blank line; 0 if there is none."""
    plain, wide = data.rfind(b"\n\n"), data.rfind(b"\r\n\r\n")
    return max(plain + 2 if plain >= 0 else 0, wide + 4 if wide >= 0 else 0)


class StreamMeter:
    """Counts what a client was sent and keeps the usage that the upstream reports."""

    __slots__ = ("_drops_usage", "deltas", "ended", "usage")

    def __init__(self, *, drops_usage: bool) -> None:
        self._drops_usage = drops_usage
        self.usage: Usage | None = None
        self.deltas = 0
        """Events with text: one token each on llama.cpp and vLLM."""
        self.ended = False
        """`[DONE]` was seen."""

    def pass_on(self, block: bytes) -> bytes:
        """Read whole events; returns them without the usage event that only we asked for."""
        self.deltas += count_deltas(block)
        if DONE in block:
            self.ended = True
        if b'"usage"' not in block:
            return block
        kept = [event for event in _events(block) if self._keeps(event)]
        return b"".join(kept)

    def _keeps(self, event: bytes) -> bool:
        if b'"usage"' not in event:
            return True
        chunk = _chunk(event)
        if chunk is None or chunk.usage is None:
            return True
        self.usage = chunk.usage
        return not (self._drops_usage and chunk.choices == [])


def count_deltas(block: bytes) -> int:
    """How many non-empty pieces of text the events in `block` hold. Quotes inside of text are escaped in JSON."""
    count = block.count(b'"content":"') - block.count(b'"content":""')
    count += block.count(b'"content": "') - block.count(b'"content": ""')
    if not count:
        count = block.count(b'"text":"') - block.count(b'"text":""')
        count += block.count(b'_content":"') - block.count(b'_content":""')
        count += block.count(b'"arguments":"') - block.count(b'"arguments":""')
    return count


def _events(block: bytes) -> list[bytes]:
    """Cut whole events apart; each keeps its blank line."""
    separator = b"\r\n\r\n" if b"\r\n\r\n" in block else b"\n\n"
    return [event + separator for event in block.split(separator) if event]


def _chunk(event: bytes) -> Chunk | None:
    """The JSON of an event's `data:` line, if it is the shape we know."""
    for line in event.splitlines():
        if line.startswith(b"data:"):
            try:
                return CHUNK.decode(line[5:])
            except (msgspec.MsgspecError, RecursionError):
                return None
    return None


class JsonMeter:
    """Keeps the start and the end of a JSON answer, where its usage stands, however long it is."""

    __slots__ = ("_head", "_tail", "size")

    def __init__(self) -> None:
        self._head = b""
        self._tail = b""
        self.size = 0

    def feed(self, data: bytes) -> None:
        """Note a piece of the body."""
        self.size += len(data)
        if len(self._head) < TAIL_BYTES:
            self._head = (self._head + data)[:TAIL_BYTES]
        self._tail = data[-TAIL_BYTES:] if len(data) >= TAIL_BYTES else (self._tail + data)[-TAIL_BYTES:]

    def usage(self) -> Usage | None:
        """The usage object near the end, else near the start."""
        return find_usage(self._tail) or find_usage(self._head)


def find_usage(data: bytes) -> Usage | None:
    """The last complete `"usage":{...}` in a piece of JSON text."""
    at = data.rfind(b'"usage"')
    if at < 0:
        return None
    start = data.find(b"{", at)
    depth = 0
    for offset in range(start, len(data)) if start >= 0 else ():
        depth += (data[offset] == 0x7B) - (data[offset] == 0x7D)
        if depth == 0:
            try:
                return USAGE.decode(data[start : offset + 1])
            except (msgspec.MsgspecError, RecursionError):
                return None
    return None
