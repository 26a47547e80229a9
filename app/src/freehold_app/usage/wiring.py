"""Usage as a slice of control. The writer is the worker's."""

from __future__ import annotations

from freehold_app.usage.reports.export import Exports
from freehold_app.wiring import Deps, Slice


def usage_slice(deps: Deps) -> Slice:
    return Slice("usage", gives=[Exports(deps.database, deps.limiter)])
