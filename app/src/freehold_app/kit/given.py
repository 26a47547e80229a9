"""How endpoints get what lives as long as the process, without globals: by type, from the application they run in.

database: Given[Database]                          # in a signature: `Annotated[Database, Depends(given(Database))]`
give(app, database, peppers, ConversationService(...))   # once, in `main`
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, cast

from fastapi import Depends, FastAPI, Request

from freehold_app.kit.clock import Clock


def give(app: FastAPI, *things: object) -> None:
    """Let endpoints ask for these by their types."""
    held: dict[type, object] = getattr(app.state, "given", {})
    app.state.given = held | {type(thing): thing for thing in things}


def give_clock(app: FastAPI, clock: Clock) -> None:
    """Apart, because a protocol is no key: the fake of a test is another type."""
    app.state.clock = clock


async def _clock(request: Request) -> Clock:
    return cast("Clock", request.app.state.clock)


RequestClock = Annotated[Clock, Depends(_clock)]
"""For signatures."""


def given[Thing](kind: type[Thing]) -> Callable[[Request], Awaitable[Thing]]:
    """A dependency that finds what `main` gave.

    Asynchronous although it waits for nothing: FastAPI would send a plain function to a thread, ten times a request.
    """

    async def find(request: Request) -> Thing:
        return cast("Thing", request.app.state.given[kind])

    return find
