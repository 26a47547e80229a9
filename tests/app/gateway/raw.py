"""A client that sends exactly the given bytes and reads exactly what comes: for what proper clients would never do."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from tests.app.gateway.running import KEY


@dataclass
class Answer:
    """A whole answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])


class RawClient:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connect(cls, port: int) -> RawClient:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    def post(
        self, body: object, path: str = "/v1/chat/completions", *, key: str | None = KEY, headers: str = ""
    ) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        authorization = f"authorization: Bearer {key}\r\n" if key is not None else ""
        head = f"POST {path} HTTP/1.1\r\nhost: x\r\n{authorization}{headers}content-length: {len(content)}\r\n\r\n"
        self.writer.write(head.encode() + content)

    def get(self, path: str, *, key: str | None = KEY, method: str = "GET", headers: str = "") -> None:
        authorization = f"authorization: Bearer {key}\r\n" if key is not None else ""
        self.writer.write(f"{method} {path} HTTP/1.1\r\nhost: x\r\n{authorization}{headers}\r\n".encode())

    async def head(self) -> tuple[int, dict[str, str]]:
        text = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        line, *rest = text.split("\r\n")
        pairs = (item.partition(":") for item in rest if item)
        return int(line.split()[1]), {name.lower(): value.strip() for name, _, value in pairs}

    async def answer(self) -> Answer:
        async with asyncio.timeout(5):
            status, headers = await self.head()
            if "content-length" in headers:
                return Answer(status, headers, await self.reader.readexactly(int(headers["content-length"])))
            return Answer(status, headers, b"".join([data async for data in self.chunks()]))

    async def chunks(self) -> Any:
        """The chunks of a chunked body, as they come."""
        while size := int(await self.reader.readline(), 16):
            yield await self.reader.readexactly(size)
            await self.reader.readexactly(2)
        await self.reader.readexactly(2)

    async def chunk(self) -> bytes:
        async with asyncio.timeout(5):
            size = int(await self.reader.readline(), 16)
            data = await self.reader.readexactly(size)
            await self.reader.readexactly(2)
            return data

    def leave(self) -> None:
        self.writer.transport.abort()

    async def close(self) -> None:
        self.writer.close()


async def post(port: int, body: object, path: str = "/v1/chat/completions", **options: Any) -> Answer:
    """One request on a connection of its own."""
    client = await RawClient.connect(port)
    client.post(body, path, **options)
    try:
        return await client.answer()
    finally:
        await client.close()


async def get(port: int, path: str, **options: Any) -> Answer:
    client = await RawClient.connect(port)
    client.get(path, **options)
    try:
        return await client.answer()
    finally:
        await client.close()


CHAT: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
STREAM: dict[str, Any] = CHAT | {"stream": True}
