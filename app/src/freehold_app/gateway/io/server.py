"""The HTTP server in front of the shell: uvicorn with httptools, and OpenAI's shape for a broken request."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from freehold_app.gateway.core.errors import refusal

KEEP_ALIVE_SECONDS = 75
"""Longer than the idle time of usual load balancers, which would otherwise meet a closed connection."""
BACKLOG = 2048


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's, with our body for a broken request."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  the parser's words may quote the request
        why = refusal("bad_request")
        content = why.content()
        head = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(content)
        self.transport.write(STATUS_LINE[why.status] + head + content)
        self.transport.close()


class Server(uvicorn.Server):
    """A server that leaves signals to the program: going down takes more than closing the listener."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def new_server(app: Callable[..., Any], host: str, port: int) -> Server:
    """A server for an ASGI app on an address."""
    return Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            http=HttpProtocol,
            loop="none",
            interface="asgi3",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=BACKLOG,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
    )
