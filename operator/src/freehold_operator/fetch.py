"""`python -m freehold_operator.fetch --url https://host/file --to /weights/file`: gets one file of weights into a pod.

Runs as an init container from the operator's image, with an argument list and never a shell. The file arrives as
`*.partial`, is resumed after a cut, and takes its name only when it is whole; a manifest beside it says what was
fetched, and a fetch that finds it does nothing. The last line of output is JSON `{"done": bytes, "total": bytes}`.
The exit code says what went wrong: 10 not found, 11 refused, 13 no space, 14 anything else. Certificates in
FREEHOLD_TRUSTED_CERTIFICATES are trusted beside the public ones.
"""

import argparse
import hashlib
import http.client
import json
import os
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

NOT_FOUND, DENIED, NO_SPACE, OTHER = 10, 11, 13, 14
CHUNK_BYTES = 1 << 20
SILENCE_SECONDS = 60  # a connection that says nothing for so long is dropped and resumed
TRIES = 5
TELL_SECONDS = 5.0
MESSAGE_FILE = "/dev/termination-log"


class FetchError(Exception):
    """The fetch cannot succeed; `code` is the exit code that tells why."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a fetch is, in bytes; `total` is 0 while the server has not said."""

    done: int
    total: int

    def line(self) -> str:
        """One line of JSON."""
        return json.dumps({"done": self.done, "total": self.total})


class NoDowngrade(urllib.request.HTTPRedirectHandler):
    """Follows redirects to https only: weights are code that a GPU runs."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]  # the base is untyped  # noqa: ANN001, ANN201
        if not newurl.startswith("https://"):
            raise FetchError(DENIED, "the source redirects to an address without TLS")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(
    url: str,
    target: Path,
    tell: Callable[[Progress], None],
    trusted: str = "",
    pause: Callable[[float], None] = time.sleep,  # none in tests
) -> None:
    """Get the file, resuming after each cut, TRIES times at most. Raises `FetchError`."""
    if already_there(url, target):
        return
    partial = target.with_name(target.name + ".partial")
    opener = urllib.request.build_opener(NoDowngrade, urllib.request.HTTPSHandler(context=trusting(trusted)))
    for attempt in range(TRIES):
        try:
            total = _download(url, partial, tell, opener)
            break
        except (OSError, http.client.HTTPException, ssl.SSLError) as error:
            _raise_hopeless(error)
            if attempt == TRIES - 1:
                raise FetchError(OTHER, f"the connection failed {TRIES} times: {type(error).__name__}") from error
            pause(2.0**attempt)
    partial.replace(target)
    manifest(target).write_text(json.dumps({"url": url, "bytes": total, "sha256": digest(target)}))


def already_there(url: str, target: Path) -> bool:
    """True when a finished manifest for this url and a file of its size exist."""
    try:
        known = json.loads(manifest(target).read_text())
        return bool(known["url"] == url and target.stat().st_size == known["bytes"])
    except (OSError, ValueError, KeyError):
        return False


def manifest(target: Path) -> Path:
    """Where a fetch writes what it got."""
    return target.with_name(target.name + ".manifest.json")


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def trusting(certificates: str) -> ssl.SSLContext:
    """Trusts the public authorities and those given as PEM text. Raises `FetchError` for text that is none."""
    context = ssl.create_default_context()
    try:
        if certificates:
            context.load_verify_locations(cadata=certificates)
    except (ssl.SSLError, ValueError) as error:
        raise FetchError(OTHER, "the trusted certificates are not PEM") from error
    return context


def _download(url: str, partial: Path, tell: Callable[[Progress], None], opener: urllib.request.OpenerDirector) -> int:
    """One try, from where the last one ended; returns the size in bytes."""
    start = partial.stat().st_size if partial.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"} if start else {})  # noqa: S310 - https only, see main
    with opener.open(request, timeout=SILENCE_SECONDS) as answer:
        resumed = answer.status == 206
        total = int(answer.headers.get("Content-Length") or 0) + (start if resumed else 0)
        with partial.open("ab" if resumed else "wb") as file:
            done = _copy(answer, file.write, start if resumed else 0, total, tell)
    if total and done < total:
        raise ConnectionResetError("the connection ended early")
    return done


def _copy(
    answer: http.client.HTTPResponse,
    write: Callable[[bytes], int],
    done: int,
    total: int,
    tell: Callable[[Progress], None],
) -> int:
    told = 0.0
    while chunk := answer.read(CHUNK_BYTES):
        write(chunk)
        done += len(chunk)
        if time.monotonic() - told > TELL_SECONDS:
            told = time.monotonic()
            tell(Progress(done, total))
    tell(Progress(done, total))
    return done


def _raise_hopeless(error: Exception) -> None:
    """Turn what no retry cures into its exit code."""
    if isinstance(error, urllib.error.HTTPError):
        error.close()  # it is the answer too, with a connection
        if error.code in {404, 410}:
            raise FetchError(NOT_FOUND, f"the server answers {error.code}") from error
        if error.code in {401, 403}:
            raise FetchError(DENIED, f"the server answers {error.code}") from error
        if error.code == 416:
            raise FetchError(OTHER, "the partial file does not fit the source; the pod must start anew") from error
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, ssl.SSLCertVerificationError):
        raise FetchError(OTHER, "the server's certificate is not trusted") from error
    if isinstance(error, OSError) and error.errno == 28:  # ENOSPC
        raise FetchError(NO_SPACE, "no space left on the weights volume") from error


def main(argv: Sequence[str]) -> int:
    """Fetch, tell progress on standard output, and leave the reason of a failure where kubelet finds it."""
    parser = argparse.ArgumentParser(prog="python -m freehold_operator.fetch", description="Fetches one weights file.")
    parser.add_argument("--url", required=True)
    parser.add_argument("--to", required=True, type=Path)
    arguments = parser.parse_args(argv)
    try:
        if not arguments.url.startswith("https://"):
            raise FetchError(OTHER, "only https:// is fetched")
        trusted = os.environ.get("FREEHOLD_TRUSTED_CERTIFICATES", "")
        fetch(arguments.url, arguments.to, lambda progress: print(progress.line(), flush=True), trusted)
    except FetchError as error:
        sys.stderr.write(f"{error}\n")
        _leave(str(error))
        return error.code
    return 0


def _leave(message: str) -> None:
    path = Path(MESSAGE_FILE)
    if path.exists():
        path.write_text(message)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
