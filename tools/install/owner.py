"""The sample tenant's owner, who signs in to the web app: made, or given the password of the last run again."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from install.commands import Runner
from install.keys import CONTAINER, DEPLOYMENT
from install.places import NAMESPACE

EMAIL = "owner@acme.example"
PASSWORD_BYTES = 15


@dataclass(frozen=True)
class Owner:
    """Who signs in, with which password."""

    email: str
    password: str

    def __repr__(self) -> str:
        return f"Owner({self.email!r})"


def new_owner(password: str = "") -> Owner:
    """With the password given, else with a random one."""
    return Owner(EMAIL, password or secrets.token_urlsafe(PASSWORD_BYTES))


def enter(runner: Runner, kubectl: Path, tenant: str, owner: Owner) -> None:
    """Make the person inside the app's pod, which alone reaches the database; the password goes by standard input."""
    command = ["python", "-m", "freehold_app", "create-owner", "--tenant", tenant, "--email", owner.email]
    runner.output(
        [kubectl, "-n", NAMESPACE, "exec", "-i", DEPLOYMENT, "-c", CONTAINER, "--", *command, "--password-stdin"],
        stdin=f"{owner.password}\n",
    )
