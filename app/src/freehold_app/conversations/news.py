"""Tells a person's other devices that there is something to pull, once it is committed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import BackgroundTasks, Depends

from freehold_app.conversations.writing import Owner
from freehold_app.kit.given import given
from freehold_app.live.hub import Hub, News


@dataclass(frozen=True, slots=True)
class Teller:
    """After the answer: the session's commit comes before it."""

    hub: Hub
    tasks: BackgroundTasks

    def changed(self, owner: Owner, rev: int) -> None:
        news = News("sync", {"rev": rev}, tenant_id=owner.tenant_id, user_id=owner.user_id)
        self.tasks.add_task(self.hub.publish, news)


def _teller(hub: Annotated[Hub, Depends(given(Hub))], tasks: BackgroundTasks) -> Teller:
    return Teller(hub, tasks)


Telling = Annotated[Teller, Depends(_teller)]
