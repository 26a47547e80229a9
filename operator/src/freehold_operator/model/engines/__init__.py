"""One module per engine, each a pure function from what was observed to what its container runs."""

from collections.abc import Callable, Mapping

from freehold_crds import Engine
from freehold_operator.model.engines import custom, echo, llamacpp
from freehold_operator.model.launch import Launch
from freehold_operator.model.observed import Observed
from freehold_operator.model.profiles import Profile

LAUNCHERS: Mapping[str, Callable[[Observed, Profile], Launch]] = {
    Engine.LLAMA_CPP: llamacpp.launch,
    Engine.CUSTOM: custom.launch,
    Engine.ECHO: echo.launch,
}


def launch(observed: Observed, profile: Profile) -> Launch:
    """What the Model's container runs; External has none and must not ask."""
    return LAUNCHERS[observed.model.spec.engine](observed, profile)
