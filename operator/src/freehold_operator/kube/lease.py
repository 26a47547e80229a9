"""Leadership by a coordination.k8s.io Lease: at most one replica writes.

Times are compared by how long *we* have seen a record unchanged, never by its own timestamps: clocks of two nodes
differ (as client-go's leader election does it).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from freehold_operator import errors
from freehold_operator.kube.api import KubeApi
from freehold_operator.kube.kinds import LEASE, Raw


@dataclass(frozen=True, slots=True)
class LeaseTimes:
    """Seconds: how long a Lease lasts, by when it must be renewed, how often it is tried."""

    duration: float = 15
    renew_deadline: float = 10
    retry: float = 2


class Lease:
    """One named Lease in one namespace, wanted by `identity`."""

    def __init__(
        self,
        api: KubeApi,
        namespace: str,
        name: str,
        identity: str,
        now: Callable[[], str],
        times: LeaseTimes | None = None,
        clock: Callable[[], float] = time.monotonic,  # a fake in tests
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,  # a fake in tests
    ) -> None:
        self._api = api
        self._namespace = namespace
        self._name = name
        self._identity = identity
        self._now = now
        self._times = times or LeaseTimes()
        self._clock = clock
        self._sleep = sleep
        self._seen_version = ""
        self._seen_at = 0.0

    async def acquire(self) -> None:
        """Wait until the Lease is ours."""
        while not await self._try():
            await self._sleep(self._times.retry)

    async def keep(self, may_renew: Callable[[], bool]) -> None:
        """Renew until cancelled; `may_renew` is False while our own loop hangs.

        Raises `errors.LeaseLostError` when it was not renewed within the deadline, or another holds it.
        """
        renewed_at = self._clock()
        while True:
            await self._sleep(self._times.retry)
            if may_renew() and await self._try():
                renewed_at = self._clock()
            elif self._clock() - renewed_at > self._times.renew_deadline:
                raise errors.LeaseLostError(f"Lease {self._namespace}/{self._name} was not renewed in time")

    async def release(self) -> None:
        """Give the Lease up at once, so that a standby takes over without waiting for it to expire."""
        try:
            lease = await self._api.get(LEASE, self._name, self._namespace)
            if lease and lease["spec"].get("holderIdentity") == self._identity:
                await self._write(lease, holder="", seconds=1)
        except errors.ApiError:
            return  # it expires by itself

    async def _try(self) -> bool:
        try:
            lease = await self._api.get(LEASE, self._name, self._namespace)
            if lease is None:
                await self._api.create(self._record(holder=self._identity, transitions=0))
                return True
            if self._is_free(lease):
                await self._write(lease, holder=self._identity, seconds=int(self._times.duration))
                return True
        except errors.ApiError:
            return False
        return False

    def _is_free(self, lease: Raw) -> bool:
        spec = lease.get("spec") or {}
        if spec.get("holderIdentity") in {None, "", self._identity}:
            return True
        version = lease["metadata"]["resourceVersion"]
        if version != self._seen_version:
            self._seen_version, self._seen_at = version, self._clock()
        return self._clock() - self._seen_at > float(spec.get("leaseDurationSeconds") or self._times.duration)

    async def _write(self, lease: Raw, *, holder: str, seconds: int) -> None:
        spec = lease.get("spec") or {}
        moved = spec.get("holderIdentity") != holder
        patch: Raw = {
            "metadata": {"resourceVersion": lease["metadata"]["resourceVersion"]},
            "spec": {
                "holderIdentity": holder,
                "leaseDurationSeconds": seconds,
                "renewTime": self._now(),
                "leaseTransitions": int(spec.get("leaseTransitions") or 0) + moved,
            }
            | ({"acquireTime": self._now()} if moved else {}),
        }
        await self._api.merge_patch(LEASE, self._name, self._namespace, patch)

    def _record(self, *, holder: str, transitions: int) -> Raw:
        return {
            "apiVersion": LEASE.api_version,
            "kind": LEASE.kind,
            "metadata": {"name": self._name, "namespace": self._namespace},
            "spec": {
                "holderIdentity": holder,
                "leaseDurationSeconds": int(self._times.duration),
                "acquireTime": self._now(),
                "renewTime": self._now(),
                "leaseTransitions": transitions,
            },
        }
