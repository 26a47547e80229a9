"""The routes file on disk: read at start, read again when it changes, kept as it was when the new one is wrong."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import structlog
import yaml

from freehold_app.auth import Grant
from freehold_app.gateway.core.catalog import Snapshot
from freehold_app.gateway.core.routes import KeyRoute, Routes, RoutesError, parse
from freehold_app.gateway.errors import RoutesFileError

LOOK_SECONDS = 2.0


def read_routes(path: Path, environ: Mapping[str, str] = os.environ) -> Routes:
    """The file's routes; RoutesFileError says what to mend."""
    try:
        return parse(yaml.safe_load(path.read_text(encoding="utf-8")), environ)
    except OSError as error:
        raise RoutesFileError(f"{path}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise RoutesFileError(f"{path}: not valid YAML: {error}") from error
    except RoutesError as error:
        raise RoutesFileError(f"{path}: {error}") from error


class FilePrincipals:
    """`PrincipalSource` over a routes file. Keys are opaque; ids are made from names, so they survive a restart."""

    def __init__(self, keys: tuple[KeyRoute, ...]) -> None:
        self.replace(keys)

    def replace(self, keys: tuple[KeyRoute, ...]) -> None:
        """Take the keys of a changed file."""
        self._grants = {_digest(key.secret): _grant(key) for key in keys}

    async def lookup(self, key: str) -> Grant | None:
        return self._grants.get(_digest(key))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _grant(key: KeyRoute) -> Grant:
    return Grant(
        kind="key",
        tenant_id=uuid5(NAMESPACE_URL, f"freehold:tenant:{key.tenant}"),
        tenant=key.tenant,
        key_id=uuid5(NAMESPACE_URL, f"freehold:key:{key.tenant}:{key.id}"),
        routes=frozenset(key.routes) if key.routes is not None else None,
        models=tuple(key.models) if key.models is not None else None,
    )


class FileCatalog:
    """The catalogue of a gateway without a cluster."""

    def __init__(self, path: Path, routes: Routes, publish: Callable[[Snapshot], None]) -> None:
        self._path = path
        self._routes = routes
        self._publish = publish
        self._changed_ns = path.stat().st_mtime_ns
        self._log = structlog.get_logger(__name__)
        self.principals = FilePrincipals(routes.keys)
        self.ready = False

    def age_seconds(self, now: float) -> float:  # noqa: ARG002  the same question as to the watched catalogue
        """A file that is looked at every two seconds does not age."""
        return 0.0

    async def run(self) -> None:
        """Publish, then look for changes for ever."""
        self._publish(self._routes.snapshot)
        self.ready = True
        if self._routes.has_limits:
            self._log.warning("limits_not_enforced", reason="this version reads limits and does not keep them")
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self._look()

    def _look(self) -> None:
        try:
            changed_ns = self._path.stat().st_mtime_ns
            if changed_ns == self._changed_ns:
                return
            self._changed_ns = changed_ns
            self._routes = read_routes(self._path)
        except (OSError, RoutesFileError) as error:
            self._log.error("routes_file_refused", problem=str(error))
            return
        self.principals.replace(self._routes.keys)
        self._publish(self._routes.snapshot)
