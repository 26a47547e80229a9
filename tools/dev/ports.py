"""Which ports `make dev` listens on, all of them on loopback only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dev.errors import DevError, PortTakenError
from install.forwarding import is_free
from stores.process import free_port

WEB, APP = "FREEHOLD_DEV_PORT", "FREEHOLD_DEV_APP_PORT"
_DEFAULTS = {WEB: 3000, APP: 8080}


@dataclass(frozen=True)
class Ports:
    """`web` is what people open; `admin` and `engine` are any free ones."""

    web: int
    app: int
    admin: int
    engine: int


def chosen(environ: Mapping[str, str]) -> Ports:
    """The ports of this run; DevError for a bad number, PortTakenError where something listens already."""
    web, app = (_free(name, _number(name, environ)) for name in (WEB, APP))
    if web == app:
        raise DevError(f"{WEB} and {APP} are both {web}; give them different ports")
    return Ports(web, app, free_port(), free_port())


def _number(name: str, environ: Mapping[str, str]) -> int:
    given = environ.get(name) or str(_DEFAULTS[name])
    if not given.isdigit() or not 1024 <= int(given) <= 65_535:
        raise DevError(f"{name} is {given!r}; it must be a port between 1024 and 65535")
    return int(given)


def _free(name: str, port: int) -> int:
    if not is_free(port):
        raise PortTakenError(f"port {port} is taken; stop what listens there, or set {name} to another")
    return port
