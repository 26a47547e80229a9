"""What clients send to have a Model answer, and what they are told of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from freehold_app.conversations.schemas import MessageIn, ModelName, NewId, Params


class TurnIn(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    id: NewId
    """Sent again, the running or finished answer is streamed again."""
    answer_id: NewId | None = None
    """The answer's id, for a client that wants to know it beforehand."""
    message: MessageIn | None = None
    """The question. Null to have one that is there answered anew."""
    parent_id: UUID | None = None
    """Without `message`: the question that is answered anew."""
    model: ModelName
    params: Params | None = None
    """In place of the conversation's, name by name."""


class Turn(BaseModel):
    model_config = ConfigDict(from_attributes=True, use_attribute_docstrings=True)

    id: UUID
    conversation_id: UUID
    message_id: UUID
    """The question."""
    answer_id: UUID
    """The answer, as a message of the conversation."""
    model: str
    state: Literal["running", "done", "stopped", "interrupted", "failed"]
    created_at: datetime
