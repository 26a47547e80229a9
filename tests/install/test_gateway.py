"""The one question that `make up` asks, against a loopback server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from install.errors import NotReadyError
from install.gateway import Gateway, contents


class Engine(BaseHTTPRequestHandler):
    """Answers the key `good`; refuses the first question, as a gateway does whose catalogue is still empty."""

    refused = 0

    def do_GET(self) -> None:
        self.send_response(200 if self.headers["Authorization"] == "Bearer good" else 401)
        self.end_headers()

    def do_POST(self) -> None:
        if type(self).refused == 0:
            type(self).refused += 1
            self.send_response(404)
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        for text in ("Hel", "lo"):
            self.wfile.write(f"data: {json.dumps({'choices': [{'delta': {'content': text}}]})}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def base_url() -> Iterator[str]:
    Engine.refused = 0
    server = HTTPServer(("127.0.0.1", 0), Engine)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_key_is_tried_before_it_is_kept(base_url: str) -> None:
    assert Gateway(base_url, "good").knows_key()
    assert not Gateway(base_url, "revoked").knows_key()
    assert not Gateway("http://127.0.0.1:1", "good").knows_key()


def test_the_answer_is_the_whole_stream_and_a_first_refusal_is_tried_again(
    base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("install.gateway.RETRY_SECONDS", 0.01)
    assert Gateway(base_url, "good").ask("m").text == "Hello"
    assert Engine.refused == 1


def test_a_refusal_that_stays_is_told(base_url: str) -> None:
    with pytest.raises(NotReadyError, match="404"):
        Gateway(base_url, "good").ask("m", deadline_seconds=0)


def test_an_error_inside_the_stream_is_an_error() -> None:
    with pytest.raises(NotReadyError, match="engine is gone"):
        list(contents([b'data: {"error": {"message": "engine is gone"}}\n']))


def test_comments_and_chunks_without_text_are_skipped() -> None:
    lines = [b": ping\n", b'data: {"choices": [{"delta": {"role": "assistant"}}]}\n', b'data: {"choices": []}\n']
    assert list(contents(lines)) == []
