"""What clients send and get. Ids are UUID version 7 and made by clients, so that they can write while offline."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from freehold_app.kit.text import Text

UUID_VERSION = 7
MAX_MUTATIONS = 200


def _version_7(value: UUID) -> UUID:
    if value.version != UUID_VERSION:
        raise ValueError("must be a UUID version 7")
    return value


NewId = Annotated[UUID, AfterValidator(_version_7)]
Title = Annotated[Text, Field(max_length=200)]
Folder = Annotated[Text, Field(min_length=1, max_length=100)]
ModelName = Annotated[Text, Field(min_length=1, max_length=253)]
Role = Literal["user", "assistant", "system"]
Status = Literal["complete", "streaming", "stopped", "interrupted", "failed"]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True, use_attribute_docstrings=True)


class Params(_In):
    """How Models are asked; what is left out is the Model's own default."""

    system: Annotated[Text, Field(max_length=50_000)] | None = None
    """What the Model is told before the first message."""
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**32)] | None = None


class ConversationChange(_In):
    """Only what is named is changed; null takes `folder` or `model` away."""

    title: Title | None = None
    folder: Folder | None = None
    model: ModelName | None = None
    """The Model that the next message goes to."""
    params: Params | None = None
    pinned: bool | None = None
    archived: bool | None = None

    @field_validator("title", "params", "pinned", "archived", mode="before")
    @classmethod
    def _no_null(cls, value: object) -> object:
        if value is None:
            raise ValueError("must not be null; leave it out to keep it")
        return value

    def fields(self) -> dict[str, Any]:
        """What was named."""
        return self.model_dump(exclude_unset=True, exclude={"id"}) | self._params()

    def _params(self) -> dict[str, Any]:
        return {} if self.params is None else {"params": self.params.model_dump(exclude_none=True)}


class ConversationIn(ConversationChange):
    id: NewId
    """Made by the client; sending it again changes the conversation instead of making another."""


class Conversation(_Out):
    id: UUID
    title: str
    folder: str | None
    model: str | None
    params: dict[str, Any]
    pinned: bool
    archived: bool
    last_message_at: datetime
    """When something was last said; the list's order."""
    created_at: datetime
    updated_at: datetime
    rev: int
    """Rises with each change; what `base_rev` of a mutation means."""


class PartIn(_In):
    type: Literal["text"] = "text"
    text: Annotated[Text, Field(min_length=1, max_length=500_000)]


class Part(_Out):
    type: Literal["text", "reasoning"]
    text: str


class MessageIn(_In):
    id: NewId
    parent_id: UUID | None = None
    """The message that this one follows; null for a conversation's first. Two with one parent are branches."""
    role: Literal["user", "system"] = "user"
    parts: Annotated[list[PartIn], Field(min_length=1, max_length=100)]

    def stored_parts(self) -> list[dict[str, Any]]:
        return [part.model_dump() for part in self.parts]


class Message(_Out):
    id: UUID
    conversation_id: UUID
    parent_id: UUID | None
    role: Role
    parts: list[Part]
    status: Status
    """Of an answer: `streaming` while it is written, `stopped` by its reader, `interrupted` by a lost process."""
    model: str | None
    usage: dict[str, Any] | None
    error: dict[str, Any] | None
    """Why an answer failed: the problem's members."""
    rating: int | None
    created_at: datetime
    rev: int


class MessageChange(_In):
    rating: Literal[-1, 1] | None
    """1 good, -1 bad, null neither."""


class Mutation(_In):
    op_id: NewId
    """Sent again, the first result is answered again."""
    kind: Annotated[str, Field(max_length=40)]
    """`create`, `rename`, `pin`, `archive`, `folder`, `params`, `change` or `delete` for a conversation; `message`
    (with `conversation_id`, `parent_id`, `parts`) or `rate` for a message."""
    id: UUID
    """Of the conversation or message."""
    base_rev: int | None = None
    """The `rev` that the client changed; null for something new."""
    fields: dict[str, Any] = Field(default_factory=dict)


class PushIn(_In):
    mutations: Annotated[list[Mutation], Field(min_length=1, max_length=MAX_MUTATIONS)]


class PushResult(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)

    op_id: UUID
    status: Literal["applied", "conflict", "rejected"]
    """`conflict`: applied, though the row had changed since `base_rev`."""
    conflict: bool
    row: dict[str, Any] | None = None
    """The conversation or message as it is now; null where it was deleted or the mutation was rejected."""
    problem: dict[str, Any] | None = None
    """Why it was rejected, as a problem document."""


class PushOut(BaseModel):
    results: list[PushResult]


class ChangedItem(BaseModel):
    kind: Literal["conversation", "message"]
    row: dict[str, Any]


class Tombstone(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)

    kind: Literal["conversation", "message"]
    id: UUID
    rev: int
    """A conversation takes its messages with it."""


class Changes(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)

    items: list[ChangedItem]
    tombstones: list[Tombstone]
    next_cursor: str
    more: bool
    resync: bool = False
    """The cursor is too old or from another life of the database: forget what you have and start without one."""
