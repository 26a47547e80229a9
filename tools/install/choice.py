"""Which cluster `make up` uses: the current context if told to, else kind where Docker answers, else localkube."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from install.errors import HostError


class Kind(StrEnum):
    """The clusters `make up` knows how to use; the values are what CLUSTER= takes."""

    CURRENT = "current"
    KIND = "kind"
    LOCALKUBE = "localkube"


@dataclass(frozen=True)
class Host:
    """What was found on this machine."""

    docker_answers: bool
    kind_installed: bool
    linux: bool
    root: bool


@dataclass(frozen=True)
class Choice:
    """A cluster and why."""

    kind: Kind
    because: str


def choose(asked: str, host: Host, *, earlier: str = "") -> Choice:
    """Decide; `asked` is the CLUSTER variable, `earlier` what a run before this one chose.

    Raises HostError if the asked cluster is unknown or nothing can run here.
    """
    if asked:
        return Choice(_asked(asked), "CLUSTER asks for it")
    if earlier:
        return Choice(_asked(earlier), "as before")
    if host.docker_answers and host.kind_installed:
        return Choice(Kind.KIND, "Docker answers")
    if host.linux and host.root:
        return Choice(
            Kind.LOCALKUBE, "Docker answers, but kind is not installed" if host.docker_answers else "no Docker found"
        )
    if host.docker_answers:
        raise HostError("Docker answers, but kind is not installed: install kind and run make up again")
    raise HostError(
        "no cluster can run here: start Docker and install kind, or run as root on Linux, or CLUSTER=current"
    )


def _asked(name: str) -> Kind:
    try:
        return Kind(name)
    except ValueError:
        names = ", ".join(Kind)
        raise HostError(f"CLUSTER={name} is not known; use one of: {names}") from None
