"""The raw ASGI shell: one request between uvicorn and its `Exchange`, dispatched before FastAPI.

ASGI hides a client that leaves while nothing is received, so a `receive()` is always pending. Bytes go to the client
from the very callback that read them: a send that need not wait is finished by an eagerly started task without a turn
of the event loop; one that waits makes the rest queue up, and the upstream pause.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import deque
from collections.abc import Mapping, Sequence
from time import monotonic, time_ns
from typing import Protocol

import structlog

from freehold_app.gateway.core.acl import Caller
from freehold_app.gateway.core.call import SLOW_CLIENT_SECONDS, Phase
from freehold_app.gateway.core.catalog import Endpoint, ModelEntry
from freehold_app.gateway.core.errors import Refusal, refusal
from freehold_app.gateway.core.exchange import Exchange
from freehold_app.gateway.core.floor import Floor
from freehold_app.gateway.core.head import RequestHead
from freehold_app.gateway.core.ports import Fault, Headers, Settlement
from freehold_app.gateway.io.connection import UpstreamCall
from freehold_app.gateway.io.forward import Forwarder
from freehold_app.gateway.io.principals import Principals
from freehold_app.gateway.ports import Message, Receive, Scope, Send

BODY_SECONDS = 30.0
LINGER_SECONDS = 5.0
LINGER_BYTES = 64_000_000
MAX_BUFFERED_BYTES = 256_000_000
QUEUE_BYTES = 65_536
NOSNIFF = (b"x-content-type-options", b"nosniff")
VERSION_7 = 0x7 << 76 | 0x2 << 62  # version and variant bits
RANDOM_BITS = 0xFFF << 64 | (1 << 62) - 1  # where version and variant are not


class Host(Protocol):
    """The gateway role, as one call needs it."""

    floor: Floor
    forwarder: Forwarder
    principals: Principals
    max_body_bytes: int
    buffered_bytes: int
    calls: set[AsgiCall]

    def ended(self, call: AsgiCall, settlement: Settlement | None) -> None:
        """Count, log and meter a finished call."""


def new_request_id() -> int:
    """A version 7 UUID as an integer (RFC 9562, section 5.7): 48 bits of milliseconds, then 74 random bits."""
    random = int.from_bytes(os.urandom(10)) & RANDOM_BITS
    return (time_ns() // 1_000_000) << 80 | VERSION_7 | random


class AsgiCall:
    """One request. It is the exchange's `Ports` and the upstream's `Sink`."""

    __slots__ = (
        "__weakref__",
        "_done",
        "_host",
        "_loop",
        "_outbox",
        "_over",
        "_pumping",
        "_queued_bytes",
        "_receive",
        "_scope",
        "_send",
        "_timer",
        "_unread", "_upstream",
        "_watch",
        "client_id",
        "exchange",
        "settlement",
    )  # fmt: skip

    def __init__(self, host: Host, scope: Scope, receive: Receive, send: Send) -> None:
        self._host = host
        self._scope = scope
        self._receive = receive
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._outbox: deque[Message] | None = None
        self._queued_bytes = 0
        self._pumping: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[Message] | None = None
        self._upstream: UpstreamCall | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._done: asyncio.Future[None] | None = None
        self._over = False
        self._unread = True
        """The client may still be sending its body."""
        self.client_id = ""
        self.settlement: Settlement | None = None
        self.exchange = Exchange(host.floor, self, new_request_id(), host.max_body_bytes, monotonic())

    async def run(self) -> None:
        """Serve the request to its end."""
        self._host.calls.add(self)
        try:
            await self._serve()
        except Exception:  # noqa: BLE001  the top of a request: answered, logged, counted
            structlog.get_logger(__name__).exception("request_failed", request_id=f"{self.exchange.request_id:032x}")
            self._unread = False
            self.exchange.crash(monotonic())
            if self._pumping is not None:
                await asyncio.wait([self._pumping])
        finally:
            self._release()

    def _release(self) -> None:
        """Whatever happened, also cancellation: settled, nothing left open."""
        self.exchange.client_gone(monotonic())
        if self._timer is not None:
            self._timer.cancel()
        if self._watch is not None and not self._watch.done():
            self._watch.cancel()
        self._host.calls.discard(self)
        self._host.ended(self, self.settlement)

    async def _serve(self) -> None:
        exchange = self.exchange
        request = self._head()
        exchange.head(request)
        if exchange.phase is Phase.AUTH:
            await self._authenticate(request)
        if exchange.phase is Phase.BODY:
            await self._take_body()
        if self._unread:
            await self._take_rest()
        if not self._over or self._pumping is not None:
            await self._finish()

    def _head(self) -> RequestHead:
        scope = self._scope
        pairs = scope["headers"]
        size = sum([len(name) + len(value) + 4 for name, value in pairs])
        client = scope.get("client")
        path = scope["path"]
        return RequestHead(scope["method"], path, dict(pairs), size, len(pairs), client[0] if client else "")

    async def _authenticate(self, request: RequestHead) -> None:
        credential, now = request.credential(), self.exchange.started_at
        caller: Caller | Refusal | None = self._host.principals.known(credential, now)
        if caller is None:
            assert credential is not None
            caller = await self._host.principals.find(credential, request.client, now)
            self.exchange.waited_seconds += monotonic() - now
        self.exchange.principal(caller)

    async def _take_body(self) -> None:
        message = await self._receive()
        self._unread = bool(message.get("more_body", False))
        if message["type"] != "http.request":
            return self.exchange.client_gone(monotonic())
        data = message.get("body", b"")
        if self._unread or len(data) > self.exchange.max_body_bytes:
            rest = await self._rest_of_body(data)
            if rest is None:
                return None
            data = rest
        self._host.buffered_bytes += len(data)
        self.exchange.body_bytes = len(data)
        if self._host.buffered_bytes > MAX_BUFFERED_BYTES:
            return self.exchange.body_refused(refusal("overloaded", retry_after_ms=1000))
        return self.exchange.body(data, monotonic())

    async def _rest_of_body(self, first: bytes) -> bytes | None:
        """The whole body, or None after it was refused. 64 KB come per message."""
        began = monotonic()
        limit = self.exchange.max_body_bytes
        parts, size = [first], len(first)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while self._unread and size <= limit:
                    message = await self._receive()
                    self._unread = bool(message.get("more_body", False))
                    if message["type"] != "http.request":
                        self.exchange.client_gone(monotonic())
                        return None
                    parts.append(message.get("body", b""))
                    size += len(parts[-1])
        except TimeoutError:
            self.exchange.body_refused(refusal("request_timeout", n=int(BODY_SECONDS)))
            return None
        if size > limit:
            self.exchange.body_refused(refusal("request_too_large", n=limit))
            return None
        self.exchange.waited_seconds += monotonic() - began
        return b"".join(parts)

    async def _take_rest(self) -> None:
        """Read and drop what a refused caller still sends, for a while: closing on it would reset the connection, and
        the caller would see that instead of the answer.
        """
        dropped = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while self._unread and dropped < LINGER_BYTES:
                    message = await self._receive()
                    dropped += len(message.get("body", b""))
                    self._unread = bool(message.get("more_body", False))
        self._unread = False
        self._push({"type": "http.response.body", "body": b"", "more_body": False})

    async def _finish(self) -> None:
        """Wait for the end of the answer, one `receive()` always pending."""
        self._done = self._loop.create_future()
        if not self._over:
            self._watch = asyncio.Task(self._watched(), loop=self._loop, eager_start=True)
        await self._done

    async def _watched(self) -> Message:
        message = await self._receive()
        while message["type"] == "http.request":
            message = await self._receive()
        self.exchange.client_gone(monotonic())
        return message

    # Ports: towards the client

    def answer(self, status: int, headers: Headers, content: bytes) -> None:
        length = (b"content-length", str(len(content)).encode())
        self._push({"type": "http.response.start", "status": status, "headers": [*headers, length, *self._common()]})
        self._push({"type": "http.response.body", "body": content, "more_body": self._unread})

    def begin(self, status: int, headers: Headers) -> None:
        self._push({"type": "http.response.start", "status": status, "headers": [*headers, *self._common()]})

    def send(self, data: bytes) -> None:
        self._push({"type": "http.response.body", "body": data, "more_body": True})

    def finish(self) -> None:
        self._push({"type": "http.response.body", "body": b"", "more_body": False})

    def cut(self) -> None:
        self._outbox = None
        if self._pumping is not None:
            self._pumping.cancel()
        # uvicorn's cycle: without it the server would wait until a client that takes nothing has taken everything
        transport = getattr(getattr(self._send, "__self__", None), "transport", None)
        if transport is not None:
            transport.abort()

    def closed(self) -> None:
        self._over = True
        self._host.buffered_bytes -= self.exchange.body_bytes
        if self._pumping is None:
            self._resolve()
        else:  # the answer is complete and the client has not taken all of it
            self._timer = self._loop.call_later(SLOW_CLIENT_SECONDS, self.cut)

    def _resolve(self) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_result(None)

    def _common(self) -> list[tuple[bytes, bytes]]:
        exchange = self.exchange
        spent = monotonic() - exchange.started_at
        exchange.overhead_seconds = own = max(0.0, spent - exchange.waited_seconds)
        return [
            (b"x-request-id", b"req_%032x" % exchange.request_id),
            (b"openai-processing-ms", b"%d" % (spent * 1000)),
            (b"x-freehold-overhead-us", b"%d" % (own * 1_000_000)),
            NOSNIFF,
        ]

    def _push(self, message: Message) -> None:
        """Send now if nothing waits, else queue."""
        if self._pumping is not None:
            return self._enqueue(message)
        task = asyncio.Task(self._delivered(message), loop=self._loop, eager_start=True)
        if task.done():
            task.result()
        else:
            self._pumping = task
            task.add_done_callback(self._pumped)
            self.exchange.writable(can=False, now=monotonic())
        return None

    async def _delivered(self, message: Message) -> None:
        await self._send(message)

    def _enqueue(self, message: Message) -> None:
        if self._outbox is None:
            self._outbox = deque()
        self._outbox.append(message)

    def _pumped(self, task: asyncio.Task[None]) -> None:
        """The client took what it had waiting: on with the queue."""
        self._pumping = None
        if task.cancelled() or task.exception() is not None:
            self._outbox = None
            self.exchange.client_gone(monotonic())
            return self._resolve()
        while self._outbox and self._pumping is None:
            self._push(self._outbox.popleft())
        if self._pumping is None:
            self.exchange.writable(can=True, now=monotonic())
            if self._over:
                self._resolve()
        return None

    # Ports: towards the upstream

    def send_up(self, endpoint: Endpoint, model: ModelEntry, path: str, pieces: Sequence[bytes | memoryview]) -> None:
        self._upstream = self._host.forwarder.send(endpoint, model, path, pieces, self.exchange, self)

    def abort_up(self) -> None:
        if self._upstream is not None:
            self._upstream.abort()
            self._upstream = None

    def pause_up(self) -> None:
        if self._upstream is not None:
            self._upstream.pause()

    def resume_up(self) -> None:
        if self._upstream is not None:
            self._upstream.resume()

    def renew_credential(self, model: ModelEntry) -> None:
        self._host.forwarder.renew_credential(model)

    def wake_after(self, seconds: float) -> None:
        self._timer = self._loop.call_later(seconds, self._wake)

    def _wake(self) -> None:
        self.exchange.tick(max(monotonic(), self.exchange.deadline))  # the loop's clock may run a millisecond early

    def settle(self, settlement: Settlement) -> None:
        self.settlement = settlement

    # Sink

    def up_head(self, status: int, headers: Mapping[bytes, bytes]) -> None:
        self.exchange.up_head(status, headers, monotonic())

    def up_data(self, data: bytes) -> None:
        self.exchange.up_data(data, monotonic())

    def up_end(self) -> None:
        self.exchange.up_end(monotonic())

    def up_error(self, fault: Fault) -> None:
        self.exchange.up_error(fault, monotonic())
