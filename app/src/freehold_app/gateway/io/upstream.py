"""Connections to endpoints, kept warm: per endpoint the most recently used idle one first.

pool = UpstreamPool(loop, UpstreamSettings())
call = pool.request(endpoint, [head, body], sink)
call.abort()
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from freehold_app.gateway.core.catalog import Endpoint
from freehold_app.gateway.core.ports import Fault
from freehold_app.gateway.io.connection import Connection, Sink, UpstreamCall

MAX_IDLE = 64
IDLE_SECONDS = 30.0
UNREACHABLE = Fault("connect", "it cannot be reached")
PRIVATE = Fault("credential", "its address is not public, which this installation does not allow")


@dataclass(frozen=True, slots=True)
class UpstreamSettings:
    """How connections are made."""

    connect_seconds: float = 2.0
    tls_seconds: float = 5.0
    private_providers: bool = False
    """Whether a provider's name may lead to a private, loopback or link-local address."""
    tls: ssl.SSLContext | None = None
    """For tests with a CA of their own; None: the system's."""


class PrivateAddressError(Exception):
    """A provider's name leads into our own network."""


class UpstreamPool:
    """All connections of this process to engines and providers."""

    def __init__(self, loop: asyncio.AbstractEventLoop, settings: UpstreamSettings) -> None:
        self._loop = loop
        self._settings = settings
        self._tls = settings.tls
        self._idle: dict[Endpoint, deque[Connection]] = {}
        self._open: set[Connection] = set()

    def request(self, endpoint: Endpoint, pieces: Sequence[bytes | memoryview], sink: Sink) -> UpstreamCall:
        """Send a request on a warm or a new connection."""
        call = UpstreamCall(sink)
        self.begin(call, endpoint, pieces)
        return call

    def begin(self, call: UpstreamCall, endpoint: Endpoint, pieces: Sequence[bytes | memoryview]) -> None:
        """The same for a call that was made before."""
        warm = self._idle.get(endpoint)
        while warm:
            connection = warm.pop()
            if connection.transport is not None and not connection.transport.is_closing():
                connection.send(call, pieces, reused=True)
                return
        self._connect(call, endpoint, pieces)

    def sweep(self, now: float) -> None:
        """Close what was idle for 30 s. `now` on the loop's clock."""
        for endpoint, warm in list(self._idle.items()):
            while warm and now - warm[0].idle_since > IDLE_SECONDS:
                warm.popleft().abort()
            if not warm:
                del self._idle[endpoint]

    def close(self) -> None:
        """Close every connection."""
        for connection in list(self._open):
            connection.abort()
        self._idle.clear()

    # Connections call these

    def opened(self, connection: Connection) -> None:
        self._open.add(connection)

    def idle(self, connection: Connection) -> None:
        warm = self._idle.get(connection.endpoint)
        if warm is None:
            warm = self._idle[connection.endpoint] = deque()
        connection.idle_since = self._loop.time()
        warm.append(connection)
        if len(warm) > MAX_IDLE:
            warm.popleft().abort()

    def stale(self, call: UpstreamCall, endpoint: Endpoint, pieces: Sequence[bytes | memoryview]) -> None:
        self._connect(call, endpoint, pieces)

    def lost(self, connection: Connection) -> None:
        self._open.discard(connection)
        warm = self._idle.get(connection.endpoint)
        if warm is not None and connection in warm:
            warm.remove(connection)

    def _connect(self, call: UpstreamCall, endpoint: Endpoint, pieces: Sequence[bytes | memoryview]) -> None:
        call.task = self._loop.create_task(self._connect_and_send(call, endpoint, pieces))

    async def _connect_and_send(
        self, call: UpstreamCall, endpoint: Endpoint, pieces: Sequence[bytes | memoryview]
    ) -> None:
        fault: Fault | None = None
        try:
            connection = await self._dial(endpoint)
        except PrivateAddressError:
            fault = PRIVATE
        except (OSError, TimeoutError):  # ssl.SSLError is an OSError
            fault = UNREACHABLE
        call.task = None
        if call.sink is None:
            if fault is None:
                connection.abort()
        elif fault is not None:
            call.sink.up_error(fault)
        else:
            connection.send(call, pieces, reused=False)

    async def _dial(self, endpoint: Endpoint) -> Connection:
        """A new connection; a provider's name is resolved once and connected by the address that was judged."""
        limit = self._settings.connect_seconds + (self._settings.tls_seconds if endpoint.secure else 0.0)
        async with asyncio.timeout(limit):
            host = await self._judged_address(endpoint) if endpoint.public else endpoint.host
            _, connection = await self._loop.create_connection(
                lambda: Connection(self, endpoint),
                host,
                endpoint.port,
                ssl=self._context() if endpoint.secure else None,
                server_hostname=endpoint.host if endpoint.secure else None,
                ssl_handshake_timeout=self._settings.tls_seconds if endpoint.secure else None,
            )
        return connection

    async def _judged_address(self, endpoint: Endpoint) -> str:
        found = await self._loop.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
        addresses = [str(item[4][0]) for item in found]
        if not self._settings.private_providers and not all(is_public(address) for address in addresses):
            raise PrivateAddressError
        return addresses[0]

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls


def is_public(address: str) -> bool:
    """Whether an IP address is on the internet, also when it hides an IPv4 address."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    judged = mapped or parsed
    return judged.is_global and not judged.is_multicast
