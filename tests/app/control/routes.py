"""Every route of the control plane with the row of the matrix that its signature names, read from the code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from freehold_app.auth.access import Requires
from freehold_app.auth.permissions import Action
from freehold_app.kit.routing import RestRoute

NOBODY = "019ab49c-0000-7000-8000-0000000000ff"
_PARAMETER = re.compile(r"{\w+}")


@dataclass(frozen=True, slots=True)
class Guarded:
    """One route and method; `actions` should be exactly one."""

    method: str
    path: str
    actions: tuple[Action, ...]
    strict: bool

    @property
    def url(self) -> str:
        """With ids that belong to nobody."""
        return _PARAMETER.sub(NOBODY, self.path)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def routes(routers: Sequence[APIRouter], prefix: str = "") -> list[Guarded]:
    return sorted(_routes(routers, prefix), key=str)


def _routes(routers: Sequence[APIRouter], prefix: str) -> Iterator[Guarded]:
    for router in routers:
        for route in router.routes:
            assert isinstance(route, APIRoute), route
            for method in sorted(route.methods or ()):
                actions = tuple(dict.fromkeys(_actions(route.dependant)))
                yield Guarded(method, prefix + route.path, actions, isinstance(route, RestRoute))


def _actions(dependant: Dependant) -> Iterator[Action]:
    if isinstance(dependant.call, Requires):
        yield dependant.call.action
    for part in dependant.dependencies:
        yield from _actions(part)
