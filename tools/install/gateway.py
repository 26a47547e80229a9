"""Speaks to the gateway as a caller would: tries a key, asks a model."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from install.errors import NotReadyError
from install.summary import chat_request

ANSWER_SECONDS = 90.0
RETRY_SECONDS = 0.5
# No proxy of the environment may come between us and a loopback address.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Answer:
    """What the model said, and how soon."""

    text: str
    first_token_seconds: float


@dataclass(frozen=True)
class Gateway:
    """The OpenAI API at one address, with one key."""

    base_url: str
    key: str

    def knows_key(self) -> bool:
        try:
            with OPENER.open(self._request("/models"), timeout=5) as response:
                return bool(response.status == http.HTTPStatus.OK)
        except (OSError, http.client.HTTPException):
            return False

    def ask(self, model: str, *, deadline_seconds: float = ANSWER_SECONDS) -> Answer:
        """Ask one question, as a stream; tries again while the way there is still being made.

        Raises NotReadyError with the last refusal.
        """
        deadline = time.monotonic() + deadline_seconds
        while True:
            try:
                return self._ask(model)
            except (OSError, http.client.HTTPException, NotReadyError) as error:
                if time.monotonic() > deadline:
                    raise NotReadyError(f"the gateway did not answer: {_said(error)}") from error
                time.sleep(RETRY_SECONDS)

    def _ask(self, model: str) -> Answer:
        begun, first, pieces = time.monotonic(), 0.0, []
        body = json.dumps(chat_request(model)).encode()
        with OPENER.open(self._request("/chat/completions", body), timeout=60) as response:
            for piece in contents(response):
                first = first or time.monotonic() - begun
                pieces.append(piece)
        text = "".join(pieces).strip()
        if not text:
            raise NotReadyError("the model's answer is empty")
        return Answer(text, first)

    def _request(self, path: str, body: bytes | None = None) -> urllib.request.Request:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        return urllib.request.Request(self.base_url + path, data=body, headers=headers)


def contents(lines: Iterable[bytes]) -> Iterator[str]:
    """The pieces of text in a chat stream; one `data:` line is one chunk. Raises NotReadyError for an error chunk."""
    for raw in lines:
        if not raw.startswith(b"data:"):
            continue
        data = raw.removeprefix(b"data:").strip()
        if data == b"[DONE]":
            return
        yield from _texts(json.loads(data))


def _texts(chunk: dict[str, Any]) -> Iterator[str]:
    if "error" in chunk:
        raise NotReadyError(str(chunk["error"].get("message", chunk["error"])))
    for choice in chunk.get("choices", []):
        if text := choice.get("delta", {}).get("content"):
            yield text


def _said(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"{error.code} {error.read(400).decode(errors='replace')}"
    return str(error)
