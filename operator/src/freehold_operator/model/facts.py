"""What is known about each engine, as data: ports, health, patience, which weights it reads."""

from collections.abc import Mapping
from dataclasses import dataclass

from freehold_crds import Engine


@dataclass(frozen=True, slots=True)
class Facts:
    """One engine. `startup` is (seconds between probes, failures allowed); `schemes` are the urls it reads."""

    port: int
    health_path: str
    startup: tuple[int, int]
    target_requests: int
    schemes: frozenset[str]


ENGINES: Mapping[str, Facts] = {
    Engine.LLAMA_CPP: Facts(8080, "/health", (1, 1200), 4, frozenset({"file", "pvc", "https"})),
    Engine.CUSTOM: Facts(8080, "/health", (2, 300), 16, frozenset({"file", "pvc", "https"})),
    Engine.ECHO: Facts(8080, "/health", (1, 60), 100, frozenset()),
    Engine.EXTERNAL: Facts(0, "", (0, 0), 1000, frozenset()),
}

READINESS = (5, 2)  # seconds between probes, failures in a row that count
LIVENESS = (10, 6)
PROBE_TIMEOUT_SECONDS = 5


def scheme(url: str | None) -> str:
    """`https` of `https://host/file`; empty without a url."""
    return url.partition("://")[0] if url else ""
