"""What an engine contributes to a pod: one container's program, arguments and environment, never a shell string."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

TOKEN_FOLDER = "/run/freehold"  # noqa: S105 - where the token is mounted, not the token
TOKEN_FILE = f"{TOKEN_FOLDER}/token"


class TokenUse(StrEnum):
    """How the engine learns the token that callers must show."""

    NONE = ""
    FILE = "file"
    VARIABLE = "variable"


@dataclass(frozen=True, slots=True)
class Launch:
    """`command` empty means the image's own entry point. `drains` is False where SIGTERM is not known to wait."""

    image: str
    args: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    env: tuple[dict[str, Any], ...] = ()
    token: TokenUse = TokenUse.NONE
    drains: bool = True
