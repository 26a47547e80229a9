"""Errors of conversations.

ConversationError
├── IdTakenError
├── DeletedError
├── ImmutableError
└── TooManyTurnsError
"""

from __future__ import annotations

from freehold_app.errors import FreeholdError


class ConversationError(FreeholdError):
    """A conversation or message is not as the caller thinks."""

    status = 409
    blame = "you"


class IdTakenError(ConversationError):
    """The id that the client made belongs to something else."""

    code = "id_taken"
    title = "This id is taken."
    fix = "Make a new UUID version 7 and send it again."


class DeletedError(ConversationError):
    """Deleted things stay deleted."""

    code = "wrong_state"
    title = "This conversation was deleted."
    fix = "Go on in a new conversation."


class ImmutableError(ConversationError):
    """What was said stays as it was said."""

    code = "conflict"
    title = "A message cannot be changed."
    fix = "Send the new text as a new message under the same parent."


class TooManyTurnsError(ConversationError):
    """Too many answers are being written for one person; retryable."""

    status = 429
    code = "rate_limited"
    title = "Too many answers are being written for you at once."
    fix = "Wait for one of them, or stop one."
    retry_after_seconds: int | None = 5
