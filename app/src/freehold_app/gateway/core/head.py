"""What the gateway reads of a request's head: its route, its limits, its credential.

All of it is checked before one byte of the body is taken, so that a stranger costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from freehold_app.gateway.core.errors import Refusal, refusal

MAX_HEADER_BYTES = 32_768
MAX_HEADER_COUNT = 100
MAX_LINE_BYTES = 8_192
MAX_CLIENT_ID_CHARACTERS = 128


@dataclass(frozen=True, slots=True)
class Route:
    """One forwarded endpoint: its path here, its path below a base URL, the feature it needs."""

    name: str
    path: str
    upstream_path: str
    feature: str
    required: tuple[str, ...]
    may_stream: bool


ROUTES: dict[str, Route] = {
    route.path: route
    for route in (
        Route("chat.completions", "/v1/chat/completions", "/chat/completions", "TextGeneration", ("messages",), True),
        Route("completions", "/v1/completions", "/completions", "TextGeneration", ("prompt",), True),
        Route("embeddings", "/v1/embeddings", "/embeddings", "TextEmbedding", ("input",), False),
    )
}

MODELS_PATH = "/v1/models"
MODELS_ROUTE = "models"


@dataclass(slots=True)
class RequestHead:
    """A request's head as the shell hands it over; header names are lower case."""

    method: str
    path: str
    headers: dict[bytes, bytes]
    header_bytes: int
    header_count: int
    client: str = ""

    def content_length(self) -> int | None:
        """Declared size of the body in bytes, if one is declared."""
        value = self.headers.get(b"content-length")
        return int(value) if value is not None and value.isdigit() else None

    def credential(self) -> bytes | None:
        """The bearer credential; no other place for a key is accepted."""
        value = self.headers.get(b"authorization")
        if value is None or len(value) < 8 or value[:7].lower() != b"bearer ":
            return None
        return value[7:].strip() or None

    def client_request_id(self) -> str:
        """The caller's own id, only ever logged; empty when it is missing or not plain."""
        value = self.headers.get(b"x-client-request-id", b"")
        if len(value) > MAX_CLIENT_ID_CHARACTERS or not all(33 <= byte <= 126 for byte in value):
            return ""
        return value.decode("ascii")


def check_size(head: RequestHead) -> Refusal | None:
    """Refuse heads past the limits."""
    if head.header_bytes > MAX_HEADER_BYTES or head.header_count > MAX_HEADER_COUNT or len(head.path) > MAX_LINE_BYTES:
        return refusal("headers_too_large", n=MAX_HEADER_BYTES, count=MAX_HEADER_COUNT)
    return None


def check_content(head: RequestHead, max_body_bytes: int) -> Refusal | None:
    """Refuse a body that is declared too large or of another kind, before it is read."""
    length = head.content_length()
    if length is not None and length > max_body_bytes:
        return refusal("request_too_large", n=max_body_bytes)
    if head.headers.get(b"content-type", b"").lower().startswith(b"multipart/"):
        return refusal("unsupported_media_type")
    return None


def find_route(head: RequestHead) -> Route | Refusal | None:
    """The forwarded route, a refusal, or None for the catalogue's own routes (`/v1/models...`)."""
    route = ROUTES.get(head.path)
    if route is not None:
        return route if head.method == "POST" else _wrong_method(head, "POST")
    if head.path == MODELS_PATH:
        return None if head.method == "GET" else _wrong_method(head, "GET")
    if head.path.startswith(MODELS_PATH + "/"):
        if head.method == "DELETE":
            return refusal("operation_not_permitted")
        return None if head.method == "GET" else _wrong_method(head, "GET")
    return refusal("unknown_url", method=head.method, path=head.path[:200])


def _wrong_method(head: RequestHead, allow: str) -> Refusal:
    return refusal("method_not_allowed", method=head.method, allow=allow)
