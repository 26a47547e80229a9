"""One HTTP/1.1 connection to an engine or a provider, as an `asyncio.Protocol` over httptools.

No library on this path: what is needed is one request at a time, bytes as they come, and to know at each moment what
was sent and what was seen, because that is what a cancelled call is charged with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol, cast

import httptools

from freehold_app.gateway.core.catalog import Endpoint
from freehold_app.gateway.core.ports import Fault

MAX_HEAD_BYTES = 32_768

RESET = Fault("reset", "the connection broke off")
MALFORMED = Fault("malformed", "the answer is not valid HTTP")


class Sink(Protocol):
    """Who made the request. After `up_end` or `up_error` nothing more comes."""

    def up_head(self, status: int, headers: Mapping[bytes, bytes]) -> None: ...
    def up_data(self, data: bytes) -> None: ...
    def up_end(self) -> None: ...
    def up_error(self, fault: Fault) -> None: ...


class UpstreamCall:
    """A request under way: connecting, or on a connection. Nothing is heard of it after `abort`."""

    __slots__ = ("connection", "sink", "task")

    def __init__(self, sink: Sink) -> None:
        self.sink: Sink | None = sink
        self.connection: Connection | None = None
        self.task: asyncio.Task[None] | None = None

    def abort(self) -> None:
        """Close the connection now."""
        self.sink = None
        if self.task is not None:
            self.task.cancel()
        if self.connection is not None:
            self.connection.abort()

    def pause(self) -> None:
        """Read no more for now."""
        if self.connection is not None:
            self.connection.pause()

    def resume(self) -> None:
        """Read on."""
        if self.connection is not None:
            self.connection.resume()


class Owner(Protocol):
    """The pool, as a connection sees it."""

    def opened(self, connection: Connection) -> None:
        """The connection stands."""

    def idle(self, connection: Connection) -> None:
        """The answer is complete and the connection can serve another request."""

    def stale(self, call: UpstreamCall, endpoint: Endpoint, pieces: Sequence[bytes | memoryview]) -> None:
        """A reused connection was closed before one byte of the answer: ask once more on a fresh one."""

    def lost(self, connection: Connection) -> None:
        """The connection is gone."""


class Connection(asyncio.Protocol):
    """Sends one request at a time and hands its answer to a sink, one call per read."""

    __slots__ = (
        "_call", "_chunks", "_complete", "_head_bytes", "_headed", "_headers", "_keeps_alive", "_owner", "_parser",
        "_pieces", "_reused", "_sized", "_status", "_told_head", "endpoint", "idle_since", "transport",
    )  # fmt: skip

    def __init__(self, owner: Owner, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._owner = owner
        self.transport: asyncio.Transport | None = None
        self.idle_since = 0.0
        self._call: UpstreamCall | None = None
        self._pieces: Sequence[bytes | memoryview] = ()
        self._reused = False
        self._parser = httptools.HttpResponseParser(self)
        self._reset()

    def _reset(self) -> None:
        """Ready for the next answer."""
        self._status = 0
        self._headers: dict[bytes, bytes] = {}
        self._chunks: list[bytes] = []
        self._head_bytes = 0
        self._headed = False
        self._told_head = False
        self._sized = False
        self._complete = False
        self._keeps_alive = True

    # The pool's side

    def send(self, call: UpstreamCall, pieces: Sequence[bytes | memoryview], *, reused: bool) -> None:
        """Send a whole request; its answer goes to the call's sink."""
        assert self.transport is not None
        call.connection = self
        self._call = call
        self._pieces = pieces
        self._reused = reused
        self.transport.writelines(pieces)

    def abort(self) -> None:
        """Close at once; the sink hears nothing more."""
        self._call = None
        if self.transport is not None:
            self.transport.abort()

    def pause(self) -> None:
        """Read no more for now."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        if self.transport is not None and not self.transport.is_closing():
            self.transport.resume_reading()

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is one without being a subclass
        self._owner.opened(self)

    def data_received(self, data: bytes) -> None:
        if self._call is None:  # bytes that nobody asked for: the next answer could be mistaken
            self.abort()
            return
        if not self._headed:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail(MALFORMED)
            return
        if not self._headed and self._head_bytes > MAX_HEAD_BYTES:
            self._fail(MALFORMED)
            return
        self._deliver()

    def connection_lost(self, exc: Exception | None) -> None:
        call, self._call = self._call, None
        self._owner.lost(self)
        if call is None or call.sink is None:
            return
        call.connection = None
        if self._headed and not self._sized and exc is None:
            call.sink.up_end()  # an answer without a length ends with its connection (RFC 9112, section 6.3)
        elif self._reused and not self._head_bytes:
            self._owner.stale(call, self.endpoint, self._pieces)
        else:
            call.sink.up_error(RESET)

    # httptools' side; what is parsed is noted here and delivered once per read

    def on_message_begin(self) -> None:
        if self._complete:
            self._keeps_alive = False  # a second answer that nobody asked for

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        if self._complete:
            return
        self._status = self._parser.get_status_code()
        if 100 <= self._status < 200:
            return
        self._headed = True
        self._sized = b"content-length" in self._headers or b"transfer-encoding" in self._headers

    def on_body(self, data: bytes) -> None:
        if not self._complete:
            self._chunks.append(data)

    def on_message_complete(self) -> None:
        if not self._headed:
            self._headers = {}  # an interim answer
            return
        self._complete = True
        self._keeps_alive = self._keeps_alive and self._parser.should_keep_alive()

    def _deliver(self) -> None:
        """Tell the sink what this read brought. Each telling may end the call, so its sink is looked up each time."""
        call = self._call
        if call is None:
            return
        if self._headed and not self._told_head:
            self._told_head = True
            if call.sink is not None:
                call.sink.up_head(self._status, self._headers)
        if self._chunks and call.sink is not None:
            chunks, self._chunks = self._chunks, []
            call.sink.up_data(chunks[0] if len(chunks) == 1 else b"".join(chunks))
        if self._complete and call.sink is not None:
            self._finish(call, call.sink)

    def _finish(self, call: UpstreamCall, sink: Sink) -> None:
        """The connection is free before the sink knows, so that what it starts next can use it."""
        keeps_alive = self._keeps_alive
        call.connection = None
        self._call = None
        self._pieces = ()
        self._reset()
        if keeps_alive:
            self._owner.idle(self)
        else:
            self.abort()
        sink.up_end()

    def _fail(self, fault: Fault) -> None:
        call = self._call
        self.abort()
        if call is not None and call.sink is not None:
            call.connection = None
            call.sink.up_error(fault)
