"""What a finished request is charged with: the upstream's own figures, or an estimate that says it is one."""

from __future__ import annotations

from dataclasses import dataclass

from freehold_app.gateway.core.stream import Usage

BYTES_PER_TOKEN = 4
FACTOR_FLOOR = 0.25
FACTOR_CEILING = 2.0
FACTOR_ALPHA = 0.1


@dataclass(frozen=True, slots=True)
class Tokens:
    """Token counts of one request."""

    prompt: int = 0
    cached: int = 0
    completion: int = 0
    reasoning: int = 0
    estimated: bool = False


NOTHING = Tokens()


class PromptFactor:
    """How many of a Model's tokens one estimated token is: a moving mean of real over estimate."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 1.0

    def learn(self, body_bytes: int, prompt_tokens: int) -> None:
        """Take one request whose real count is known."""
        estimate = max(1.0, body_bytes / BYTES_PER_TOKEN)
        self.value += FACTOR_ALPHA * (prompt_tokens / estimate - self.value)
        self.value = min(FACTOR_CEILING, max(FACTOR_FLOOR, self.value))

    def estimate(self, body_bytes: int) -> int:
        """Prompt tokens of a body whose real count is not known."""
        return max(1, round(body_bytes / BYTES_PER_TOKEN * self.value))


def reported(usage: Usage) -> Tokens | None:
    """The upstream's figures, if they are usable."""
    if usage.prompt_tokens is None or usage.prompt_tokens < 0:
        return None
    prompt, completion = usage.prompt_tokens_details, usage.completion_tokens_details
    return Tokens(
        prompt=usage.prompt_tokens,
        cached=max(0, (prompt.cached_tokens or 0) if prompt else 0),
        completion=max(0, usage.completion_tokens or 0),
        reasoning=max(0, (completion.reasoning_tokens or 0) if completion else 0),
    )


def estimated(factor: PromptFactor, body_bytes: int, completion: int) -> Tokens:
    """Charge what was sent by what was seen."""
    return Tokens(prompt=factor.estimate(body_bytes), completion=completion, estimated=True)
