"""Calls the gateway over HTTP in a person's name, like any other client: limits and usage live in one place.

async for heard in HttpGateway(url).answer(token, body): ...       # until Finished; RefusedError
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

import aiohttp
import orjson

from freehold_app.conversations.turns.chat import Finished, Heard, Reader, RefusedError, broken, refused

CHAT = "/v1/chat/completions"
CONNECT_SECONDS = 5.0
SILENCE_SECONDS = 180.0  # longer than the gateway's own deadline for a first byte, which says more
MAX_ERROR_BYTES = 65_536
OK = 200


class Gateway(Protocol):
    """What turns need of the data path."""

    def answer(self, token: str, body: bytes) -> AsyncGenerator[Heard]: ...


class HttpGateway:
    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/") + CHAT

    async def answer(self, token: str, body: bytes) -> AsyncGenerator[Heard]:
        """Each call its own connection: beside a Model's answer it costs nothing, and none is left to close."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS)
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
                session.post(self._url, data=body, headers=headers, allow_redirects=False) as reply,
            ):
                if reply.status != OK:
                    raise await _refusal(reply)
                async for heard in _whole(reply):
                    yield heard
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise unreachable(error) from error


async def _whole(reply: aiohttp.ClientResponse) -> AsyncGenerator[Heard]:
    """Until it is finished; RefusedError where it ends before."""
    reader = Reader()
    async for data in reply.content.iter_any():
        for heard in reader.feed(data):
            yield heard
            if isinstance(heard, Finished):
                return
    raise broken("it ended before it was whole")


async def _refusal(reply: aiohttp.ClientResponse) -> RefusedError:
    content = await reply.content.read(MAX_ERROR_BYTES)
    try:
        error = orjson.loads(content).get("error")
    except (orjson.JSONDecodeError, AttributeError):
        error = None
    after = reply.headers.get("retry-after", "")
    return refused(reply.status, error if isinstance(error, dict) else {}, int(after) if after.isdigit() else None)


def unreachable(error: Exception) -> RefusedError:
    """The exception's name and not its text, which may hold addresses."""
    message = f"The gateway cannot be reached ({type(error).__name__})."
    return refused(503, {"code": "upstream_failed", "message": message}, 5)
