"""What an exchange asks of the outside world, and what it reports when it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from freehold_app.gateway.core.catalog import Endpoint, ModelEntry
from freehold_app.gateway.core.usage import Tokens

type Outcome = Literal["ok", "error", "cancelled", "slow_client"]
type Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an upstream gave no (whole) answer. `why` is a fixed phrase: it is shown to the caller."""

    kind: Literal["connect", "reset", "malformed", "credential"]
    why: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """How an admitted request ended."""

    outcome: Outcome
    tokens: Tokens
    attempts: int
    now: float


class Ports(Protocol):
    """The edge of one request. Calls return at once; none of them raises for a client or upstream that is gone."""

    def answer(self, status: int, headers: Headers, content: bytes) -> None:
        """A whole answer with its length."""

    def begin(self, status: int, headers: Headers) -> None:
        """The head of an answer whose length is not known."""

    def send(self, data: bytes) -> None:
        """Bytes of a begun answer."""

    def finish(self) -> None:
        """The end of a begun answer."""

    def cut(self) -> None:
        """Close the client's connection: the begun answer cannot be completed."""

    def send_up(self, endpoint: Endpoint, model: ModelEntry, path: str, pieces: Sequence[bytes | memoryview]) -> None:
        """Forward the request; what comes back arrives as `up_...` inputs, never before this returns."""

    def abort_up(self) -> None:
        """Close the upstream's connection now; nothing more is heard of it."""

    def pause_up(self) -> None:
        """Read no more from the upstream."""

    def resume_up(self) -> None:
        """Read on."""

    def renew_credential(self, model: ModelEntry) -> None:
        """Forget the cached upstream credential."""

    def wake_after(self, seconds: float) -> None:
        """Call `tick` then."""

    def settle(self, settlement: Settlement) -> None:
        """The one report of an admitted request."""

    def closed(self) -> None:
        """Nothing more will be asked for this request."""
