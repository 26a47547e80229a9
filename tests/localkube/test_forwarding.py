"""The forwarder, between loopback sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from localkube.forward import forward

pytestmark = pytest.mark.inproc


async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers only once the client has ended its half."""
    writer.write((await reader.read()).upper())
    writer.close()


@asynccontextmanager
async def forwarded(port: int) -> AsyncIterator[int]:
    bound: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(forward(0, "127.0.0.1", port, bound.set_result))
    yield await bound
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_bytes_pass_both_ways_and_a_half_closed_connection_still_answers() -> None:
    server = await asyncio.start_server(shout, "127.0.0.1", 0)
    async with server, forwarded(server.sockets[0].getsockname()[1]) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello " * 50_000)
        writer.write_eof()
        assert await reader.read() == b"HELLO " * 50_000
        writer.close()


async def test_where_nobody_listens_the_connection_is_closed() -> None:
    server = await asyncio.start_server(shout, "127.0.0.1", 0)
    free = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    async with forwarded(free) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await reader.read() == b""
        writer.close()
