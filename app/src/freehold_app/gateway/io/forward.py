"""A request on its way upstream: own head, the caller's bytes, the right credential.

Of the caller's head nothing passes: what an upstream sees of us is `host`, `authorization`, `x-request-id`,
`accept-encoding` and what describes the content.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import monotonic

from freehold_app.gateway.core.catalog import Endpoint, ModelEntry
from freehold_app.gateway.core.exchange import Exchange
from freehold_app.gateway.core.ports import Fault
from freehold_app.gateway.errors import CredentialError
from freehold_app.gateway.io.connection import Sink, UpstreamCall
from freehold_app.gateway.io.credentials import Credentials
from freehold_app.gateway.io.upstream import UpstreamPool

MAX_HEADS = 1000


class Forwarder:
    """Makes heads and sends. Heads are kept: only length and request id change from call to call."""

    def __init__(self, pool: UpstreamPool, credentials: Credentials) -> None:
        self._pool = pool
        self._credentials = credentials
        self._heads: dict[tuple[Endpoint, str, bytes | None], bytes] = {}

    def send(
        self,
        endpoint: Endpoint,
        model: ModelEntry,
        path: str,
        pieces: Sequence[bytes | memoryview],
        exchange: Exchange,
        sink: Sink,
    ) -> UpstreamCall:
        """Forward `pieces` as the body; if the credential is not at hand it is read first."""
        token = None
        if model.secret is not None:
            token = self._credentials.known(model.secret, monotonic())
            if token is None:
                return self._send_later(endpoint, model, path, pieces, exchange, sink)
        return self._pool.request(endpoint, self._request(endpoint, path, token, pieces, exchange), sink)

    def renew_credential(self, model: ModelEntry) -> None:
        """The upstream refused the credential: read it again before the next use."""
        if model.secret is not None:
            self._credentials.forget(model.secret)

    def _send_later(
        self,
        endpoint: Endpoint,
        model: ModelEntry,
        path: str,
        pieces: Sequence[bytes | memoryview],
        exchange: Exchange,
        sink: Sink,
    ) -> UpstreamCall:
        call = UpstreamCall(sink)
        call.task = asyncio.create_task(self._read_and_send(call, endpoint, model, path, pieces, exchange))
        return call

    async def _read_and_send(
        self,
        call: UpstreamCall,
        endpoint: Endpoint,
        model: ModelEntry,
        path: str,
        pieces: Sequence[bytes | memoryview],
        exchange: Exchange,
    ) -> None:
        assert model.secret is not None
        fault = None
        try:
            token = await self._credentials.read(model.secret, monotonic())
        except CredentialError as error:
            fault = Fault("credential", f"its credential is not usable: {error.detail}")
        call.task = None
        if call.sink is None:
            return
        if fault is not None:
            call.sink.up_error(fault)
        else:
            self._pool.begin(call, endpoint, self._request(endpoint, path, token, pieces, exchange))

    def _request(
        self,
        endpoint: Endpoint,
        path: str,
        token: bytes | None,
        pieces: Sequence[bytes | memoryview],
        exchange: Exchange,
    ) -> list[bytes | memoryview]:
        length = len(pieces[0]) if len(pieces) == 1 else sum([len(piece) for piece in pieces])
        head = b"%bcontent-length: %d\r\nx-request-id: req_%032x\r\n\r\n" % (
            self._head(endpoint, path, token),
            length,
            exchange.request_id,
        )
        return [head, *pieces]

    def _head(self, endpoint: Endpoint, path: str, token: bytes | None) -> bytes:
        key = (endpoint, path, token)
        head = self._heads.get(key)
        if head is None:
            if len(self._heads) >= MAX_HEADS:
                self._heads.clear()
            head = self._heads[key] = _head(endpoint, path, token)
        return head


def _head(endpoint: Endpoint, path: str, token: bytes | None) -> bytes:
    lines = [
        f"POST {endpoint.base_path}{path} HTTP/1.1",
        f"host: {endpoint.authority}",
        "content-type: application/json",
        "accept-encoding: identity",
    ]
    if token is not None:
        lines.append(f"authorization: Bearer {token.decode('ascii')}")
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")
