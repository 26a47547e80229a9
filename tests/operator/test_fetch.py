"""Fetching weights: whole or not at all, resumed, and with an exit code that says what went wrong."""

import hashlib
import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from freehold_operator import fetch

pytestmark = pytest.mark.inproc
BODY = bytes(range(256)) * 4096  # 1 MiB


class Server(ThreadingHTTPServer):
    """Serves BODY; `cuts` is after how many bytes each of the next answers breaks off."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.cuts: list[int] = []
        self.status = 0
        self.ranges: list[str | None] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """A refused handshake is what one test wants."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/a.gguf"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.ranges.append(self.headers["Range"])
        if self.server.status:
            self.send_error(self.server.status)
            return
        start = int((self.headers["Range"] or "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(BODY) - start))
        self.end_headers()
        end = self.server.cuts.pop(0) if self.server.cuts else len(BODY)
        self.wfile.write(BODY[start:end])

    def handle(self) -> None:
        with suppress(ssl.SSLError, ConnectionError):  # a client that does not trust us hangs up
            super().handle()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


Fetch = Callable[..., list[fetch.Progress]]


def got(server: Server, target: Path) -> list[fetch.Progress]:
    told: list[fetch.Progress] = []
    fetch.fetch(server.url, target, told.append, pause=lambda seconds: None)
    return told


def test_a_file_arrives_whole_with_a_manifest(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "a.gguf"
    told = got(server, target)
    assert target.read_bytes() == BODY
    assert told[-1] == fetch.Progress(len(BODY), len(BODY))
    manifest = json.loads(fetch.manifest(target).read_text())
    assert manifest == {"url": server.url, "bytes": len(BODY), "sha256": hashlib.sha256(BODY).hexdigest()}
    assert not list(tmp_path.glob("*.partial"))


def test_what_is_there_is_not_fetched_again(server: Server, tmp_path: Path) -> None:
    target = tmp_path / "a.gguf"
    got(server, target)
    got(server, target)
    assert len(server.ranges) == 1
    target.write_bytes(b"cut")
    got(server, target)
    assert len(server.ranges) == 2, "a file of another size is no finished one"


def test_a_cut_connection_is_resumed_where_it_broke(server: Server, tmp_path: Path) -> None:
    server.cuts = [1000, 500_000]
    target = tmp_path / "a.gguf"
    got(server, target)
    assert target.read_bytes() == BODY
    assert server.ranges[0] is None
    assert server.ranges[1:] == ["bytes=1000-", "bytes=500000-"]


def test_after_so_many_cuts_it_gives_up_and_leaves_no_finished_file(server: Server, tmp_path: Path) -> None:
    server.cuts = [100 * n for n in range(1, fetch.TRIES + 1)]
    target = tmp_path / "a.gguf"
    with pytest.raises(fetch.FetchError) as caught:
        got(server, target)
    assert caught.value.code == fetch.OTHER
    assert not target.exists()


@pytest.mark.parametrize(
    ("status", "code"), [(404, fetch.NOT_FOUND), (410, fetch.NOT_FOUND), (401, fetch.DENIED), (403, fetch.DENIED)]
)
def test_what_no_retry_cures_ends_at_once_with_its_code(server: Server, tmp_path: Path, status: int, code: int) -> None:
    server.status = status
    with pytest.raises(fetch.FetchError) as caught:
        got(server, tmp_path / "a.gguf")
    assert caught.value.code == code
    assert len(server.ranges) == 1


def test_a_server_that_is_away_is_tried_again(server: Server, tmp_path: Path) -> None:
    server.status = 503
    with pytest.raises(fetch.FetchError):
        got(server, tmp_path / "a.gguf")
    assert len(server.ranges) == fetch.TRIES


def test_a_full_volume_has_its_own_code(server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(fetch, "_download", full)
    with pytest.raises(fetch.FetchError) as caught:
        got(server, tmp_path / "a.gguf")
    assert caught.value.code == fetch.NO_SPACE


def test_the_command_line_refuses_plain_http(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fetch.main(["--url", server.url, "--to", str(tmp_path / "a")]) == fetch.OTHER
    assert "only https" in capsys.readouterr().err
    assert server.ranges == []
