"""The secrets of one checkout's `.dev/`: made at random once, kept in a file that only its owner can read."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

TENANT = "acme"
EMAIL = "owner@acme.example"
_SECRET_BYTES = 32
_PASSWORD_BYTES = 15


@dataclass(frozen=True)
class Credentials:
    """`owner` is the password with which people sign in; `roles` that of every database role."""

    owner: str
    roles: str
    pepper: str
    signing_key: str

    def __repr__(self) -> str:
        return "Credentials(...)"


def credentials(file: Path) -> Credentials:
    """Those of the file, which is made where there is none."""
    if file.exists():
        return Credentials(**json.loads(file.read_text()))
    made = Credentials(
        owner=secrets.token_urlsafe(_PASSWORD_BYTES),
        roles=secrets.token_urlsafe(_PASSWORD_BYTES),
        pepper=secrets.token_urlsafe(_SECRET_BYTES),
        signing_key=secrets.token_urlsafe(_SECRET_BYTES),
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(asdict(made)))
    return made
