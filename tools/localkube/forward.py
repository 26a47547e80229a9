"""A small TCP forwarder: 127.0.0.1:PORT on the host to a port of the node.

The node's address is reachable from the host as it is; this is for browsers, which treat only localhost (or https) as
a secure context.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable


async def forward(local_port: int, host: str, port: int, listening: Callable[[int], None]) -> None:
    """Accept on the loopback and pipe both ways until cancelled; ``listening`` learns the port (0 picks a free one)."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            upstream_reader, upstream_writer = await asyncio.open_connection(host, port)
        except OSError:
            writer.close()
            return
        try:
            await asyncio.gather(pipe(reader, upstream_writer), pipe(upstream_reader, writer))
        finally:
            writer.close()
            upstream_writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", local_port)
    listening(server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()


async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy until one side ends, then pass the end on: a half-closed connection still answers."""
    with contextlib.suppress(OSError):
        while data := await reader.read(64 * 1024):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
