"""The sample tenant's API key: the stored one while it works, else a new one made by the app's own command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from install.commands import Runner
from install.errors import CommandError
from install.places import NAMESPACE

DEPLOYMENT = "deployment/freehold-app"
CONTAINER = "app"


@dataclass(frozen=True)
class Keys:
    """Makes keys inside the app's pod: the command needs the database, which only that pod reaches."""

    runner: Runner
    kubectl: Path

    def create(self, tenant: str, name: str = "make-up") -> str:
        command = ["python", "-m", "freehold_app", "create-key", "--tenant", tenant, "--name", name]
        printed = self.runner.output(
            [self.kubectl, "-n", NAMESPACE, "exec", DEPLOYMENT, "-c", CONTAINER, "--", *command]
        )
        return only_key(printed)


def only_key(printed: str) -> str:
    """The key among the lines that the command printed. Raises CommandError if there is none."""
    found = [line.strip() for line in printed.splitlines() if line.strip().startswith("fhk_")]
    if not found:
        raise CommandError("create-key printed no key")
    return found[-1]
