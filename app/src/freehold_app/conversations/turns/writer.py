"""Writes one answer: hears the gateway, and beside that relays to other processes and saves to PostgreSQL.

Three tasks, so that a store that hangs holds back neither the Model nor those who read along in this process.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import orjson
import structlog

from freehold_app.conversations.turns import repository
from freehold_app.conversations.turns.answer import Usage, news
from freehold_app.conversations.turns.chat import Finished, RefusedError
from freehold_app.conversations.turns.ending import INTERNAL, STATUS, UNSAVED, Ending, end_event
from freehold_app.conversations.turns.gateway import Gateway
from freehold_app.conversations.turns.live import JOIN_SECONDS, LiveTurn
from freehold_app.conversations.turns.repository import Kept
from freehold_app.conversations.writing import Owner, writing
from freehold_app.kit.clock import Clock
from freehold_app.kit.sse import Event
from freehold_app.live.hub import Hub, News
from freehold_app.platform.errors import PlatformError, RedisUnavailableError
from freehold_app.platform.journal import Journal
from freehold_app.platform.postgres import Database

SAVE_SECONDS = 2.0
REDIS_PAUSE_SECONDS = 1.0
SAVE_PAUSES = (0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0)  # a fail-over takes less


@dataclass(frozen=True, slots=True)
class WriterDeps:
    """`journal` is none without Redis; `token` makes one for a person's call of the gateway."""

    database: Database
    gateway: Gateway
    token: Callable[[UUID, UUID], str]
    journal: Journal | None
    hub: Hub
    clock: Clock
    process: str
    save_seconds: float = SAVE_SECONDS  # less in tests


def journal_key(owner: Owner, turn_id: UUID) -> str:
    return f"fh:{{{owner.tenant_id}}}:turn:{turn_id}"


def encode(event: Event) -> bytes:
    return orjson.dumps([event.name, event.data, event.id])


async def write(deps: WriterDeps, live: LiveTurn, body: bytes) -> None:
    """To the end, whatever it is; afterwards it is stored and everybody has been told."""
    helpers = [asyncio.create_task(work) for work in (_relay(deps, live), _save(deps, live))]
    try:
        ending = await _hear(deps, live, body)
    finally:
        for helper in helpers:
            helper.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)
    try:
        await _finish(deps, live, ending)
    except Exception:  # noqa: BLE001  top of a task: whoever reads along must be told that it is over
        structlog.get_logger(__name__).exception("turn_not_finished", turn_id=str(live.turn.id))
        live.end(end_event("failed", live.turn.answer_id, UNSAVED))


async def _hear(deps: WriterDeps, live: LiveTurn, body: bytes) -> Ending:
    live.hearing = asyncio.create_task(_listen(deps, live, body))
    if live.stopping is not None:
        live.hearing.cancel()
    await asyncio.wait({live.hearing})
    if live.hearing.cancelled():
        return Ending(live.stopping or "interrupted")
    error = live.hearing.exception()
    if error is None:
        return Ending("done", reason=live.hearing.result())
    if isinstance(error, RefusedError):
        return Ending("failed", problem=error.problem)
    structlog.get_logger(__name__).error("turn_failed", turn_id=str(live.turn.id), exc_info=error)
    return Ending("failed", problem=INTERNAL)


async def _listen(deps: WriterDeps, live: LiveTurn, body: bytes) -> str | None:
    """The Model's reason for stopping."""
    started, first, told = deps.clock.monotonic(), None, {}
    token = deps.token(live.owner.user_id, live.owner.tenant_id)
    reason = None
    async with contextlib.aclosing(deps.gateway.answer(token, body)) as answer:
        async for heard in answer:
            if isinstance(heard, Finished):
                reason = heard.reason
                break
            if isinstance(heard, Usage):
                told = dict(heard.data)
                continue
            live.take(heard)
            first = first or (deps.clock.monotonic() if live.size else None)
    ended = deps.clock.monotonic()
    times = {"ttft_ms": int(((first or ended) - started) * 1000), "duration_ms": int((ended - started) * 1000)}
    live.take(Usage(told | times))
    return reason


async def _relay(deps: WriterDeps, live: LiveTurn) -> None:
    """For readers in other processes, and for those who come back to one."""
    if deps.journal is None:
        return
    while True:
        events, seen = await live.beyond(live.relayed)
        try:
            await deps.journal.append(journal_key(live.owner, live.turn.id), [encode(event) for event in events])
        except RedisUnavailableError:
            await asyncio.sleep(REDIS_PAUSE_SECONDS)
        else:
            live.relayed = seen
            await asyncio.sleep(JOIN_SECONDS)


async def _save(deps: WriterDeps, live: LiveTurn) -> None:
    """What is there so far, and a sign of life; hears when somebody wants it stopped."""
    while True:
        await asyncio.sleep(deps.save_seconds)
        try:
            async with deps.database.tenant(live.owner.tenant_id) as session:
                parts = live.answer.parts()
                unwanted = await repository.save(session, live.turn.id, live.turn.answer_id, parts)
        except Exception as error:  # noqa: BLE001  the next save may pass; without any, the turn would be given up
            structlog.get_logger(__name__).warning("turn_not_saved", error=type(error).__name__)
            continue
        if unwanted:
            live.stop("stopped")


async def _finish(deps: WriterDeps, live: LiveTurn, ending: Ending) -> None:
    stored = await _store(deps, live, ending)
    turn = live.turn
    if stored:
        live.end(end_event(ending.state, turn.answer_id, ending.problem, ending.reason))
    else:
        live.end(end_event("failed", turn.answer_id, UNSAVED))
    await _relay_rest(deps, live)
    data = {"id": str(turn.id), "conversation_id": str(turn.conversation_id), "state": ending.state}
    await deps.hub.publish(News("turn", data, tenant_id=live.owner.tenant_id, user_id=live.owner.user_id))


async def _store(deps: WriterDeps, live: LiveTurn, ending: Ending) -> bool:
    """Tried until PostgreSQL is back: what was shown must not be lost."""
    for pause in SAVE_PAUSES:
        try:
            await _store_once(deps, live, ending)
        except PlatformError as error:
            structlog.get_logger(__name__).warning("turn_not_stored", error=type(error).__name__)
            await asyncio.sleep(pause)
        else:
            return True
    return False


async def _store_once(deps: WriterDeps, live: LiveTurn, ending: Ending) -> None:
    turn, answer = live.turn, live.answer
    kept = Kept(answer.parts(), STATUS[ending.state], answer.usage, ending.problem)
    async with deps.database.tenant(live.owner.tenant_id) as session, writing(session, live.owner) as head:
        if await repository.finish(session, turn, deps.process, ending.state):
            await repository.finish_message(session, turn.answer_id, kept, head.next())


async def _relay_rest(deps: WriterDeps, live: LiveTurn) -> None:
    if deps.journal is None:
        return
    events, live.relayed = news(live.answer, live.relayed)
    with contextlib.suppress(RedisUnavailableError):  # PostgreSQL has it
        await deps.journal.append(journal_key(live.owner, live.turn.id), [encode(event) for event in events])
