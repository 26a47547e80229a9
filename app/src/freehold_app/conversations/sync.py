"""How devices that were apart come together: what each did is applied once, and each hears what all others did.

    results = await push(session, owner, mutations, now)
    changes = await pull(session, owner, cursor, limit, now)

Metadata: per field the last to arrive wins, and whoever had not seen the change before is told by `conflict`. A
tombstone is final. Messages never collide: two under one parent are branches.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ValidationError

from freehold_app.conversations import repository, service
from freehold_app.conversations.repository import ChangedRow, ConversationRow, MessageRow
from freehold_app.conversations.schemas import (
    ChangedItem,
    Changes,
    Conversation,
    ConversationChange,
    ConversationIn,
    Message,
    MessageChange,
    MessageIn,
    Mutation,
    PushResult,
    Tombstone,
)
from freehold_app.conversations.writing import Head, Owner, writing
from freehold_app.errors import FieldError, FreeholdError
from freehold_app.kit.errors import BadCursorError, InvalidRequestError
from freehold_app.kit.problem import problem_of
from freehold_app.platform.errors import PlatformError
from freehold_app.platform.postgres import TenantSession

TOMBSTONES = timedelta(days=180)
FROM_ZERO = "0"
PULL_LIMIT = 500

# What each kind may name; an outbox says what somebody did, not which columns that touches.
CHANGES: dict[str, frozenset[str]] = {
    "rename": frozenset({"title"}),
    "pin": frozenset({"pinned"}),
    "archive": frozenset({"archived"}),
    "folder": frozenset({"folder"}),
    "params": frozenset({"params", "model"}),
    "change": frozenset(ConversationChange.model_fields),
}


class _SayFields(MessageIn):
    conversation_id: UUID


async def push(
    session: TenantSession, owner: Owner, mutations: Sequence[Mutation], now: datetime
) -> tuple[list[PushResult], int | None]:
    """The results in their order, and the newest revision where something changed."""
    async with writing(session, owner) as head:
        known = await repository.results(session, owner.user_id, [mutation.op_id for mutation in mutations])
        fresh: dict[UUID, Any] = {}
        for mutation in mutations:
            if mutation.op_id not in known:
                result = await _try(session, head, mutation, now)
                known[mutation.op_id] = fresh[mutation.op_id] = result.model_dump(mode="json")
        await repository.keep_results(session, owner.tenant_id, owner.user_id, fresh)
    results = [PushResult.model_validate(known[mutation.op_id]) for mutation in mutations]
    return results, head.rev if head.rev > head.began else None


async def _try(session: TenantSession, head: Head, mutation: Mutation, now: datetime) -> PushResult:
    try:
        seen, row = await _apply(session, head, mutation, now)
    except PlatformError:
        raise
    except FreeholdError as error:
        return PushResult(op_id=mutation.op_id, status="rejected", conflict=False, problem=problem_of(error))
    # What this very push changed before is no news to its sender.
    stale = mutation.base_rev is not None and seen is not None and mutation.base_rev < seen <= head.began
    return PushResult(op_id=mutation.op_id, status="conflict" if stale else "applied", conflict=stale, row=row)


async def _apply(
    session: TenantSession, head: Head, mutation: Mutation, now: datetime
) -> tuple[int | None, dict[str, Any] | None]:
    """The revision that was there before, and the row as it is now."""
    if mutation.kind == "create":
        given = _read(ConversationIn, mutation.fields | {"id": mutation.id})
        row, _ = await service.upsert(session, head, mutation.id, given.fields(), now)
        return None, conversation_json(row)
    if mutation.kind == "delete":
        await service.delete(session, head, mutation.id, now)
        return None, None
    if mutation.kind == "message":
        return None, await _say(session, head, mutation, now)
    if mutation.kind == "rate":
        change = _read(MessageChange, mutation.fields)
        before = await service.find_message(session, head.owner, mutation.id)
        return before.rev, message_json(await service.rate(session, head, mutation.id, change.rating, now))
    return await _change(session, head, mutation, now)


async def _change(session: TenantSession, head: Head, mutation: Mutation, now: datetime) -> tuple[int, dict[str, Any]]:
    allowed = CHANGES.get(mutation.kind)
    if allowed is None:
        kinds = ", ".join([*CHANGES, "create", "delete", "message", "rate"])
        raise InvalidRequestError.at("/kind", "is none of the known kinds", fix=f"Choose from {kinds}.")
    surplus = sorted(set(mutation.fields) - allowed)
    if surplus:
        raise InvalidRequestError.at(
            _pointer(surplus[:1]), f"does not belong to {mutation.kind}", fix=f"Send {' or '.join(sorted(allowed))}."
        )
    fields = _read(ConversationChange, mutation.fields).fields()
    before = await service.find_to_change(session, head.owner, mutation.id)
    return before.rev, conversation_json(await service.change(session, head, before, fields, now))


async def _say(session: TenantSession, head: Head, mutation: Mutation, now: datetime) -> dict[str, Any]:
    given = _read(_SayFields, mutation.fields | {"id": mutation.id})
    conversation = await service.find_to_change(session, head.owner, given.conversation_id)
    row, _ = await service.say(session, head, conversation, given, now)
    return message_json(row)


def _read[Given: BaseModel](kind: type[Given], fields: dict[str, Any]) -> Given:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        wrong = tuple(
            FieldError(_pointer(item["loc"]), item["type"], item["msg"])
            for item in error.errors(include_input=False, include_url=False, include_context=False)
        )
        detail = "; ".join(f"{field.pointer}: {field.message}" for field in wrong)
        raise InvalidRequestError(detail, fields=wrong, fix="Correct the fields named in `errors`.") from error


def _pointer(place: Sequence[str | int]) -> str:
    """Refusals are kept to be repeated, and PostgreSQL keeps no U+0000, which a field's name may hold."""
    return "/fields/" + "/".join(map(str, place)).replace("\0", "\N{REPLACEMENT CHARACTER}")


async def pull(session: TenantSession, owner: Owner, cursor: str | None, limit: int, now: datetime) -> Changes:
    """A page of what changed after the cursor, oldest first."""
    rev, made_at = read_cursor(cursor)
    if rev and (now - made_at > TOMBSTONES or rev > await repository.head(session, owner.user_id)):
        return Changes(items=[], tombstones=[], next_cursor=FROM_ZERO, more=False, resync=True)
    rows = await repository.changes(session, owner.user_id, rev, limit + 1)
    shown, more = rows[:limit], len(rows) > limit
    return Changes(
        items=[item for row in shown if (item := _item(row)) is not None],
        tombstones=[grave for row in shown if (grave := _tombstone(row)) is not None],
        next_cursor=write_cursor(shown[-1].rev if shown else rev, now),
        more=more,
    )


def write_cursor(rev: int, now: datetime) -> str:
    """It holds no secret and reaches the caller's own rows only, so it is not signed."""
    return f"{rev}-{int(now.timestamp())}"


def read_cursor(cursor: str | None) -> tuple[int, datetime]:
    """BadCursorError where it is none of ours."""
    if cursor is None or cursor == FROM_ZERO:
        return 0, datetime.min.replace(tzinfo=UTC)
    rev, _, seconds = cursor.partition("-")
    if not (rev.isascii() and rev.isdigit() and seconds.isascii() and seconds.isdigit()):
        raise BadCursorError(fix="Pull again without `cursor`.")
    if len(rev) > 18 or len(seconds) > 11:
        raise BadCursorError(fix="Pull again without `cursor`.")
    return int(rev), datetime.fromtimestamp(int(seconds), UTC)


def conversation_json(row: ConversationRow) -> dict[str, Any]:
    return Conversation.model_validate(row).model_dump(mode="json")


def message_json(row: MessageRow) -> dict[str, Any]:
    return Message.model_validate(row).model_dump(mode="json")


def _item(row: ChangedRow) -> ChangedItem | None:
    if row.message is not None:
        return ChangedItem(kind="message", row=message_json(row.message))
    if row.conversation is None or row.conversation.deleted_at is not None:
        return None
    return ChangedItem(kind="conversation", row=conversation_json(row.conversation))


def _tombstone(row: ChangedRow) -> Tombstone | None:
    buried = row.conversation is not None and row.conversation.deleted_at is not None
    return Tombstone(kind="conversation", id=row.conversation.id, rev=row.rev) if buried and row.conversation else None
