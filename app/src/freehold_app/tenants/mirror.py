"""Tenant resources as rows: one control process of all watches them and writes what they say.

A tenant's id is made when its name is first seen and survives the cluster. A Tenant that is gone keeps its row, as
`removed`: its people see what was, and nothing runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, NoReturn, Protocol

import structlog

from freehold_app.auth.invalidation import Announce
from freehold_app.kit.clock import Clock
from freehold_app.platform.errors import PlatformError
from freehold_app.platform.kubernetes import Raw, WatchSink
from freehold_app.platform.postgres import Database
from freehold_app.tenants import repository
from freehold_app.tenants.errors import TenantNameError
from freehold_app.tenants.repository import Mirrored
from freehold_app.tenants.service import enter_tenant

TENANTS = "/apis/freehold.dev/v1alpha1/tenants"
RETRY_SECONDS = 2.0


class Follower(Protocol):
    """The one call that is made: `KubeClient`, or a script in tests."""

    async def follow(self, path: str, sink: WatchSink, *, selector: str = "") -> NoReturn: ...


def mirrored(raw: Mapping[str, Any]) -> Mirrored:
    """What a Tenant object says; any field may be missing."""
    spec, status = raw.get("spec") or {}, raw.get("status") or {}
    leaving = raw["metadata"].get("deletionTimestamp") is not None
    suspended = bool(spec.get("suspend")) or leaving
    return Mirrored(
        name=raw["metadata"]["name"],
        display=spec.get("displayName"),
        namespace=status.get("namespace") or None,
        state="suspended" if suspended else "active",
        caps={name: spec[name] for name in ("models", "quota") if spec.get(name) is not None},
    )


class TenantMirror:
    """It is the watch's sink; `run` writes what it has seen, one tenant after the other, the newest state only."""

    def __init__(
        self,
        kube: Follower,
        database: Database,
        announce: Announce,
        clock: Clock,
        *,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._kube = kube
        self._database = database
        self._announce = announce
        self._clock = clock
        self._retry_seconds = retry_seconds
        self._seen: dict[str, Mirrored] = {}
        self._stale: set[str] = set()
        self._whole = False
        self._changed = asyncio.Event()
        self._log = structlog.get_logger(__name__)

    async def run(self) -> None:
        """For ever, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._kube.follow(TENANTS, self))
            group.create_task(self._write())

    def replace(self, objects: list[Raw]) -> None:
        self._seen = {item["metadata"]["name"]: mirrored(item) for item in objects}
        self._stale = set(self._seen)
        self._whole = True
        self._changed.set()

    def change(self, kind: str, item: Raw) -> None:
        name = item["metadata"]["name"]
        if kind == "DELETED":
            self._seen.pop(name, None)
            self._whole = True
        else:
            self._seen[name] = mirrored(item)
            self._stale.add(name)
        self._changed.set()

    def heard(self) -> None:
        """Nothing to note: rows keep their last state."""

    def lost(self, error: Exception) -> None:
        """Logged by the client; rows keep their last state."""

    async def _write(self) -> NoReturn:
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self._write_seen()
            except PlatformError as error:
                self._log.warning("tenants_not_mirrored", error=type(error).__name__)
                self._stale, self._whole = set(self._seen), True
                await asyncio.sleep(self._retry_seconds)
                self._changed.set()

    async def _write_seen(self) -> None:
        stale, self._stale = self._stale, set()
        for name in sorted(stale):
            seen = self._seen.get(name)
            if seen is not None:
                await self._write_one(seen)
        if self._whole:
            self._whole = False
            async with self._database.platform() as session:  # tenancy: tenants is exempt, all of them are mirrored
                removed = await repository.mark_removed(session, list(self._seen))
            for tenant_id in removed:
                await self._announce("tenant", tenant_id, tenant_id)

    async def _write_one(self, seen: Mirrored) -> None:
        try:
            await enter_tenant(self._database, seen.name, self._clock)
        except TenantNameError:
            self._log.warning("tenant_name_refused", tenant=seen.name)
            return
        async with self._database.platform() as session:  # tenancy: tenants is exempt, all of them are mirrored
            changed = await repository.mirror(session, seen)
        if changed is not None:
            await self._announce("tenant", changed, changed)
